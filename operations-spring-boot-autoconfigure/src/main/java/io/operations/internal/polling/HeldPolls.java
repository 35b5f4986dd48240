package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the operations that another component has handed to the poller, by id, and plans
 * their polls.
 *
 * @since 0.1.0
 */
public final class HeldPolls {

	/**
	 * The next poll after a result that could not be recorded.
	 */
	static final HeldPoll.Next AFTER_A_DEFECT = new HeldPoll.Next(60_000, true);

	private static final Log logger = LogFactory.getLog(HeldPolls.class);

	// Read without the lock, changed while it is held.
	private final Map<String, HeldPoll> held = new ConcurrentHashMap<>();

	private final PollerParts parts;

	private final Object lock;

	private final WallOffset clock;

	// Changed while the lock is held.
	private volatile int scheduled;

	/**
	 * Create the registry, with no operation.
	 * @param parts what the classes of a poller share
	 */
	HeldPolls(PollerParts parts) {
		this.parts = parts;
		this.lock = parts.lock();
		this.clock = new WallOffset(parts.scheduler());
	}

	/**
	 * Return a held operation.
	 * @param operationId the operation's id
	 * @return the operation, {@code null} if it is not held
	 */
	public @Nullable HeldPoll get(String operationId) {
		return this.held.get(operationId);
	}

	/**
	 * Return the operations that are held.
	 * @return the operations, which may change while the caller reads them
	 */
	public Collection<HeldPoll> all() {
		return Collections.unmodifiableCollection(this.held.values());
	}

	/**
	 * Return when held operations are polled next, the soonest first. A poll in flight
	 * has the time at which it was due.
	 * @param filter the filter that the operations match
	 * @return the times by the ids of the operations
	 */
	public Map<String, Instant> next(PolledFilter filter) {
		FirstPolled<HeldPoll> first = new FirstPolled<>(this.lock, this.clock, (operation) -> {
			if (filter.kind() == null && filter.status() == null) {
				return filter.hasId(operation);
			}
			PolledOperation polled = operation.polled();
			return filter.hasId(operation) && filter.hasKind(polled.kind()) && filter.hasStatus(polled.lastSeen());
		}, (operation) -> filter.isStuck(operation.isStuck()), HeldPoll::at);
		Map<String, Instant> next = new LinkedHashMap<>();
		first.of(this.held.values(), filter.after(), filter.limit())
			.forEach((entry) -> next.put(entry.polled().id(), entry.time()));
		return next;
	}

	/**
	 * Poll an operation until it ends or is released. Replaces a held operation of the
	 * same id. Sends no poll.
	 * @param operation the operation
	 * @param next when its next poll is due
	 * @param isNew whether it was never polled, so that its poll is a first poll
	 * @param meet lets a wait for the operation share its polls; called while the lock is
	 * held
	 */
	void hold(HeldPoll operation, HeldPoll.Next next, boolean isNew, Consumer<HeldPoll> meet) {
		Poll abandoned;
		synchronized (this.lock) {
			HeldPoll replaced = this.held.get(operation.operationId());
			abandoned = (replaced != null) ? over(replaced) : null;
			this.held.put(operation.operationId(), operation);
			if (!isNew) {
				operation.repeated();
			}
			meet.accept(operation);
			plan(operation, next);
		}
		this.parts.cancel(abandoned);
	}

	/**
	 * Record the result of a poll and plan the next one.
	 * @param held the operation
	 * @param outcome records the result and returns the next poll, {@code null} if there
	 * is none
	 */
	void planNext(HeldPoll held, Supplier<HeldPoll.@Nullable Next> outcome) {
		if (isOver(held)) {
			return;
		}
		// Also after an error that ends this thread, the operation must be polled again.
		HeldPoll.Next next = AFTER_A_DEFECT;
		try {
			next = outcome.get();
		}
		catch (RuntimeException | LinkageError ex) {
			logger.error(PollResults.notRecorded(this.parts.client(), held.operationId()), ex);
		}
		finally {
			again(held, next);
		}
	}

	private boolean isOver(HeldPoll held) {
		synchronized (this.lock) {
			return held.isOver();
		}
	}

	/**
	 * Plan the next poll, unless it is planned or in flight.
	 * @param held the operation
	 * @param next the next poll, {@code null} to hold the operation no longer
	 * @return whether the operation is still held
	 */
	boolean again(HeldPoll held, HeldPoll.@Nullable Next next) {
		synchronized (this.lock) {
			if (next == null && !held.isOver()) {
				over(held);
			}
			else if (next != null && held.place() < 0) {
				held.repeated();
				plan(held, next);
			}
			return !held.isOver();
		}
	}

	private void plan(HeldPoll held, HeldPoll.Next next) {
		countAsScheduled(held, !held.isOver() && held.isScheduled());
		if (!held.isOver() && held.pollInFlight() == null && held.place() < 0) {
			long now = this.parts.now();
			long at = now + next.delay();
			long pause = next.isFixed() ? next.delay() : this.parts.settings().minInterval().toMillis();
			this.parts.dispatcher()
				.add(held, at, held.isRepeated() ? Math.min(at, now + pause) : next.isFixed() ? at : now);
		}
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	private void countAsScheduled(HeldPoll held, boolean isScheduled) {
		if (held.isCountedAsScheduled() != isScheduled) {
			held.countedAsScheduled(isScheduled);
			this.scheduled += isScheduled ? 1 : -1;
		}
	}

	/**
	 * Return the number of operations that were last seen as SCHEDULED.
	 * @return the number of operations
	 */
	public int scheduled() {
		return this.scheduled;
	}

	private @Nullable Poll over(HeldPoll held) {
		held.over();
		countAsScheduled(held, false);
		this.held.remove(held.operationId(), held);
		if (held.polled().lastSeen() != null) {
			this.parts.seenOperations().add(held.operationId());
		}
		this.parts.dispatcher().remove(held);
		return held.leavePoll();
	}

	/**
	 * Stop polling an operation. Its poll in flight is abandoned, unless a wait needs it.
	 * @param operation the operation
	 * @return {@code false} if the operation was not held, or if another one of the same
	 * id has replaced it
	 */
	public boolean release(HeldPoll operation) {
		Poll abandoned;
		synchronized (this.lock) {
			if (operation.isOver() || !operation.equals(this.held.get(operation.operationId()))) {
				return false;
			}
			abandoned = over(operation);
		}
		this.parts.cancel(abandoned);
		return true;
	}

	/**
	 * Stop polling all operations.
	 */
	public void releaseAll() {
		List<Poll> abandoned = new ArrayList<>();
		synchronized (this.lock) {
			this.parts.dispatcher().removeHeld();
			for (HeldPoll operation : this.held.values()) {
				operation.over();
				countAsScheduled(operation, false);
				operation.place(-1);
				Poll poll = operation.leavePoll();
				if (poll != null) {
					abandoned.add(poll);
				}
			}
			this.held.clear();
		}
		this.parts.cancel(abandoned);
	}

	/**
	 * Return the time until the next poll is due.
	 * @param operation the operation
	 * @return the time, negative if the poll is overdue or in flight
	 */
	public Duration untilDue(HeldPoll operation) {
		synchronized (this.lock) {
			return Duration.ofMillis(operation.at() - this.parts.now());
		}
	}

	/**
	 * Return whether an operation waits for its next poll.
	 * @param operation the operation
	 * @return {@code false} if a poll is in flight, or the operation is not held
	 */
	public boolean isQueued(HeldPoll operation) {
		synchronized (this.lock) {
			return operation.place() >= 0;
		}
	}

}
