package io.operations.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Decides whether a 429 means that the account is full, or whether it is noise: a gateway
 * or another application caused it, and the server accepts most other requests. A full
 * account needs a pause and fewer requests in flight. A request that met noise waits
 * alone.
 * <p>
 * The account is full in each of these cases:
 * <ul>
 * <li>The server refused four consecutive requests.</li>
 * <li>The server refused a quarter of the last forty requests. Soon after the last
 * verdict "full" fewer requests and fewer refusals suffice. If no request was accepted
 * since then, a quarter of them suffices.</li>
 * <li>The server reports that more requests of the account are in flight than it has
 * accepted before.</li>
 * </ul>
 * Requests count in the order in which the client sent them, because refusals often
 * arrive before responses to earlier requests. A request without a response counts as
 * accepted. Only requests with at least as many in flight as the refused one are
 * compared. A limit of requests in flight that is one too high then shows, although the
 * server accepts most requests.
 * <p>
 * A 429 that seems to be noise is a test of the account: the requests after it show
 * whether it is full. If it is, the next 429s begin a pause without a test: one, then
 * two, then four, and at most 64. A test that the account passes ends that. So the server
 * refuses hardly more requests of a full account than if each 429 began a pause.
 * <p>
 * The figures were chosen in simulations. With 5 % of noise, about one of 50,000 requests
 * leads to a wrong verdict. Full accounts behave as if each 429 began a pause ("Refusals
 * at random" in benchmarks/README.md).
 * <p>
 * The admission guards this class.
 */
final class RefusalJudge {

	private static final int WINDOW = 40;

	private static final long PART = 4;

	private static final int IN_A_ROW = 4;

	// The number of accepted requests that a test begins with. Otherwise its first
	// refusal would be a quarter of the few requests that can be compared.
	private static final int CREDIT = 2;

	// More in flight are more numbers to test, one after the other, and a refusal costs
	// less.
	private static final int CREDIT_PART = 4;

	private static final long EARLY = 2;

	// By how much the limit may grow during a test.
	private static final int GROWTH = 2;

	private static final int MOST_UNTESTED = 64;

	// Requests with fewer others in flight come between those that are compared.
	private static final int MEMORY = 256;

	private static final int MOST_MEMORY = 1 << 14;

	private enum Answer {

		NONE, ACCEPTED, REFUSED, OTHER

	}

	private final int[] inFlight;

	private final Answer[] answers;

	// Requests are numbered in the order in which they were sent.
	private long sent;

	private long newestRefused;

	private long firstAfterVerdict;

	private boolean accepted;

	private int reached;

	private int acceptedLoad;

	private int untested;

	private int nextUntested;

	RefusalJudge(int maxInFlight) {
		int memory = Math.max(MEMORY, Math.min(MOST_MEMORY, 4 * Math.min(MOST_MEMORY, maxInFlight)));
		this.inFlight = new int[memory];
		this.answers = new Answer[memory];
	}

	/**
	 * Note that a request is sent.
	 * @param inFlight how many requests are in flight, including this one
	 * @return the number of the request
	 */
	long sent(int inFlight) {
		int index = index(this.sent);
		this.inFlight[index] = inFlight;
		this.answers[index] = Answer.NONE;
		return this.sent++;
	}

	/**
	 * Note that a request has ended. If it was neither accepted nor refused, it says
	 * nothing about the account.
	 * @param request the number of the request
	 */
	void ended(long request) {
		if (isRemembered(request) && this.answers[index(request)] == Answer.NONE) {
			this.answers[index(request)] = Answer.OTHER;
		}
	}

	/**
	 * Note that the server accepted a request.
	 * @param request the number of the request
	 * @param accountLoad how many requests of the account were in flight; {@code null} if
	 * that is not known
	 */
	void accepted(long request, @Nullable Integer accountLoad) {
		if (accountLoad != null) {
			this.acceptedLoad = Math.max(this.acceptedLoad, accountLoad);
		}
		if (isRemembered(request)) {
			this.answers[index(request)] = Answer.ACCEPTED;
			this.accepted = true;
		}
	}

	/**
	 * Judge a 429.
	 * @param request the number of the refused request
	 * @param accountLoad how many requests of the account were in flight; {@code null} if
	 * that is not known
	 * @return {@code true} if the account is full; {@code false} if the refusal is noise,
	 * or if the request was sent before the last verdict "full"
	 */
	boolean isFull(long request, @Nullable Integer accountLoad) {
		if (!isRemembered(request)) {
			return false;
		}
		this.answers[index(request)] = Answer.REFUSED;
		this.newestRefused = Math.max(this.newestRefused, request);
		this.reached = this.inFlight[index(request)];
		boolean full = true;
		if (accountLoad == null || accountLoad <= this.acceptedLoad || !this.accepted) {
			full = isFullWithoutLoad(this.inFlight[index(request)]);
		}
		if (full) {
			if (accountLoad != null) {
				this.acceptedLoad = Math.min(this.acceptedLoad, accountLoad - 1);
			}
			this.accepted = false;
			this.firstAfterVerdict = this.sent;
		}
		return full;
	}

	/**
	 * Return the number of requests in flight that the account refuses, if it is full.
	 * The limit may have grown during a test.
	 * @return the number of requests, including the refused one
	 */
	int reached() {
		return this.reached;
	}

	private boolean isFullWithoutLoad(int inFlight) {
		if (this.untested > 0) {
			this.untested--;
			return true;
		}
		if (!isMuchRefused(inFlight)) {
			return false;
		}
		this.untested = this.nextUntested;
		this.nextUntested = Math.min(MOST_UNTESTED, Math.max(1, 2 * this.nextUntested));
		return true;
	}

	private boolean isMuchRefused(int inFlight) {
		// Just after a verdict, hardly any requests can be compared.
		boolean early = !this.accepted || this.sent - this.firstAfterVerdict < EARLY * inFlight;
		int atLeast = early ? 0 : inFlight;
		int compared = 0;
		int refused = 0;
		long oldest = Math.max(this.firstAfterVerdict, this.sent - this.answers.length);
		for (long request = this.newestRefused; request >= oldest && compared < WINDOW; request--) {
			Answer answer = this.answers[index(request)];
			int others = this.inFlight[index(request)];
			if (answer == Answer.REFUSED && others >= inFlight - GROWTH) {
				this.reached = Math.min(this.reached, others);
			}
			if (answer == Answer.OTHER || others < atLeast) {
				continue;
			}
			compared++;
			if (answer == Answer.REFUSED) {
				refused++;
				if (refused == compared && refused == IN_A_ROW) {
					return true;
				}
			}
		}
		if (compared == WINDOW && PART * refused < WINDOW) {
			this.nextUntested = 0;
		}
		// Before the first response of another kind, the requests that were sent later
		// count,
		// because refusals are fast.
		long credit = this.accepted ? CREDIT + inFlight / CREDIT_PART : this.sent - 1 - this.newestRefused;
		return PART * refused >= Math.min(WINDOW, compared + credit);
	}

	// A request from before the verdict says nothing about what the server accepts now.
	private boolean isRemembered(long request) {
		return request >= this.firstAfterVerdict && request >= this.sent - this.answers.length;
	}

	private int index(long request) {
		return (int) (request % this.answers.length);
	}

}
