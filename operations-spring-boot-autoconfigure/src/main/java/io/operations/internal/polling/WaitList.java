package io.operations.internal.polling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Lists the waits of a poller for an operator. Thread-safe.
 *
 * @since 0.1.0
 */
public final class WaitList {

	private final WaitRegistry registry;

	private final Object lock;

	private final WallOffset clock;

	WaitList(WaitRegistry registry, Object lock, Scheduler scheduler) {
		this.registry = registry;
		this.lock = lock;
		this.clock = new WallOffset(scheduler);
	}

	/**
	 * Return the wait for an operation.
	 * @param operationId the operation's id
	 * @return the wait, {@code null} if nobody awaits the operation
	 */
	public @Nullable ListedWait find(String operationId) {
		long offset = this.clock.get();
		synchronized (this.lock) {
			AwaitedOperation awaited = this.registry.get(operationId);
			return (awaited != null) ? describe(awaited, offset, time(awaited.at(), offset)) : null;
		}
	}

	/**
	 * Return how many callers of this instance wait for an operation.
	 * @param operationId the operation's id
	 * @return the number of callers
	 */
	public int callers(String operationId) {
		ListedWait wait = find(operationId);
		return (wait != null) ? wait.callers() : 0;
	}

	/**
	 * Return waits in the order of the filter.
	 * @param filter the filter that the waits match
	 * @return the waits
	 */
	public List<ListedWait> list(PolledFilter filter) {
		FirstPolled<AwaitedOperation> first = new FirstPolled<>(this.lock, this.clock,
				(awaited) -> filter.hasId(awaited) && filter.hasKind(awaited.kind())
						&& filter.hasStatus(seen(awaited.lastSeen())),
				(awaited) -> filter.isStuck(awaited.isStuck()),
				filter.nextPoll() ? AwaitedOperation::at : AwaitedOperation::began);
		List<ListedWait> waits = new ArrayList<>();
		long offset = this.clock.get();
		for (FirstPolled.Entry<AwaitedOperation> entry : first.of(this.registry.all(), filter.after(),
				filter.limit())) {
			synchronized (this.lock) {
				// Meanwhile a poll may have moved the next one. The time that decided on
				// the order also tells where the next page begins.
				waits.add(describe(entry.polled(), offset,
						filter.nextPoll() ? entry.time() : time(entry.polled().at(), offset)));
			}
		}
		return waits;
	}

	private static ListedWait describe(AwaitedOperation awaited, long offset, Instant nextDue) {
		long deadline = Long.MIN_VALUE;
		int callers = 0;
		for (WaitingCaller caller = awaited.callers(); caller != null; caller = caller.next) {
			callers++;
			deadline = Math.max(deadline, caller.at());
		}
		return new ListedWait(awaited.operationId(), awaited.kind(), callers, seen(awaited.lastSeen()),
				awaited.isStuck(), time(awaited.began(), offset), (callers > 0) ? time(deadline, offset) : null,
				awaited.polls(), nextDue, awaited.lastFault());
	}

	private static @Nullable Operation seen(@Nullable LastSeen seen) {
		return (seen != null) ? seen.withoutUrl() : null;
	}

	private static Instant time(long monotonic, long offset) {
		return Instant.ofEpochMilli(monotonic + offset);
	}

}
