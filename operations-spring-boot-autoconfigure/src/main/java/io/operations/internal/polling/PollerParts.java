package io.operations.internal.polling;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.operations.OperationFetcher;
import io.operations.internal.resilience.PollCapacity;
import io.operations.polling.PollingSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Holds what the classes of a poller share.
 *
 * @param lock guards the waits, the held operations and their polls in flight. Nothing
 * foreign is called while it is held. The dispatcher's lock may be taken while this lock
 * is held.
 * @param client the name of the client
 * @param keyPrefix the prefix of the configuration keys that messages name
 * @param fetcher makes one attempt
 * @param capacity how many polls the account has capacity for
 * @param delays decides when an operation is polled next
 * @param settings the bounds of polls and waits
 * @param scheduler runs all timers and is the clock
 * @param listener notified of waits and of statuses. It throws no exception but those of
 * the JVM
 * @param outage the knowledge of outages
 * @param sentPolls knows which polls have left
 * @param seenOperations the operations that were seen most recently
 * @param dispatcher sends the due polls
 */
record PollerParts(Object lock, String client, String keyPrefix, OperationFetcher fetcher, PollCapacity capacity,
		PollDelays delays, PollingSettings settings, Scheduler scheduler, OperationsListeners listener, Outage outage,
		SentPolls sentPolls, SeenOperations seenOperations, PollDispatcher dispatcher) {

	/**
	 * Return the present time of the wall clock.
	 * @return the time, in whole milliseconds
	 */
	Instant clock() {
		return Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS));
	}

	/**
	 * Return the present time of a monotonic clock. With the wall clock, polls would wait
	 * too long after a step back.
	 * @return the time in milliseconds
	 */
	long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

	/**
	 * Cancel a poll that nobody needs any more.
	 * @param poll the poll, {@code null} if there is none
	 */
	void cancel(@Nullable Poll poll) {
		if (poll != null) {
			cancel(List.of(poll));
		}
	}

	/**
	 * Cancel polls that nobody needs any more, on a thread of the scheduler. Another poll
	 * takes the place of a cancelled one. It must not leave on the caller's thread, which
	 * may be in a transaction.
	 * @param polls the polls
	 */
	void cancel(List<Poll> polls) {
		if (polls.isEmpty()) {
			return;
		}
		Runnable task = () -> polls.forEach((poll) -> poll.request().dispose());
		try {
			this.scheduler.schedule(task);
		}
		catch (RejectedExecutionException ex) {
			task.run();
		}
	}

}
