package io.operations.tracking.jdbc;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Spreads the leases of several clients over the instances. Each instance notes in the
 * table of the leases that it lives. One that has its share takes only leases that nobody
 * else takes. One that has more gives one back at a time. With one client, this costs no
 * statement.
 */
final class Instances {

	static final String TASK = "instance";

	private final JdbcClient jdbc;

	private final JdbcTransactions transactions;

	private final DatabaseCalls calls;

	private final TrackingDialect dialect;

	private final String table;

	private final String instanceName;

	private final Duration leaseDuration;

	private volatile int alive = 1;

	private volatile boolean noted;

	// All below is used by one thread.
	private @Nullable Long sameSince;

	private long notedAt;

	/**
	 * Create the instances. An instance that does not report itself for the duration of a
	 * lease counts as dead.
	 * @param database the database
	 */
	Instances(TrackingDatabase database) {
		this.jdbc = JdbcClient.create(database.own());
		this.transactions = database.transactions();
		this.calls = database.calls();
		this.dialect = database.dialect();
		this.table = database.tables().lease();
		this.instanceName = database.settings().instanceName();
		this.leaseDuration = database.settings().leaseDuration();
	}

	/**
	 * Return how long a lease must have been free before this instance takes it.
	 * Instances may know different clients, so a lease that nobody takes is taken by an
	 * instance that has its share.
	 * @param clients the number of clients
	 * @param held the number of leases of this instance
	 * @return the time, zero if this instance has less than its share
	 */
	Duration takeoverDelay(int clients, int held) {
		return (clients > 1 && held >= share(clients)) ? this.leaseDuration.multipliedBy(2) : Duration.ZERO;
	}

	private int share(int clients) {
		int living = this.alive;
		return (clients + living - 1) / living;
	}

	/**
	 * Note that this instance lives, and return whether it has a lease too many. After a
	 * change of the number of instances, nobody gives a lease back for some time: others
	 * may start or stop as well.
	 * @param clients the number of clients, more than one
	 * @param held the number of leases of this instance
	 * @return whether it is to give one back
	 */
	boolean hasLeaseToRelease(int clients, int held) {
		long now = this.calls.availability().nanos();
		Long since = this.sameSince;
		if (since != null && now - this.notedAt < this.leaseDuration.dividedBy(4).toNanos()) {
			return false;
		}
		this.notedAt = now;
		int living = Math.max(1, note());
		if (since == null || living != this.alive) {
			this.alive = living;
			this.sameSince = now;
			return false;
		}
		if (held <= share(clients) || now - since < this.leaseDuration.multipliedBy(2).toNanos()) {
			return false;
		}
		// The others get the time to take it before the next one.
		this.sameSince = now - this.leaseDuration.toNanos();
		return true;
	}

	private int note() {
		this.noted = true;
		Integer living = this.calls.once("spread", () -> this.transactions.in(FencedRows.SHORT, () -> {
			int updated = this.jdbc
				.sql("UPDATE " + this.table + " SET last_heartbeat = " + this.dialect.now()
						+ " WHERE task_name = :task AND task_instance = :instance")
				.param("task", TASK)
				.param("instance", this.instanceName)
				.update();
			if (updated == 0) {
				this.jdbc.sql("INSERT INTO " + this.table
						+ " (task_name, task_instance, execution_time, picked, last_heartbeat, version) VALUES (:task,"
						+ " :instance, " + this.dialect.now() + ", FALSE, " + this.dialect.now() + ", 1)")
					.param("task", TASK)
					.param("instance", this.instanceName)
					.update();
			}
			return this.jdbc
				.sql("SELECT COUNT(*) FROM " + this.table + " WHERE task_name = :task AND last_heartbeat > "
						+ this.dialect.before(":age"))
				.param("task", TASK)
				.param("age", this.leaseDuration.toMillis())
				.query(Integer.class)
				.single();
		}));
		return (living != null) ? living : 1;
	}

	/**
	 * Remove the notes of instances that do not live any more.
	 */
	void forgetDead() {
		this.jdbc
			.sql("DELETE FROM " + this.table + " WHERE task_name = :task AND last_heartbeat < "
					+ this.dialect.before(":age"))
			.param("task", TASK)
			.param("age", this.leaseDuration.multipliedBy(100).toMillis())
			.update();
	}

	/**
	 * Return whether this instance has noted that it lives.
	 * @return {@code false} if it has one client only
	 */
	boolean isNoted() {
		return this.noted;
	}

	/**
	 * Remove the note that this instance lives, so that the others take its leases.
	 */
	void leave() {
		this.noted = false;
		this.alive = 1;
		this.jdbc.sql("DELETE FROM " + this.table + " WHERE task_name = :task AND task_instance = :instance")
			.param("task", TASK)
			.param("instance", this.instanceName)
			.update();
	}

}
