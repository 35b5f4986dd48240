package io.operations.resilience;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Decides whether a 429 means that the account is full, or whether it is noise: a gateway
 * or another application caused it, and the server accepts most other requests. A full
 * account needs a pause and fewer requests in flight. A request that met noise waits
 * alone.
 * <p>
 * The judge compares the refused request with the requests before it. The account is full
 * in each of these cases, for any number of compared requests up to two hundred:
 * <ul>
 * <li>The server refused all requests since the start or since the last pause.</li>
 * <li>The number of refused requests minus twice the number of accepted ones is six or
 * more. Six refusals in a row are an example.</li>
 * <li>Three times the number of refused requests minus the number of accepted ones is 36
 * or more. This finds a server that refuses more than a quarter of many requests.</li>
 * </ul>
 * The other two are sequential tests. {@code docs/decisions/noise-is-not-a-limit.md}
 * calculates how often noise passes them.
 * <p>
 * Requests count in the order in which the client sent them, because refusals often
 * arrive before responses to earlier requests. A request without a response counts as
 * accepted. Only requests with at least as many in flight as the refused one are
 * compared. A limit of requests in flight that is one too high then shows, although the
 * server accepts most requests. A refused request occupies no place at the server.
 * Requests that were sent while it was in flight therefore count with one less. If the
 * server reports how many requests of the account are in flight, that number replaces the
 * client's.
 * <p>
 * After such a verdict, the next refusals begin a pause without a test: one, then four,
 * then sixteen, and at most 64. Without this trust, the server would refuse more requests
 * of a full account than if each 429 began a pause. The trust ends after many accepted
 * requests with as many in flight, after many refusals without a verdict, and after ten
 * minutes without a pause. If accepted requests end it, the next verdict with a test
 * trusts as many refusals as the last one. As many accepted requests again divide that
 * number by four.
 * <p>
 * The admission guards this class.
 */
final class RefusalJudge {

	/**
	 * The server did not name a time at which it accepts a request.
	 */
	static final long NO_TIME = Long.MIN_VALUE;

	private static final int ACCEPTED_WEIGHT = 2;

	private static final int PROOF = 6;

	private static final int SLOW_REFUSED_WEIGHT = 3;

	private static final int SLOW_PROOF = 36;

	private static final int WINDOW = 200;

	private static final int TRUST_GROWTH = 4;

	private static final int MOST_TRUSTED = 64;

	private static final long TRUST_NANOS = Duration.ofMinutes(10).toNanos();

	// The accepted requests that end the trust: this number, or twenty round trips. Each
	// refusal weighs as much as thirteen accepted requests, also one that begins no
	// pause: it speaks for a full account.
	private static final int REFUTED = 80;

	private static final int REFUTED_ROUNDS = 20;

	private static final int REFUSAL_CONFIRMS = 13;

	// A full account is proven after some forty refusals. Noise of 15 % needs thousands.
	private static final int MOST_UNPROVEN = 200;

	// Requests with fewer others in flight come between those that are compared.
	private static final int MEMORY = 512;

	private static final int MOST_MEMORY = 1 << 14;

	private enum Answer {

		NONE, ACCEPTED, REFUSED, OTHER

	}

	// So many of the latest requests count.
	private final int memory;

	// How many requests were in flight: as sent, and without those that were refused.
	private final int[] sentWith;

	private final int[] inFlight;

	// Reported by the server; 0 if it reported nothing.
	private final int[] accountLoad;

	private final long[] retryAt;

	private final Answer[] answers;

	// Requests are numbered in the order in which they were sent.
	private long sent;

	private long newestRefused;

	private long firstAfterVerdict;

	// The last verdict without trust: from how many requests in flight on the account
	// refuses them.
	private int fullFrom;

	private int fullFromLoad;

	// The last verdict.
	private int reached;

	private long latestRetryAt = NO_TIME;

	private long verdictAt;

	private boolean accepted;

	// Refusals since the last verdict.
	private int unproven;

	// How many more refusals need no test, and a quarter of how many will need none after
	// the next verdict with a test.
	private int trusted;

	private int lastTrusted;

	// Accepted requests that speak against the last verdict: with at least as many in
	// flight, and all.
	private int refuting;

	private int refutingAll;

	private long refutingFrom;

	RefusalJudge(int maxInFlight) {
		this.memory = Math.max(MEMORY, Math.min(MOST_MEMORY, 4 * Math.min(MOST_MEMORY, maxInFlight)));
		// A power of two, so that an index needs no division.
		int places = Integer.highestOneBit(2 * this.memory - 1);
		this.sentWith = new int[places];
		this.inFlight = new int[places];
		this.accountLoad = new int[places];
		this.retryAt = new long[places];
		this.answers = new Answer[places];
	}

	/**
	 * Note that a request is sent.
	 * @param inFlight how many requests are in flight, including this one
	 * @return the number of the request
	 */
	long sent(int inFlight) {
		int index = index(this.sent);
		this.sentWith[index] = inFlight;
		this.inFlight[index] = inFlight;
		this.accountLoad[index] = 0;
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
		if (!isRemembered(request)) {
			return;
		}
		int index = index(request);
		this.answers[index] = Answer.ACCEPTED;
		this.accepted = true;
		this.accountLoad[index] = (accountLoad != null) ? accountLoad : 0;
		if (this.lastTrusted == 0 || request < this.refutingFrom) {
			return;
		}
		this.refutingAll++;
		if (isAtLeast(index, this.fullFrom, this.fullFromLoad)) {
			this.refuting++;
			if (this.refuting >= Math.max(REFUTED, REFUTED_ROUNDS * this.fullFrom)) {
				// A full account has room at times. It would need all tests again if
				// this ended all trust.
				this.trusted = 0;
				this.lastTrusted /= TRUST_GROWTH;
				refuteFrom(this.sent);
			}
		}
	}

