package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.operations.internal.ReadableDuration;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Lets the database end the transactions of handlers that exceed their timeout. An
 * interrupt does not reach a process that is suspended or a thread that waits for the
 * database, and meanwhile no other transaction can change the rows that the handlers have
 * locked.
 */
final class DeliveryBounds {

	/**
	 * Sets no bounds.
	 */
	static final DeliveryBounds NONE = new DeliveryBounds(null, Duration.ZERO);

	private static final String LOCK = "lock_timeout";

	private static final String LOCKED = "55P03";

	private static final String IDLE = "25P03";

	private static final String TOO_LONG = "25P04";

	// The database ends the transaction some time after the handlers are interrupted, so
	// that they can undo what they did.
	private static final Duration SHORTEST_GRACE = Duration.ofSeconds(1);

	private static final int PART = 4;

	private final @Nullable JdbcTemplate jdbc;

	private final Duration timeout;

	// Two threads may both compute the same value: no lock is held meanwhile.
	private volatile @Nullable String statement;

	/**
	 * Create the bounds.
	 * @param dataSource a PostgreSQL database, {@code null} for no bounds
	 * @param timeout the timeout of handlers
	 */
	DeliveryBounds(@Nullable DataSource dataSource, Duration timeout) {
		this.jdbc = (dataSource != null) ? new JdbcTemplate(dataSource) : null;
		this.timeout = timeout;
	}

	/**
	 * Set the bounds for the transaction of the thread.
	 */
	void set() {
		JdbcTemplate template = this.jdbc;
		if (template == null) {
			return;
		}
		String known = this.statement;
		if (known == null) {
			known = statement(template);
			this.statement = known;
		}
		if (!known.isEmpty()) {
			template.execute(known);
		}
	}

	// Returns the statement for the settings that this version of the database has
	// (transaction_timeout is new in 17), without those for which the application has a
	// shorter bound.
	private String statement(JdbcTemplate template) {
		Map<String, Long> bounds = new LinkedHashMap<>();
		long millis = this.timeout.toMillis();
		long ended = millis + Math.max(SHORTEST_GRACE.toMillis(), millis / PART);
		template.query("SELECT name, CAST(setting AS BIGINT) AS millis FROM pg_settings WHERE name IN ('" + LOCK
				+ "', 'idle_in_transaction_session_timeout', 'transaction_timeout') ORDER BY name", (row) -> {
					String name = row.getString("name");
					long present = row.getLong("millis");
					long bound = LOCK.equals(name) ? millis : ended;
					if (present == 0 || present > bound) {
						bounds.put(name, Math.min(bound, Integer.MAX_VALUE));
					}
				});
		return bounds.entrySet()
			.stream()
			.map((entry) -> "SET LOCAL " + entry.getKey() + " = " + entry.getValue())
			.collect(Collectors.joining("; "));
	}

	/**
	 * Explain why the transaction of handlers failed, if one of the bounds ended it.
	 * @param fault the fault of the transaction
	 * @param elapsed the time since the transaction began. If a statement failed at a
	 * lock after a shorter time than the bound, the reason is another one, for instance
	 * NOWAIT.
	 * @return the fault to report
	 */
	RuntimeException explain(RuntimeException fault, Duration elapsed) {
		if (this.jdbc == null) {
			return fault;
		}
		String state = DatabaseFaults.state(fault);
		boolean waited = LOCKED.equals(state) && elapsed.compareTo(this.timeout) >= 0;
		String why = waited ? "A statement of the handlers waited longer for a lock than"
				: (IDLE.equals(state) || TOO_LONG.equals(state)) ? "The handlers did not return in time after" : null;
		if (why == null) {
			return fault;
		}
		Throwable cause = (fault instanceof DatabaseFaults.ForeignFaultException foreign) ? foreign.fault() : fault;
		return new DatabaseFaults.ForeignFaultException(new IllegalStateException(
				why + " operations.tracking.delivery.timeout (" + ReadableDuration.setting(this.timeout)
						+ "), so the database ended their transaction (SQLState " + state
						+ "). The attempt is repeated. Find the"
						+ " transaction that holds the lock, let the handlers return sooner, or raise that property.",
				cause));
	}

}
