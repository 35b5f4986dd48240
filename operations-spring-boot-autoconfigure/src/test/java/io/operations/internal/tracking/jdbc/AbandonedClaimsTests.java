package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.function.Supplier;

import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import io.operations.internal.tracking.TrackedRow;
import io.operations.tracking.TrackingListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;

/**
 * An instance that is suspended between a statement of a claim and its commit, as by
 * SIGSTOP. PostgreSQL ends its transaction, so that another instance can deliver.
 */
@Tag("slow")
class AbandonedClaimsTests extends LeaseFixture {

	private final CountDownLatch suspended = new CountDownLatch(1);

	private final CountDownLatch resumed = new CountDownLatch(1);

	AbandonedClaimsTests() {
		super(PostgresDatabase.DATA_SOURCE);
	}

	@Test
	void whenSuspendedWhileItCountsTheAttemptOperationIsFreeAfterTwoSeconds() {
		TrackedRow row = insert("op");
		isFree(row, () -> this.transactions.in(() -> {
			this.rows.updateUnlessLocked(row);
			return suspend();
		}));
	}

	@Test
	void whenSuspendedWhileItReleasesTheClaimOperationIsFreeAfterTwoSeconds() {
		TrackedRow row = insert("op");
		isFree(row, () -> claim(() -> {
		}).release(row.due(Instant.now())));
	}

	@Test
	void whenSuspendedWhileItReleasesTheClaimUnchangedOperationIsFreeAfterTwoSeconds() {
		TrackedRow row = insert("op");
		isFree(row, () -> {
			claim(() -> this.rows.update(row)).releaseUnchanged(Instant.now());
			return null;
		});
	}

	@Test
	void whenOperationIsTrackedAgainTheTransactionIsBoundedToo() {
		TrackedRow row = insert("op");
		assertThat(this.transactions.in(() -> {
			assertThat(this.rows.insert(row, true)).isFalse();
			return this.jdbc.sql("SELECT current_setting('idle_in_transaction_session_timeout')")
				.query(String.class)
				.single();
		})).isEqualTo("2s");
	}

	private void isFree(TrackedRow row, Supplier<@Nullable Object> work) {
		Future<?> open = this.threads.submit(work::get);
		pass(this.suspended);
		assertThat(save(row)).as("locked").isFalse();
		await().atMost(Duration.ofSeconds(10)).until(() -> save(row));
		assertThat(open).isNotDone();
		this.resumed.countDown();
		assertThat(open).as("it ends without an error").succeedsWithin(MAX_WAIT);
	}

	private boolean save(TrackedRow row) {
		return Boolean.TRUE.equals(this.transactions.in(() -> this.rows.updateUnlessLocked(row)));
	}

	// One more statement follows, because db-scheduler's may have several.
	private JdbcClaim claim(Runnable before) {
		ExecutionOperations<Void> operations = Mockito.mock();
		Mockito.doAnswer((call) -> {
			before.run();
			suspend();
			this.rows.find("op");
			return null;
		}).when(operations).reschedule(any(), any());
		TrackingListener listener = new TrackingListener() {
		};
		DatabaseCalls calls = new DatabaseCalls(new DatabaseAvailability(Schedulers.parallel(), listener), listener);
		return new JdbcClaim(this.rows, calls, this.transactions, Mockito.mock(HandlerTransactions.class),
				new DatabaseClock(Instant::now), Mockito.mock(ExecutionComplete.class), operations, (due) -> {
				});
	}

	private @Nullable Object suspend() {
		this.suspended.countDown();
		pass(this.resumed);
		return null;
	}

}
