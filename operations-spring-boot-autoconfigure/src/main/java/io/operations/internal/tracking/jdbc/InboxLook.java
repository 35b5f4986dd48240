package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at the inbox of a client: renews the lease, holds the operations that callers
 * have added, and releases those that callers have removed. One statement does all of
 * this.
 */
final class InboxLook {

	private static final String LOOKING = "look for new operations";

	private final Signal wakeUps = new Signal();

	private final Held held;

	private final ChangeBuffer buffer;

	private final OpenOperations open;

	private final FencedRows fenced;

	private final DatabaseCalls calls;

	private final WorkFaults faults;

	private final Duration interval;

	/**
	 * Create the look.
	 * @param held the operations in memory
	 * @param buffer knows which operations have ended
	 * @param open holds the operations of the inbox
	 * @param fenced the statements that need the lease
	 * @param calls makes the calls to the database
	 * @param faults reports what fails
	 * @param interval the time between two looks
	 */
	InboxLook(Held held, ChangeBuffer buffer, OpenOperations open, FencedRows fenced, DatabaseCalls calls,
			WorkFaults faults, Duration interval) {
		this.held = held;
		this.buffer = buffer;
		this.open = open;
		this.fenced = fenced;
		this.calls = calls;
		this.faults = faults;
		this.interval = interval;
	}

	/**
	 * End the wait for the next look.
	 */
	void wake() {
		this.wakeUps.give();
	}

	/**
	 * Look once, and wait for the time of the next look.
	 * @param lease the lease, which the look renews or finds lost
	 */
	void look(Lease lease) {
		long sent = lease.monotonic();
		List<String> gone = new ArrayList<>();
		Duration wait = this.interval;
		try (ChangeBuffer.Reading reading = this.buffer.read()) {
			Integer entries = this.calls.once("look",
					() -> this.fenced.look(lease.epoch(), FencedRows.BATCH, (inbox) -> {
						// A transaction that the database rolls back is repeated.
						gone.clear();
						gone.addAll(inbox.gone());
						this.open.take(inbox.open(), reading);
					}));
			// Outside of the transaction: other polls may leave on this thread.
			gone.forEach(this.held::release);
			if (entries == null || entries < 0) {
				lease.lose();
				return;
			}
			boolean paused = !lease.mayPoll();
			lease.confirmed(sent);
			if (paused && lease.mayPoll()) {
				this.held.resume();
			}
			if (entries >= FencedRows.BATCH) {
				return;
			}
			this.open.looked();
			this.faults.succeeded(LOOKING);
		}
		catch (RuntimeException ex) {
			this.faults.failed(LOOKING, ex);
			wait = WorkFaults.PAUSE;
		}
		this.wakeUps.await(wait);
	}

}
