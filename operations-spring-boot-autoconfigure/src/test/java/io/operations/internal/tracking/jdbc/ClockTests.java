package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.SkippingScheduler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An instance whose clock differs from the database's.
 */
class ClockTests extends TrackingApplication {

	@ParameterizedTest
	@ValueSource(ints = { 25, -25 })
	void whenClockIsOffOperationsAreDeliveredInTime(int seconds) {
		shifted(seconds).run((context) -> {
			track(context, "op");
			until(context, "op", TrackingState.DELIVERED);
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 25 })
	void whenClockIsAheadWorkOfLiveInstanceIsNotTaken(int seconds) {
		with(PostgresDatabase.DATA_SOURCE).run((context) -> {
			track(context, "alive");
			track(context, "dead");
			until(context, "alive", TrackingState.DELIVERED);
			until(context, "dead", TrackingState.DELIVERED);
		});
		this.jdbc.sql("UPDATE " + this.prefix + "tracked SET state = 'ENDED', version = version + 1").update();
		this.jdbc
			.sql("INSERT INTO " + this.prefix + "scheduled (task_name, task_instance, execution_time, picked,"
					+ " picked_by, last_heartbeat, version) SELECT client, id, now(), TRUE, 'other',"
					+ " CASE WHEN id = 'dead' THEN now() - INTERVAL '1 hour' ELSE now() + INTERVAL '15 s' END, 1 FROM "
					+ this.prefix + "tracked")
			.update();
		shifted(seconds).withPropertyValues("operations.tracking.jdbc.heartbeat-interval=1s").run((context) -> {
			OperationTracker tracker = context.getBean(OperationTracker.class).forClient("operations");
			await().atMost(MAX_WAIT)
				.until(() -> Objects.requireNonNull(tracker.find("dead").block(MAX_WAIT))
					.state() == TrackingState.DELIVERED);
			assertThat(this.jdbc.sql("SELECT picked_by FROM " + this.prefix + "scheduled WHERE task_instance = 'alive'")
				.query(String.class)
				.single()).isEqualTo("other");
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 25 })
	void whenClockIsOffDueTimesAreThoseOfDatabase(int seconds) {
		this.handler = (outcome) -> {
			throw new IllegalStateException("later");
		};
		shifted(seconds).withPropertyValues("operations.tracking.delivery.initial-interval=5m").run((context) -> {
			track(context, "op");
			await().atMost(MAX_WAIT).until(() -> find(context, "op").deliveryFault() != null);
			assertThat(
					this.jdbc.sql("SELECT execution_time - now() < INTERVAL '5 min' FROM " + this.prefix + "scheduled")
						.query(Boolean.class)
						.single())
				.isTrue();
			assertThat(find(context, "op").nextDue()).isAfter(Instant.now().plus(Duration.ofMinutes(5)));
		});
	}

	private ApplicationContextRunner shifted(int seconds) {
		SkippingScheduler scheduler = new SkippingScheduler();
		scheduler.skip(Duration.ofSeconds(seconds));
		return with(PostgresDatabase.DATA_SOURCE).withBean("shifted", OperationsTemplate.class,
				() -> this.endpoint.template().name("shifted").scheduler(scheduler).build(),
				(definition) -> definition.setPrimary(true));
	}

}
