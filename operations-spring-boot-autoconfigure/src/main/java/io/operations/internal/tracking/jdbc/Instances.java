package io.operations.internal.tracking.jdbc;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Spreads the leases of several clients over the instances. Each instance reports itself
 * in the table of the leases. An instance that has its share takes only leases that no
 * other instance takes. An instance that has more releases one lease at a time. With one
 * client, this costs no statement.
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

	// One thread uses the fields below.
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
	 * Instances may have different clients, so an instance that has its share still takes
	 * a lease that no other instance has taken.
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
	 * Report this instance, and return whether it has a lease too many. After a change of
	 * the number of instances, no instance releases a lease for some time: others may
	 * start or stop as well.
	 * @param clients the number of clients, more than one
	 * @param held the number of leases of this instance
	 * @return whether it must release one
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
		// The other instances get the time to take this lease before the next one is
		// released.
		this.sameSince = now - this.leaseDuration.toNanos();
		return true;
	}

	private int note() {
		this.noted = true;
		Integer living = this.calls.once("spread", () -> this.transactions.inBounded(FencedRows.SHORT, () -> {
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
	 * Remove the reports of dead instances.
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
	 * Return whether this instance has reported itself.
	 * @return {@code false} if it has one client only
	 */
	boolean isNoted() {
		return this.noted;
	}

	/**
	 * Remove the report of this instance, so that the others take its leases.
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
