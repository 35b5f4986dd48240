package io.operations.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.operations.tracking.HeldOperations;
import io.operations.tracking.TrackedChange;
import io.operations.tracking.TrackedRow;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Does the work of the instance that holds the lease of a client: renews the lease, loads
 * the open operations, takes new ones from the inbox, and stores what the polls change.
 * Each of the three kinds of work has its own thread, so that a long one delays no other.
 */
final class LeaseHolder {

	private static final Log logger = LogFactory.getLog(LeaseHolder.class);

	private static final String LOOKING = "look for new operations";

	private static final String LOADING = "load open operations";

	private static final String STORING = "store changes of operations";

	private static final String RECALLING = "load what was learned";

	private static final int BATCH = 1000;

	// The part of max-held that is free again when nothing is left in the database.
	private static final int ROOM = 10;

	private static final Duration WITHOUT_DATABASE = Duration.ofMillis(500);

	private static final Duration COUNTED = Duration.ofMinutes(1);

	private static final Duration LAST_WRITES = Duration.ofSeconds(1);

	private static final Duration STOP = Duration.ofSeconds(2);

	private final Semaphore looks = new Semaphore(0);

	private final Semaphore flushes = new Semaphore(0);

	private final Semaphore rooms = new Semaphore(0);

	// The kinds of work that fail and were reported.
	private final Set<String> failing = ConcurrentHashMap.newKeySet();

	// Whether this pass over the open operations, or a look, left one in the database.
	private final AtomicBoolean left = new AtomicBoolean();

	private final ChangeBuffer buffer;

	private final Held held;

	private final FencedRows fenced;

	private final TrackedRows rows;

	private final JdbcTransactions transactions;

	private final DatabaseReach reach;

	private final Settings settings;

	private final Scheduler scheduler;

	private final Supplier<Instant> clock;

	private final Runnable afterEnds;

	private volatile @Nullable Lease lease;

	private volatile boolean stopping;

	// Whether operations are in the database for which there was no room.
	private volatile boolean full;

	// Whether the inbox was emptied since this instance took the lease.
	private volatile boolean looked;

	private volatile boolean loaded;

	// Whether the open operations must be loaded once more.
	private volatile boolean again;

	private volatile boolean warned;

	// What the table contains, as far as this instance knows.
	private volatile Map<String, List<Duration>> learned = Map.of();

	// Whether this instance has loaded what the holder before has learned.
	private volatile boolean recalled;

	private volatile boolean recallFailed;

	/**
	 * Create the holder.
	 * @param held the operations that this instance polls
	 * @param fenced the statements that need the lease
	 * @param rows reads the open operations
	 * @param transactions the transactions of the database
	 * @param reach knows whether the database can be reached
	 * @param settings the settings
	 * @param scheduler the clocks of this instance
	 * @param clock the database's clock
	 * @param afterEnds called when outcomes were stored and are to be delivered
	 */
	LeaseHolder(Held held, FencedRows fenced, TrackedRows rows, JdbcTransactions transactions, DatabaseReach reach,
			Settings settings, Scheduler scheduler, Supplier<Instant> clock, Runnable afterEnds) {
		this.held = held;
		this.fenced = fenced;
		this.rows = rows;
		this.transactions = transactions;
		this.reach = reach;
		this.settings = settings;
		this.buffer = new ChangeBuffer(BATCH, settings.maxUnwritten());
		this.scheduler = scheduler;
		this.clock = clock;
		this.afterEnds = afterEnds;
	}

	/**
	 * Let the schedule learn what another instance has stored.
	 * @param stored the durations that the table contains
	 */
	void learn(Map<String, List<Duration>> stored) {
		Map<String, List<Duration>> news = new HashMap<>(stored);
		news.entrySet().removeIf((kind) -> kind.getValue().equals(this.learned.get(kind.getKey())));
		this.held.learn(news);
		this.learned = Map.copyOf(stored);
	}

	void start() {
		this.stopping = false;
	}

	/**
	 * Give the lease back, as soon as what the polls have changed is stored.
	 */
	void stop() {
		this.stopping = true;
		wake();
	}

	/**
	 * Look at once for operations that callers have added or removed.
	 */
	void wake() {
		this.looks.release();
	}

	/**
	 * Store at once what the polls have changed while the database could not be reached.
	 */
	void regained() {
		this.flushes.release();
		wake();
	}

