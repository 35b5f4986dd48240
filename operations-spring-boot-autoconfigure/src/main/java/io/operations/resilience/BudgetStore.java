package io.operations.resilience;

import java.time.Duration;

import reactor.core.publisher.Mono;

/**
 * Shares the requests per second of an account among all instances of an application. The
 * store keeps for each client until when permits are reserved, and which instances exist.
 * All times are measured by the store's clock, never by that of an instance.
 * <p>
 * Each method returns a cold {@code Mono} and does not block. A {@code Mono} that fails,
 * or has no answer in time, means that the store is unavailable.
 *
 * @since 0.1.0
 */
public interface BudgetStore {

	/**
	 * Reserve the next free permits of a client.
	 * @param client the name of the client
	 * @param permits the number of permits, at least 1
	 * @param duration how long these permits last at the rate of this instance
	 * @param longestDebt how far ahead other reservations may reach at most. A
	 * reservation that reaches further was made at a lower rate, or before the store's
	 * clock was set back. The store ignores the excess.
	 * @return the reservation
	 */
	Mono<Reservation> reserve(String client, int permits, Duration duration, Duration longestDebt);

	/**
	 * Report that this instance is alive, and count the others.
	 * @param client the name of the client
	 * @param sending whether this instance has requests to send
	 * @return the other instances
	 */
	Mono<Others> report(String client, boolean sending);

	/**
	 * Pause the client in all instances, unless it already pauses for longer.
	 * @param client the name of the client
	 * @param pause how long the pause lasts
	 * @param byOperator whether an operator begins the pause, and not the server
	 * @return the pause of the client after this call: the new one, or the one that lasts
	 * longer. Its count of resumes is that of the moment of the pause, so that an
	 * instance ignores an answer that arrives after a later resume.
	 */
	Mono<Pause> pause(String client, Duration pause, boolean byOperator);

	/**
	 * End the pause of the client in all instances, whoever began it. The store counts
	 * the calls of this method, also those without a pause, so that the other instances
	 * notice them.
	 * @param client the name of the client
	 * @return how often the client has been resumed
	 */
	Mono<Long> resume(String client);

	/**
	 * Report that this instance has stopped. The other instances no longer count it.
	 * @param client the name of the client
	 * @return an empty {@code Mono}
	 */
	Mono<Void> leave(String client);

	/**
	 * Return how many other instances shared the client's budget when this store was
	 * opened. An instance that never gets an answer divides the rate by them. This method
	 * does not block.
	 * @param client the name of the client
	 * @return the number of other instances, 0 if it is unknown
	 */
	default int othersAtStart(String client) {
		return 0;
	}

	/**
	 * Describes reserved permits.
	 *
	 * @param untilEnd the time from now until the last of the permits is used up
	 * @param pause the pause of the client
	 */
	record Reservation(Duration untilEnd, Pause pause) {

	}

	/**
	 * Counts the other instances that share the budget.
	 *
	 * @param alive how many have reported lately
	 * @param sending how many of them have requests to send
	 * @param pause the pause of the client
	 */
	record Others(int alive, int sending, Pause pause) {

	}

	/**
	 * Describes the pause of a client.
	 *
	 * @param left how long the client still pauses; zero if it does not pause
	 * @param byOperator whether an operator began the pause, and not the server
	 * @param resumes how often the client has been resumed; -1 if that is unknown
	 */
	record Pause(Duration left, boolean byOperator, long resumes) {

		/**
		 * Describes that no pause is known.
		 */
		public static final Pause UNKNOWN = new Pause(Duration.ZERO, false, -1);

	}

}
