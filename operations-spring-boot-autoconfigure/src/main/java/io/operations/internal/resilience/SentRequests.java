package io.operations.internal.resilience;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Remembers the latest requests of an account in the order in which the client sent them,
 * and what the server answered. Requests have numbers from 0 on. The admission guards
 * this class.
 */
final class SentRequests {

	enum Answer {

		/**
		 * The server has not answered yet.
		 */
		NONE,

		ACCEPTED, REFUSED,

		/**
		 * The request has ended and says nothing about the account.
		 */
		OTHER

	}

	// The memory is larger than the number of compared requests, because requests with
	// fewer others in flight lie between the compared ones.
	private static final int MEMORY = 512;

	private static final int MOST_MEMORY = 1 << 14;

	private final int memory;

	// How many requests were in flight with each request: all of them, and all without
	// those that the server refused.
	private final int[] sentWith;

	private final int[] inFlight;

	// How many requests of the account were in flight, as the server reported; 0 if it
	// reported nothing.
	private final int[] accountLoad;

	private final long[] retryAt;

	private final Answer[] answers;

	private long next;

	SentRequests(int maxInFlight) {
		this.memory = Math.max(MEMORY, Math.min(MOST_MEMORY, 4 * Math.min(MOST_MEMORY, maxInFlight)));
		// A power of two, so that an index needs no division.
		int places = Integer.highestOneBit(2 * this.memory - 1);
		this.sentWith = new int[places];
		this.inFlight = new int[places];
		this.accountLoad = new int[places];
		this.retryAt = new long[places];
		this.answers = new Answer[places];
		Arrays.fill(this.answers, Answer.NONE);
	}

	/**
	 * Add a request.
	 * @param inFlight how many requests are in flight, including this one
	 * @return the number of the request
	 */
	long add(int inFlight) {
		int index = index(this.next);
		this.sentWith[index] = inFlight;
		this.inFlight[index] = inFlight;
		this.accountLoad[index] = 0;
		this.answers[index] = Answer.NONE;
		return this.next++;
	}

	void ended(long request) {
		if (this.answers[index(request)] == Answer.NONE) {
			this.answers[index(request)] = Answer.OTHER;
		}
	}

	void accepted(long request, @Nullable Integer accountLoad) {
		answered(request, Answer.ACCEPTED, accountLoad);
	}

	/**
	 * Note that the server refused a request. The request occupied no place at the
	 * server, so later requests count with one less in flight.
	 * @param request the number of the request
	 * @param accountLoad how many requests of the account were in flight; {@code null} if
	 * that is not known
	 * @param retryAt when the server accepts the request
	 */
	void refused(long request, @Nullable Integer accountLoad, long retryAt) {
		answered(request, Answer.REFUSED, accountLoad);
		this.retryAt[index(request)] = retryAt;
		for (long later = request + 1; later < this.next; later++) {
			int index = index(later);
			this.inFlight[index] = Math.max(1, this.inFlight[index] - 1);
		}
	}

	private void answered(long request, Answer answer, @Nullable Integer accountLoad) {
		int index = index(request);
		this.answers[index] = answer;
		this.accountLoad[index] = (accountLoad != null) ? accountLoad : 0;
	}

	/**
	 * Return the number of the next request.
	 * @return the number of requests so far
	 */
	long next() {
		return this.next;
	}

	/**
	 * Return the oldest request that is remembered.
	 * @return its number; less than 0 if all requests are remembered
	 */
	long oldest() {
		return this.next - this.memory;
	}

	Answer answer(long request) {
		return this.answers[index(request)];
	}

	/**
	 * Return how many requests were in flight when a request was sent.
	 * @param request the number of the request
	 * @return the number of requests, including this one
	 */
	int sentWith(long request) {
		return this.sentWith[index(request)];
	}

	/**
	 * Return how many requests were in flight without those that the server refused.
	 * @param request the number of the request
	 * @return the number of requests, including this one
	 */
	int inFlight(long request) {
		return this.inFlight[index(request)];
	}

	/**
	 * Return how many requests of the account were in flight.
	 * @param request the number of the request
	 * @return the number that the server reported; 0 if it reported nothing
	 */
	int accountLoad(long request) {
		return this.accountLoad[index(request)];
	}

	long retryAt(long request) {
		return this.retryAt[index(request)];
	}

	/**
	 * Compare the load when a request was sent with another load. If the server reported
	 * both, its numbers are compared.
	 * @param request the number of the request
	 * @param inFlight how many requests were in flight
	 * @param accountLoad how many requests of the account the server reported; 0 for none
	 * @return {@code true} if at least as many requests were in flight with this request
	 */
	boolean isAtLeast(long request, int inFlight, int accountLoad) {
		int index = index(request);
		return (accountLoad > 0 && this.accountLoad[index] > 0) ? this.accountLoad[index] >= accountLoad
				: this.inFlight[index] >= inFlight;
	}

	private int index(long request) {
		return (int) request & (this.answers.length - 1);
	}

}
