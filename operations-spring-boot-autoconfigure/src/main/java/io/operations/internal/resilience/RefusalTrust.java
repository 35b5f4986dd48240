package io.operations.internal.resilience;

/**
 * Counts how many of the next refusals begin a pause without a test, because a test has
 * shown that the account is full. The trust grows with each verdict. Accepted requests
 * end it. The admission guards this class.
 */
final class RefusalTrust {

	private static final int GROWTH = 4;

	private static final int MOST = 64;

	// The trust ends after this number of accepted requests or after twenty round trips,
	// whichever number of requests is greater. Each refusal cancels thirteen accepted
	// requests, because it speaks for a full account. This includes a refusal that begins
	// no pause.
	private static final int REFUTED = 80;

	private static final int REFUTED_ROUNDS = 20;

	private static final int REFUSAL_CONFIRMS = 13;

	private final SentRequests requests;

	// From how many requests in flight on the account refuses requests, by the last
	// verdict with a test: the number of this client, and the number that the server
	// reported.
	private int fullFrom;

	private int fullFromLoad;

	// "left" is how many more refusals need no test. After the next verdict with a test,
	// four times "last" refusals need none.
	private int left;

	private int last;

	// Accepted requests that speak against the last verdict. "refuting" counts those with
	// at least as many requests in flight as in the verdict. "refutingAll" counts all.
	private int refuting;

	private int refutingAll;

	private long refutingFrom;

	RefusalTrust(SentRequests requests) {
		this.requests = requests;
	}

	/**
	 * Note a verdict with a test.
	 * @param inFlight from how many requests in flight on the account refuses them
	 * @param accountLoad the same as the server reported it; 0 if it reported nothing
	 */
	void proven(int inFlight, int accountLoad) {
		this.fullFrom = inFlight;
		this.fullFromLoad = accountLoad;
		this.last = Math.min(MOST, Math.max(1, GROWTH * this.last));
		this.left = this.last;
		refuteFrom(this.requests.next());
	}

	/**
	 * Use the trust for a refusal.
	 * @param request the number of the refused request
	 * @return {@code true} if the refusal needs no test
	 */
	boolean use(long request) {
		// An account with a limit per second refuses requests with any number in flight.
		if (this.left == 0 || (this.refutingAll >= REFUTED && !isAsFull(request))) {
			return false;
		}
		this.left--;
		return true;
	}

	/**
	 * Note that the server accepted a request, which may end the trust.
	 * @param request the number of the request
	 */
	void accepted(long request) {
		if (this.last == 0 || request < this.refutingFrom) {
			return;
		}
		this.refutingAll++;
		if (isAsFull(request)) {
			this.refuting++;
			if (this.refuting >= Math.max(REFUTED, REFUTED_ROUNDS * this.fullFrom)) {
				// A full account has room at times. It would need all tests again if
				// this ended all trust.
				this.left = 0;
				this.last /= GROWTH;
				refuteFrom(this.requests.next());
			}
		}
	}

	/**
	 * Note that the server refused a request.
	 */
	void refused() {
		this.refuting = Math.max(0, this.refuting - REFUSAL_CONFIRMS);
		this.refutingAll = Math.max(0, this.refutingAll - REFUSAL_CONFIRMS);
	}

	/**
	 * Note a verdict. Only requests that are sent after it speak against it.
	 */
	void verdict() {
		this.refutingFrom = this.requests.next();
	}

	/**
	 * Restart the count of the accepted requests that speak against the verdict.
	 * @param request the number of the first request that counts
	 */
	void refuteFrom(long request) {
		this.refutingFrom = request;
		this.refuting = 0;
		this.refutingAll = 0;
	}

	/**
	 * End all trust.
	 */
	void end() {
		this.left = 0;
		this.last = 0;
	}

	private boolean isAsFull(long request) {
		return this.requests.isAtLeast(request, this.fullFrom, this.fullFromLoad);
	}

}