	/**
	 * Store what a poll has changed. Does not block.
	 * @param change the change
	 */
	void changed(TrackedChange change) {
		if (this.buffer.add(change)) {
			this.flushes.release();
		}
	}

	/**
	 * Return whether a poll has changed an operation and the change is not yet stored.
	 * @param operationId the operation's id
	 * @return whether its row is behind
	 */
	boolean hasUnwritten(String operationId) {
		return this.buffer.get(operationId) != null;
	}

	/**
	 * Return whether a poll may leave now.
	 * @return whether this instance holds the lease, as far as it can know
	 */
	boolean mayPoll() {
		Lease taken = this.lease;
		return taken != null && taken.mayPoll();
	}

	/**
	 * Return whether a further operation may be held.
	 * @return whether this instance holds the lease and has room
	 */
	boolean hasRoom() {
		return this.lease != null && room() > 0;
	}

	/**
	 * Return whether all open operations are in memory.
	 * @return whether this instance has loaded them, and left none in the database
	 */
	boolean holdsAll() {
		return this.lease != null && this.loaded && !this.full;
	}

	/**
	 * Return whether operations wait in the database because there is no room for them.
	 * @return whether this instance holds the lease and has left operations
	 */
	boolean isFull() {
		return this.lease != null && this.full;
	}

	/**
	 * Return whether this instance holds the lease.
	 * @return whether it polls, as far as it knows
	 */
	boolean isHolding() {
		return this.lease != null;
	}

	/**
	 * Return the time up to which the holder of the lease must have renewed it to be
	 * alive. After an outage of the database, the holder gets the time to renew it.
	 * @param now the time of the database's clock
	 * @return the time
	 */
	Instant deadBefore(Instant now) {
		return this.reach.hasBeenReachedFor(this.settings.leaseDuration()) ? now.minus(this.settings.leaseDuration())
				: Instant.EPOCH;
	}

	/**
	 * Poll the operations of the client until the lease is lost or given back.
	 * @param epoch the epoch of the lease
	 * @return whether the lease is still held, and is to be given back
	 */
	boolean hold(long epoch) {
		Lease taken = new Lease(epoch, this.settings.leaseDuration(), this.scheduler);
		// A response that arrived after the end of an earlier lease may have left these.
		this.held.releaseAll();
		this.buffer.clear();
		this.full = false;
		this.left.set(false);
		this.looked = false;
		this.loaded = false;
		this.recalled = false;
		this.recallFailed = false;
		this.lease = taken;
		Disposable ticks = this.scheduler.schedulePeriodically(taken::tick, taken.tickMillis(), taken.tickMillis(),
				TimeUnit.MILLISECONDS);
		Thread flushing = thread("flush", taken, this::flushWhileHeld);
		Thread loading = thread("load", taken, this::loadWhileHeld);
		logger.info("This instance polls the tracked operations now (epoch " + epoch + ").");
		try {
			flushing.start();
			loading.start();
			while (isOn(taken)) {
				look(taken);
			}
		}
		finally {
			// No further poll leaves. What the polls have changed is stored first.
			this.lease = null;
			taken.end();
			ticks.dispose();
			this.flushes.release();
			this.rooms.release();
			join(flushing, loading);
			this.held.releaseAll();
		}
		this.buffer.clear();
		if (taken.isLost()) {
			logger.warn("This instance has lost the lease of the tracked operations (epoch " + epoch
					+ ") and polls them no more. The instance that takes it next does. If this repeats, look for pauses of this process.");
			return false;
		}
		return true;
	}

	// Without one of its threads, this instance must not keep the lease.
	private Thread thread(String name, Lease taken, Consumer<Lease> work) {
		Thread thread = this.settings.threadFactory().newThread(() -> {
			try {
				work.accept(taken);
			}
			catch (RuntimeException | Error ex) {
				logger.error("The thread '" + Thread.currentThread().getName()
						+ "' of the tracked operations has failed."
						+ " This instance gives the lease back, and polls again when it takes it again. Fix the cause"
						+ " below.", ex);
			}
			finally {
				taken.end();
				wake();
			}
		});
		thread.setName(thread.getName() + "-" + name);
		return thread;
	}

