package io.operations.observation;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationWait;
import io.operations.OperationsActivity;
import io.operations.OperationsCredentials;
import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the meters make of what they are told.
 */
class OperationsMetersTests {

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final OperationsMeters meters = new OperationsMeters(this.registry);

	@Test
	void eachGaugeShowsItsOwnFigure() {
		this.meters.opened("client-1", new Activity());
		assertThat(gauge("operations.queued")).isEqualTo(1);
		assertThat(gauge("operations.in.flight")).isEqualTo(2);
		assertThat(gauge("operations.in.flight.limit")).isEqualTo(3);
		assertThat(this.registry.get("operations.stuck").tags("client", "client-1", "of", "waits").gauge().value())
			.isEqualTo(4);
		assertThat(gauge("operations.waits")).isEqualTo(9);
		assertThat(gauge("operations.kinds")).isEqualTo(10);
		assertThat(gauge("operations.retrying")).isEqualTo(11);
		assertThat(gauge("operations.server.unavailable")).isEqualTo(1);
		assertThat(gauge("operations.credentials.rejected")).isEqualTo(1);
		assertThat(gauge("operations.rate")).isEqualTo(12.5);
		assertThat(this.registry.get("operations.paused")
			.tags("client", "client-1", "by", "server")
			.timeGauge()
			.value(TimeUnit.SECONDS)).isEqualTo(1.5);
		assertThat(this.registry.get("operations.backlog.age").tag("of", "waits").timeGauge().value(TimeUnit.SECONDS))
			.isEqualTo(7);
	}

	@Test
	void eachBoundIsAGaugeBesideWhatItBounds() {
		this.meters.opened("client-1", new Activity());
		assertThat(gauge("operations.waits.max")).isEqualTo(90);
		assertThat(gauge("operations.queued.max")).isEqualTo(20);
		assertThat(gauge("operations.retrying.max")).isEqualTo(20);
		assertThat(gauge("operations.in.flight.max")).isEqualTo(30);
		assertThat(gauge("operations.kinds.max")).isEqualTo(65);
	}

	@Test
	void pauseThatIsProlongedCountsOnce() {
		this.meters.opened("client-1", new Activity());
		assertThat(pauses()).isZero();
		this.meters.pauseBegan("client-1", Duration.ofSeconds(1));
		this.meters.pauseBegan("client-1", Duration.ofSeconds(2));
		assertThat(pauses()).isOne();
		this.meters.pauseEnded("client-1");
		this.meters.pauseBegan("client-1", Duration.ofSeconds(1));
		assertThat(pauses()).isEqualTo(2);
		this.meters.closed("client-1");
		this.meters.pauseBegan("client-1", Duration.ofSeconds(1));
		assertThat(pauses()).isEqualTo(3);
	}

	@Test
	void pauseOfAnOperatorIsToldApart() {
		Activity activity = new Activity();
		this.meters.opened("client-1", activity);
		this.meters.operatorPauseBegan("client-1", Duration.ofSeconds(1));
		assertThat(pauses("operator")).isOne();
		this.meters.pauseBegan("client-1", Duration.ofSeconds(2));
		assertThat(pauses("server")).isOne();
		this.meters.pauseEnded("client-1");
		activity.pausedBy = "operator";
		assertThat(paused("operator")).isEqualTo(1.5);
		assertThat(paused("server")).isZero();
	}

	private double paused(String by) {
		return this.registry.get("operations.paused")
			.tags("client", "client-1", "by", by)
			.timeGauge()
			.value(TimeUnit.SECONDS);
	}

	private double pauses(String by) {
		return this.registry.get("operations.pauses").tags("client", "client-1", "by", by).counter().count();
	}

	@Test
	void pauseOfATemplateIsCountedAndItsGaugeShowsTheTimeLeft() {
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		OperationsTemplate template = OperationsTemplate
			.builder(WebClient.builder()
				.exchangeFunction((request) -> Mono.fromSupplier(
						() -> ClientResponse.create(HttpStatus.TOO_MANY_REQUESTS).header("Retry-After", "30").build())))
			.name("client-1")
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.retryEnabled(false)
			.scheduler(time)
			.listener(this.meters)
			.build();
		assertThat(paused()).isZero();
		template.fetch("op").onErrorComplete().subscribe();
		time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(paused()).isBetween(19.9, 20.1);
		assertThat(pauses()).isOne();
		time.advanceTimeBy(Duration.ofSeconds(20));
		assertThat(paused()).isZero();
		template.fetch("op").onErrorComplete().subscribe();
		time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(pauses()).isEqualTo(2);
		template.close();
	}