	/**
	 * Judge a 429.
	 * @param request the number of the refused request
	 * @param accountLoad how many requests of the account were in flight; {@code null} if
	 * that is not known
	 * @param nanos the present time in nanoseconds
	 * @param retryAt when the server accepts the request, by a clock of the caller;
	 * {@link #NO_TIME} if the server did not name a time
	 * @return {@code true} if the account is full; {@code false} if the refusal is noise,
	 * or if the request was sent before the last verdict "full"
	 */
	boolean isFull(long request, @Nullable Integer accountLoad, long nanos, long retryAt) {
		if (!isRemembered(request)) {
			return false;
		}
		int index = index(request);
		this.answers[index] = Answer.REFUSED;
		this.accountLoad[index] = (accountLoad != null) ? accountLoad : 0;
		this.retryAt[index] = retryAt;
		this.newestRefused = Math.max(this.newestRefused, request);
		for (long later = request + 1; later < this.sent; later++) {
			this.inFlight[index(later)] = Math.max(1, this.inFlight[index(later)] - 1);
		}
		if (nanos - this.verdictAt > TRUST_NANOS) {
			distrust();
		}
		boolean full = isTrusted(index) || isNothingElse(index) || isProven(request, index);
		this.refuting = Math.max(0, this.refuting - REFUSAL_CONFIRMS);
		this.refutingAll = Math.max(0, this.refutingAll - REFUSAL_CONFIRMS);
		if (full) {
			this.firstAfterVerdict = this.sent;
			this.refutingFrom = this.sent;
			this.verdictAt = nanos;
			this.unproven = 0;
			this.accepted = false;
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

	/**
	 * Return when the full account accepts requests again.
	 * @return the latest of the times that the server named for the requests that led to
	 * the verdict; {@link #NO_TIME} if it did not name any
	 */
	long retryAt() {
		return this.latestRetryAt;
	}

	// An account with a limit per second refuses any number of requests in flight.
	private boolean isTrusted(int index) {
		if (this.trusted == 0 || (this.refutingAll >= REFUTED && !isAtLeast(index, this.fullFrom, this.fullFromLoad))) {
			return false;
		}
		this.trusted--;
		this.reached = this.sentWith[index];
		this.latestRetryAt = this.retryAt[index];
		return true;
	}

	// Without any accepted request, nothing speaks for noise.
	private boolean isNothingElse(int index) {
		if (this.accepted) {
			return false;
		}
		int reached = this.sentWith[index];
		long latest = this.retryAt[index];
		for (long request = Math.max(this.firstAfterVerdict, this.sent - this.memory); request < this.sent; request++) {
			int other = index(request);
			if (this.answers[other] == Answer.NONE) {
				return false;
			}
			if (this.answers[other] == Answer.REFUSED) {
				reached = Math.min(reached, this.sentWith[other]);
				latest = Math.max(latest, this.retryAt[other]);
			}
		}
		this.reached = reached;
		this.latestRetryAt = latest;
		return true;
	}

	private boolean isProven(long refused, int index) {
		int inFlight = this.inFlight[index];
		int load = this.accountLoad[index];
		int reached = this.sentWith[index];
		long latest = NO_TIME;
		int score = 0;
		int slowScore = 0;
		int compared = 0;
		long oldest = Math.max(this.firstAfterVerdict, this.sent - this.memory);
		for (long request = this.newestRefused; request >= oldest && compared < WINDOW; request--) {
			int other = index(request);
			if (this.answers[other] == Answer.OTHER || !isAtLeast(other, inFlight, load)) {
				continue;
			}
			compared++;
			if (this.answers[other] != Answer.REFUSED) {
				score -= ACCEPTED_WEIGHT;
				slowScore--;
				continue;
			}
			score++;
			slowScore += SLOW_REFUSED_WEIGHT;
			reached = Math.min(reached, this.sentWith[other]);
			latest = Math.max(latest, this.retryAt[other]);
			if (score >= PROOF || slowScore >= SLOW_PROOF) {
				this.fullFrom = inFlight;
				this.fullFromLoad = load;
				this.reached = reached;
				this.latestRetryAt = latest;
				this.lastTrusted = Math.min(MOST_TRUSTED, Math.max(1, TRUST_GROWTH * this.lastTrusted));
				this.trusted = this.lastTrusted;
				refuteFrom(this.sent);
				return true;
			}
		}
		if (this.unproven == 0) {
			// The requests after the first refusal show whether the account is full.
			refuteFrom(refused);
		}
		this.unproven++;
		if (this.unproven >= MOST_UNPROVEN) {
			distrust();
		}
		return false;
	}

	private void refuteFrom(long request) {
		this.refutingFrom = request;
		this.refuting = 0;
		this.refutingAll = 0;
	}

	private void distrust() {
		this.trusted = 0;
		this.lastTrusted = 0;
	}

	private boolean isAtLeast(int index, int inFlight, int accountLoad) {
		return (accountLoad > 0 && this.accountLoad[index] > 0) ? this.accountLoad[index] >= accountLoad
				: this.inFlight[index] >= inFlight;
	}

	// A request from before the verdict says nothing about what the server accepts now.
	private boolean isRemembered(long request) {
		return request >= this.firstAfterVerdict && request >= this.sent - this.memory;
	}

	private int index(long request) {
		return (int) request & (this.answers.length - 1);
	}

}
