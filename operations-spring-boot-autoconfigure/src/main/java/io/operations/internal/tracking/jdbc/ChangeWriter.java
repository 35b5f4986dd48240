package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.TrackedChange;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Decides when the results of polls are stored. It stores changes soon and in batches,
 * and stores numbers of polls and learned durations once a minute.
 */
final class ChangeWriter {

	private static final Log logger = LogFactory.getLog(ChangeWriter.class);

	private static final Duration COUNTED = Duration.ofMinutes(1);

	private static final Duration LAST_WRITES = Duration.ofSeconds(1);

	private final Signal wakeUps = new Signal();

	private final Held held;

	private final ChangeBuffer buffer;

	private final FencedRows fenced;

	private final OpenOperations open;

	private final LearnedStore learned;

	private final DatabaseCalls calls;

	private final BatchWriter batches;

	private final Duration flush;

	/**
	 * Create the writer.
	 * @param held the operations in memory
	 * @param buffer the changes
	 * @param fenced the statements that need the lease
	 * @param open loads the operations that must be polled again
	 * @param learned stores what was learned
	 * @param calls makes the calls to the database
	 * @param batches writes a batch of changes
	 * @param flush the time for which changes are collected
	 */
	ChangeWriter(Held held, ChangeBuffer buffer, FencedRows fenced, OpenOperations open, LearnedStore learned,
			DatabaseCalls calls, BatchWriter batches, Duration flush) {
		this.held = held;
		this.buffer = buffer;
		this.fenced = fenced;
		this.open = open;
		this.learned = learned;
		this.calls = calls;
		this.batches = batches;
		this.flush = flush;
	}

	/**
	 * Wake the thread that writes.
	 */
	void wake() {
		this.wakeUps.give();
	}

	/**
	 * Write while the lease is held, and write the remaining changes before its release.
	 * @param lease the lease, which is lost if a write is refused
	 * @param isOn whether the lease is held
	 */
	void writeWhile(Lease lease, BooleanSupplier isOn) {
		long counted = lease.monotonic();
		boolean counting = false;
		while (isOn.getAsBoolean()) {
			// Changes and numbers of polls take turns, so that neither delays the other.
			if (!counting && !this.buffer.hasBatch()) {
				this.wakeUps.await(this.flush);
			}
			flush(lease);
			this.learned.retry();
			if (lease.monotonic() - counted >= COUNTED.toMillis()) {
				counted = lease.monotonic();
				this.learned.store(lease.epoch());
				counting = true;
			}
			counting = counting && count(lease);
		}
		long end = lease.monotonic() + LAST_WRITES.toMillis();
		while (!lease.isLost() && !this.buffer.isEmpty() && lease.monotonic() < end) {
			flush(lease);
		}
		this.learned.store(lease.epoch());
		count(lease);
	}

	// Returns whether there may be more numbers to store.
	private boolean count(Lease lease) {
		List<HeldOperations.Polls> polls = this.held.polls(FencedRows.BATCH);
		if (polls.isEmpty()) {
			return false;
		}
		try {
			this.calls.once("flush", () -> {
				this.fenced.count(lease.epoch(), polls);
				return null;
			});
			return polls.size() == FencedRows.BATCH;
		}
		catch (RuntimeException ex) {
			logger.debug("Numbers of polls are stored later.", ex);
			return false;
		}
	}

	private void flush(Lease lease) {
		if (this.calls.availability().isAvailable()) {
			pollAgain(this.buffer.takeIncomplete());
		}
		List<TrackedChange> changes = this.buffer.take();
		if (changes.isEmpty()) {
			return;
		}
		if (!this.batches.write(lease, changes)) {
			this.wakeUps.await(WorkFaults.PAUSE);
		}
	}

	private void pollAgain(List<String> operationIds) {
		if (!operationIds.isEmpty()) {
			operationIds.forEach(this.held::release);
			this.open.loadAgain();
		}
	}

}