	// In all less than the time that db-scheduler leaves before it interrupts this thread.
	private void join(Thread... threads) {
		long end = now() + STOP.toMillis();
		try {
			for (Thread thread : threads) {
				thread.join(Math.max(1, end - now()));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private long now() {
		return this.scheduler.now(TimeUnit.MILLISECONDS);
	}

	private boolean isOn(Lease taken) {
		return !this.stopping && taken.isOn();
	}

	private void look(Lease taken) {
		long asked = taken.monotonic();
		List<String> gone = new ArrayList<>();
		Duration wait = this.settings.look();
		try (ChangeBuffer.Reading reading = this.buffer.read()) {
			Integer entries = this.reach.once("look",
					() -> this.fenced.look(taken.epoch(), BATCH, (inbox) -> {
						// A transaction that the database rolls back is repeated.
						gone.clear();
						gone.addAll(inbox.gone());
						take(inbox.open(), reading);
					}));
			// Outside of the transaction: other polls may leave on this thread.
			gone.forEach(this.held::release);
			if (entries == null || entries < 0) {
				taken.lose();
				return;
			}
			boolean paused = !taken.mayPoll();
			taken.confirmed(asked);
			if (paused && taken.mayPoll()) {
				this.held.resume();
			}
			if (entries >= BATCH) {
				return;
			}
			if (!this.looked) {
				this.looked = true;
				this.rooms.release();
			}
			this.failing.remove(LOOKING);
		}
		catch (RuntimeException ex) {
			report(LOOKING, ex);
			wait = WITHOUT_DATABASE;
		}
		await(this.looks, wait);
	}

	private void take(List<TrackedRow> noted, ChangeBuffer.Reading reading) {
		int room = room();
		// This instance may have polled an operation that it has tracked itself.
		List<TrackedRow> open = noted.stream().filter((row) -> !reading.hasEnded(row.id(), row.version())).toList();
		this.held.take(open.subList(0, Math.min(room, open.size())));
		if (room < open.size()) {
			leave();
		}
	}

	private int room() {
		return Math.max(0, this.settings.maxHeld() - this.held.held());
	}

	private void leave() {
		this.left.set(true);
		this.full = true;
		this.rooms.release();
		if (!this.warned) {
			this.warned = true;
			logger.warn("There are more open operations than operations.tracking.max-held (" + this.settings.maxHeld()
					+ "). The others wait in the database and are not polled until held ones end. Raise the property, and"
					+ " the heap with it (256 bytes for each operation).");
		}
	}

	private void recall() {
		try {
			Map<String, List<Duration>> stored = this.reach.once("load",
					() -> this.transactions.in(FencedRows.LONG, this.rows::learned));
			learn((stored != null) ? stored : Map.of());
			this.recalled = true;
			this.recallFailed = false;
			this.failing.remove(RECALLING);
		}
		catch (RuntimeException ex) {
			this.recallFailed = true;
			report(RECALLING, ex);
		}
	}

	private void loadWhileHeld(Lease taken) {
		recall();
		// What nobody has taken from the inbox yet is new, and is not to be loaded as old.
		while (isOn(taken) && !this.looked) {
			await(this.rooms, null);
		}
		String after = "";
		while (isOn(taken)) {
			try {
				after = loadPage(after);
			}
			catch (RuntimeException ex) {
				report(LOADING, ex);
				await(this.rooms, WITHOUT_DATABASE);
			}
		}
	}

	private String loadPage(String after) {
		try (ChangeBuffer.Reading reading = this.buffer.read()) {
			List<TrackedRow> page = this.reach.once("load",
					() -> this.transactions.in(FencedRows.LONG, () -> this.rows.open(after, BATCH)));
			this.failing.remove(LOADING);
			if (page != null && !page.isEmpty()) {
				String last = hold(page, reading);
				return last.isEmpty() ? after : last;
			}
		}
		this.loaded = true;
		this.full = this.left.getAndSet(false);
		resolve();
		if (!this.again) {
			await(this.rooms, this.full ? this.settings.look() : null);
		}
		this.again = false;
		return "";
	}

	// With little room, the next operation might be left again soon.
	private void resolve() {
		if (this.warned && !this.full && room() >= this.settings.maxHeld() / ROOM) {
			this.warned = false;
			logger.info("All open operations are held again: operations.tracking.max-held suffices.");
		}
	}

	// Without room for all, the rest of the page is read again later: it may have
	// changed.
	private String hold(List<TrackedRow> page, ChangeBuffer.Reading reading) {
		List<TrackedRow> missing = page.stream()
			.filter((row) -> !reading.hasEnded(row.id(), row.version()) && !this.held.has(row.id(), row.version()))
			.toList();
		List<TrackedRow> fits = missing.subList(0, Math.min(room(), missing.size()));
		this.held.load(fits);
		if (fits.size() == missing.size()) {
			return page.get(page.size() - 1).id();
		}
		leave();
		this.rooms.drainPermits();
		await(this.rooms, this.settings.look());
		return fits.isEmpty() ? "" : fits.get(fits.size() - 1).id();
	}

	private void flushWhileHeld(Lease taken) {
		long counted = taken.monotonic();
		boolean counting = false;
		while (isOn(taken)) {
			// Changes and numbers of polls take turns, so that neither delays the other.
			if (!counting && !this.buffer.hasBatch()) {
				await(this.flushes, this.settings.flush());
			}
			flush(taken);
			if (this.recallFailed) {
				recall();
			}
			if (taken.monotonic() - counted >= COUNTED.toMillis()) {
				counted = taken.monotonic();
				storeLearned(taken);
				counting = true;
			}
			counting = counting && count(taken);
		}
		long end = taken.monotonic() + LAST_WRITES.toMillis();
		while (!taken.isLost() && !this.buffer.isEmpty() && taken.monotonic() < end) {
			flush(taken);
		}
		storeLearned(taken);
		count(taken);
	}

	// Not what is stored already, each minute anew. Nor before this instance knows what
	// it would replace.
	private void storeLearned(Lease taken) {
		Map<String, List<Duration>> learned = this.held.samples();
		if (!this.recalled || learned.isEmpty() || learned.equals(this.learned)) {
			return;
		}
		if (storeLater(() -> this.fenced.learned(taken.epoch(), learned))) {
			this.learned = learned;
		}
	}

	// Returns whether there may be more.
	private boolean count(Lease taken) {
		List<HeldOperations.Polls> polls = this.held.polls(BATCH);
		return !polls.isEmpty() && storeLater(() -> this.fenced.count(taken.epoch(), polls)) && polls.size() == BATCH;
	}

	private boolean storeLater(Runnable statement) {
		try {
			this.reach.once("flush", () -> {
				statement.run();
				return null;
			});
			return true;
		}
		catch (RuntimeException ex) {
			logger.debug("Numbers of polls and learned durations are stored later.", ex);
			return false;
		}
	}

	private void flush(Lease taken) {
		if (!this.reach.isLost()) {
			pollAgain(this.buffer.takeIncomplete());
		}
		List<TrackedChange> changes = this.buffer.take();
		if (changes.isEmpty()) {
			return;
		}
		try {
			write(taken, changes);
			this.failing.remove(STORING);
		}
		catch (RuntimeException ex) {
			boolean isAway = DatabaseReach.isAway(ex) && !DatabaseReach.isLocked(ex);
			if (changes.size() == 1 || isAway || !writeEach(taken, changes)) {
				report(STORING, ex);
				changes.forEach(this.buffer::putBack);
				await(this.flushes, WITHOUT_DATABASE);
			}
		}
	}

	private void pollAgain(List<String> operationIds) {
		if (!operationIds.isEmpty()) {
			operationIds.forEach(this.held::release);
			loadAgain();
		}
	}

	// The loading thread finds in its next pass what is not held.
	private void loadAgain() {
		this.again = true;
		this.rooms.release();
	}

	private void write(Lease taken, List<TrackedChange> changes) {
		FencedRows.Written written = this.reach.once("flush",
				() -> this.fenced.write(taken.epoch(), changes, this.clock.get()));
		if (written == null) {
			// A thread of an earlier lease may have taken them from the present one.
			changes.forEach(this.buffer::putBack);
			taken.lose();
			wake();
			return;
		}
		boolean ends = false;
		for (TrackedChange change : changes) {
			Long version = written.stored().get(change.id());
			if (version != null) {
				this.buffer.stored(change, version);
				this.held.stored(change.id(), change.version(), version);
				ends |= change.isEnd();
			}
			else if (written.refused().contains(change.id())) {
				this.buffer.drop(change);
				ends |= change.isEnd() && isStored(change);
				reload(change.id());
			}
			else {
				this.buffer.putBack(change);
			}
		}
		written.notable().forEach((row) -> notify(row.get()));
		if (ends) {
			this.afterEnds.run();
			if (this.full) {
				this.rooms.release();
			}
		}
	}

	// The answer to the commit of an earlier try may have been lost. Then nobody was
	// notified.
	private boolean isStored(TrackedChange change) {
		TrackedRow row = null;
		try {
			row = this.reach.once("load",
					() -> this.transactions.in(FencedRows.LONG, () -> this.rows.find(change.id())));
		}
		catch (RuntimeException ex) {
			logger.debug("Whether the end of '" + change.id() + "' is stored already is not known.", ex);
		}
		Instant ended = (row != null) ? row.ending().endedAt() : null;
		if (row == null || ended == null || row.version() <= change.version()
				|| !isSame(ended, change.ending().endedAt())) {
			return false;
		}
		notify(row);
		return true;
	}

	// A database may round a time.
	private static boolean isSame(Instant stored, @Nullable Instant ended) {
		return ended != null && Duration.between(stored, ended).abs().toMillis() < 1;
	}

	private void notify(TrackedRow stored) {
		this.held.changed(FencedRows.before(stored), stored);
	}

	// One change that the database does not accept, or whose delivery somebody has
	// locked, must not block the others.
	private boolean writeEach(Lease taken, List<TrackedChange> changes) {
		List<TrackedChange> failures = new ArrayList<>();
		List<TrackedChange> locked = new ArrayList<>();
		RuntimeException fault = null;
		for (int i = 0; i < changes.size(); i++) {
			TrackedChange change = changes.get(i);
			try {
				write(taken, List.of(change));
			}
			catch (RuntimeException ex) {
				if (DatabaseReach.isLocked(ex)) {
					locked.add(change);
					continue;
				}
				if (DatabaseReach.isAway(ex)) {
					locked.forEach(this.buffer::putBack);
					changes.subList(i, changes.size()).forEach(this.buffer::putBack);
					failures.forEach(this.buffer::putBack);
					return true;
				}
				failures.add(change);
				fault = ex;
			}
		}
		if (failures.size() == changes.size()) {
			return false;
		}
		for (TrackedChange change : failures) {
			logger.error("The last poll of tracked operation '" + change.id() + "' cannot be stored. The library polls"
					+ " the operation again, and delivers no outcome until it can be stored.", fault);
			this.buffer.drop(change);
			reload(change.id());
		}
		locked.forEach(this.buffer::putBack);
		return true;
	}

	// A caller may have tracked the operation again. Or the change was stored before, by
	// a
	// transaction whose connection was lost while it was committed.
	private void reload(String operationId) {
		this.held.release(operationId);
		try {
			TrackedRow row = this.reach.once("load",
					() -> this.transactions.in(FencedRows.LONG, () -> this.rows.findTracked(operationId)));
			if (row != null) {
				this.held.load(List.of(row));
			}
		}
		catch (RuntimeException ex) {
			report(LOADING, ex);
			loadAgain();
		}
	}

	private void report(String work, RuntimeException fault) {
		if (!DatabaseReach.isAway(fault) && this.failing.add(work)) {
			logger.error("This instance cannot " + work + ". It keeps retrying and does not log this again until it"
					+ " succeeds. Check the tables and the rights of the database user.", fault);
		}
	}

	private static void await(Semaphore signals, @Nullable Duration most) {
		try {
			if (most == null) {
				signals.acquire();
			}
			else {
				signals.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS);
			}
			signals.drainPermits();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * The settings of the holder.
	 *
	 * @param leaseDuration the time after which another instance takes a lease that is
	 * not renewed
	 * @param look the time between two looks for operations of other instances
	 * @param flush the time for which changes are collected
	 * @param maxHeld the maximum number of operations in memory
	 * @param maxUnwritten the number of bytes above which no operation, as a poll has
	 * shown it, is kept to store it later. It is polled again then.
	 * @param threadFactory creates the threads
	 */
	record Settings(Duration leaseDuration, Duration look, Duration flush, int maxHeld, long maxUnwritten,
			ThreadFactory threadFactory) {

	}

}
