package io.operations.internal.resilience;

import java.util.function.BooleanSupplier;

import reactor.util.context.ContextView;

/**
 * Determines the place of a request in the queue of the admission. The Reactor context of
 * a request contains its priority under this class as the key. A request without a
 * priority is a fetch.
 *
 * @param kind the kind of the request
 * @param due when the request was due, in milliseconds of the scheduler's monotonic clock
 * ({@link reactor.core.scheduler.Scheduler#now} in nanoseconds)
 * @param mayLeave called right before the request is sent. If it returns {@code false},
 * the request is not sent, and the creator of the priority cancels it
 * @since 0.1.0
 */
public record RequestPriority(Kind kind, long due, BooleanSupplier mayLeave) {

	/**
	 * Create the priority of a request that is sent as soon as its turn comes.
	 * @param kind the kind of the request
	 * @param due when the request was due
	 */
	public RequestPriority(Kind kind, long due) {
		this(kind, due, () -> true);
	}

	static RequestPriority of(ContextView context, long now) {
		RequestPriority priority = context.getOrDefault(RequestPriority.class, null);
		return (priority != null) ? priority : new RequestPriority(Kind.FETCH, now);
	}

	/**
	 * Lists the kinds of requests.
	 */
	public enum Kind {

		/**
		 * A fetch, whose caller waits for the response.
		 */
		FETCH,

		/**
		 * The first poll of a wait or of a held operation.
		 */
		FIRST_POLL,

		/**
		 * A further poll of a wait or of a held operation.
		 */
		REPEAT_POLL

	}

}
