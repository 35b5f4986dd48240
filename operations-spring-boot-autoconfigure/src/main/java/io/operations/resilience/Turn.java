package io.operations.resilience;

import reactor.util.context.ContextView;

/**
 * When a call's turn is, among those that wait to be admitted. A call says so by an entry
 * of its Reactor context, under this class as the key; one without is a direct fetch.
 *
 * @param kind what kind of call it is
 * @param due when it was due, in milliseconds of the scheduler's monotonic clock, that of
 * {@link reactor.core.scheduler.Scheduler#now} in nanoseconds
 * @since 0.1.0
 */
public record Turn(Kind kind, long due) {

	static Turn of(ContextView context, long now) {
		Turn turn = context.getOrDefault(Turn.class, null);
		return (turn != null) ? turn : new Turn(Kind.FETCH, now);
	}

	/**
	 * Kinds of call.
	 */
	public enum Kind {

		/**
		 * A direct fetch: somebody is waiting for its answer now.
		 */
		FETCH,

		/**
		 * The first poll of a wait.
		 */
		FIRST_POLL,

		/**
		 * A further poll of a wait.
		 */
		REPEAT_POLL

	}

}
