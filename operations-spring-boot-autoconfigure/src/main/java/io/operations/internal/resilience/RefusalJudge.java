package io.operations.internal.resilience;

import java.time.Duration;

import io.operations.internal.resilience.SentRequests.Answer;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a 429 means that the account is full, or whether it is noise: a gateway
 * or another application caused it, and the server accepts most other requests. A full
 * account needs a pause and fewer requests in flight. After noise, only the refused
 * request waits.
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
 * The last two cases are sequential tests. {@code docs/decisions/noise-is-not-a-limit.md}
 * calculates how often noise meets their conditions.
 * <p>
 * Requests count in the order in which the client sent them, because refusals often
 * arrive before responses to earlier requests. A request without a response counts as
 * accepted. Only requests with at least as many in flight as the refused one are
 * compared. This finds a limit of requests in flight that is one too high, although the
 * server accepts most requests. A refused request occupies no place at the server.
 * Requests that were sent while it was in flight therefore count with one request in
 * flight less. If the server reports how many requests of the account are in flight, that
 * number replaces the client's.
 * <p>
 * The verdict that the account is full creates trust: some of the next refusals begin a
 * pause without a test. Their number is one after the first verdict with a test, then
 * four, then sixteen, and at most 64. Without this trust, the server would refuse more
 * requests of a full account than if each 429 began a pause. The trust ends after many
 * accepted requests with as many in flight, after many refusals without a verdict, and
 * after ten minutes without a pause. If accepted requests end the trust, the next verdict
 * with a test trusts as many refusals as the last verdict did. If the server then accepts
 * as many requests again, this number is divided by four.
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

	private static final long TRUST_NANOS = Duration.ofMinutes(10).toNanos();

	// This many refusals without a verdict end the trust. A full account is proven after
	// some forty refusals, but noise of 15 % only after thousands.
	private static final int MOST_UNPROVEN = 200;

	private final SentRequests requests;

	private final RefusalTrust trust;

	private long newestRefused;

	private long firstAfterVerdict;

	// The findings of the last verdict.
	private int reached;

	private long latestRetryAt = NO_TIME;

	private long verdictAt;

	private boolean accepted;

	// Refusals since the last verdict.
	private int unproven;

	RefusalJudge(int maxInFlight) {
		this.requests = new SentRequests(maxInFlight);
		this.trust = new RefusalTrust(this.requests);
	}

	/**
	 * Note that a request is sent.
	 * @param inFlight how many requests are in flight, including this one
	 * @return the number of the request
	 */
	long sent(int inFlight) {
		return this.requests.add(inFlight);
	}

	/**
	 * Note that a request has ended. If it was neither accepted nor refused, it says
	 * nothing about the account.
	 * @param request the number of the request
	 */
	void ended(long request) {
		if (isRemembered(request)) {
			this.requests.ended(request);
		}
	}

	/**
	 * Note that the server accepted a request.
	 * @param request the number of the request
	 * @param accountLoad how many requests of the account were in flight; {@code null} if
	 * that is not known
	 */
	void accepted(long request, @Nullable Integer accountLoad) {
		if (isRemembered(request)) {
			this.requests.accepted(request, accountLoad);
			this.accepted = true;
			this.trust.accepted(request);
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
		this.requests.refused(request, accountLoad, retryAt);
		this.newestRefused = Math.max(this.newestRefused, request);
		if (nanos - this.verdictAt > TRUST_NANOS) {
			this.trust.end();
		}
		boolean full = isTrusted(request) || isNothingElse(request) || isProven(request);
		this.trust.refused();
		if (full) {
			this.firstAfterVerdict = this.requests.next();
			this.trust.verdict();
			this.verdictAt = nanos;
			this.unproven = 0;
			this.accepted = false;
		}
		return full;
	}

	/**
	 * Return from how many requests in flight on the full account refuses requests. This
	 * is the smallest number of all compared refusals, because the limit may have grown
	 * meanwhile.
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

	private boolean isTrusted(long refused) {
		boolean trusted = this.trust.use(refused);
		if (trusted) {
			this.reached = this.requests.sentWith(refused);
			this.latestRetryAt = this.requests.retryAt(refused);
		}
		return trusted;
	}

	// Without any accepted request, nothing speaks for noise.
	private boolean isNothingElse(long refused) {
		if (this.accepted) {
			return false;
		}
		int reached = this.requests.sentWith(refused);
		long latest = this.requests.retryAt(refused);
		for (long request = oldest(); request < this.requests.next(); request++) {
			Answer answer = this.requests.answer(request);
			if (answer == Answer.NONE) {
				return false;
			}
			if (answer == Answer.REFUSED) {
				reached = Math.min(reached, this.requests.sentWith(request));
				latest = Math.max(latest, this.requests.retryAt(request));
			}
		}
		this.reached = reached;
		this.latestRetryAt = latest;
		return true;
	}

	private boolean isProven(long refused) {
		int inFlight = this.requests.inFlight(refused);
		int load = this.requests.accountLoad(refused);
		int reached = this.requests.sentWith(refused);
		long latest = NO_TIME;
		int score = 0;
		int slowScore = 0;
		int compared = 0;
		long oldest = oldest();
		for (long request = this.newestRefused; request >= oldest && compared < WINDOW; request--) {
			Answer answer = this.requests.answer(request);
			if (answer == Answer.OTHER || !this.requests.isAtLeast(request, inFlight, load)) {
				continue;
			}
			compared++;
			if (answer != Answer.REFUSED) {
				score -= ACCEPTED_WEIGHT;
				slowScore--;
				continue;
			}
			score++;
			slowScore += SLOW_REFUSED_WEIGHT;
			reached = Math.min(reached, this.requests.sentWith(request));
			latest = Math.max(latest, this.requests.retryAt(request));
			if (score >= PROOF || slowScore >= SLOW_PROOF) {
				this.reached = reached;
				this.latestRetryAt = latest;
				this.trust.proven(inFlight, load);
				return true;
			}
		}
		if (this.unproven == 0) {
			// The requests after the first refusal show whether the account is full.
			this.trust.refuteFrom(refused);
		}
		this.unproven++;
		if (this.unproven >= MOST_UNPROVEN) {
			this.trust.end();
		}
		return false;
	}

	// A request from before the verdict says nothing about what the server accepts now.
	private boolean isRemembered(long request) {
		return request >= oldest();
	}

	private long oldest() {
		return Math.max(this.firstAfterVerdict, this.requests.oldest());
	}

}