	@Test
	void afterCloseNoGaugeOfTheClientIsLeft() {
		this.meters.opened("client-1", new Activity());
		this.meters.opened("client-2", new Activity());
		this.meters.closed("client-1");
		assertThat(this.registry.find("operations.queued").tag("client", "client-1").gauge()).isNull();
		assertThat(this.registry.find("operations.active").tag("client", "client-1").gauges()).isEmpty();
		assertThat(this.registry.find("operations.queued").tag("client", "client-2").gauge()).isNotNull();
	}

	@Test
	void detectionDelayIsTheTimeFromTheEndToThePollThatSawIt() {
		Instant end = Instant.parse("2025-01-15T10:30:05Z");
		this.meters.statusSeen("client-1",
				new OperationSnapshot(operation(OperationStatus.COMPLETED, end), null, end.plusSeconds(3)),
				operation(OperationStatus.RUNNING, null));
		assertThat(this.registry.get("operations.detection.delay").timer().totalTime(TimeUnit.SECONDS)).isEqualTo(3);
	}

	@ParameterizedTest
	@CsvSource({ "0001-01-01T00:00:00Z, 2025-01-15T10:30:05Z", "2025-01-15T10:30:00Z, 0001-01-01T00:00:00Z",
			"2025-01-15T10:30:00Z, 9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z, 2025-01-15T10:30:05Z",
			"-1000000000-01-01T00:00:00Z, +1000000000-12-31T23:59:59.999999999Z" })
	void timesThatCannotBeTrueLoseNoMeter(Instant createdAt, Instant completedAt) {
		Operation operation = new Operation("op", OperationStatus.COMPLETED, "COMPLETED", createdAt, completedAt, null,
				null, Map.of(), Map.of());
		OperationSnapshot snapshot = new OperationSnapshot(operation, null, Instant.parse("2025-01-15T10:30:08Z"));
		this.meters.statusSeen("client-1", snapshot, operation(OperationStatus.RUNNING, null));
		this.meters.waitEnded("client-1", new OperationWait("op", operation, 3, null, Duration.ofSeconds(8)), null);
		assertThat(this.registry.get("operations.completed").counter().count()).isOne();
		assertThat(this.registry.get("operations.polls").summary().count()).isOne();
		assertThat(this.registry.find("operations.duration").timers()).allMatch((timer) -> timer.count() == 0);
		assertThat(this.registry.find("operations.detection.delay").timers())
			.allMatch((timer) -> timer.max(TimeUnit.SECONDS) < 10);
	}

	private double paused() {
		return this.registry.get("operations.paused")
			.tags("client", "client-1", "by", "server")
			.timeGauge()
			.value(TimeUnit.SECONDS);
	}

	private double pauses() {
		return pauses("server");
	}

	private double gauge(String name) {
		return this.registry.get(name).tag("client", "client-1").gauge().value();
	}

	private static Operation operation(OperationStatus status, @Nullable Instant completedAt) {
		return new Operation("op", status, status.name(), Instant.parse("2025-01-15T10:30:00Z"), completedAt, null,
				null, Map.of(), Map.of());
	}

	private static final class Activity implements OperationsActivity {

		private String pausedBy = "server";

		@Override
		public String pausedBy() {
			return this.pausedBy;
		}

		@Override
		public Duration paused() {
			return Duration.ofMillis(1500);
		}

		@Override
		public int queued() {
			return 1;
		}

		@Override
		public int retrying() {
			return 11;
		}

		@Override
		public int inFlight() {
			return 2;
		}

		@Override
		public int inFlightLimit() {
			return 3;
		}

		@Override
		public boolean isServerUnavailable() {
			return true;
		}

		@Override
		public boolean areCredentialsRejected() {
			return true;
		}

		@Override
		public int maxWaits() {
			return 90;
		}

		@Override
		public int maxQueued() {
			return 20;
		}

		@Override
		public int maxInFlight() {
			return 30;
		}

		@Override
		public double permitsPerSecond() {
			return 12.5;
		}

		@Override
		public int maxKinds() {
			return 65;
		}

		@Override
		public int stuck() {
			return 4;
		}

		@Override
		public int waits() {
			return 9;
		}

		@Override
		public int kinds() {
			return 10;
		}

		@Override
		public int awaitedOperations() {
			return 5;
		}

		@Override
		public int waiting(@Nullable OperationStatus status) {
			return 6;
		}

		@Override
		public Duration backlogAge() {
			return Duration.ofSeconds(7);
		}

		@Override
		public Duration oldestWait() {
			return Duration.ofSeconds(8);
		}

	}

}
