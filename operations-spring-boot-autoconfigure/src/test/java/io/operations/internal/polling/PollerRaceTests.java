package io.operations.internal.polling;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.TestOperations;
import io.operations.internal.resilience.Admission;
import io.operations.internal.resilience.AdmittedOperationFetcher;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A poller in real time, with so few waits at once that nobody else wakes what one forgot
 * to.
 */
class PollerRaceTests {

	private static final int OPERATIONS = 5000;

	private static final int AT_ONCE = 10;

	private final Admission admission = PollerFixture.admission(new RateLimitSettings(20_000, 3, 100),
			Schedulers.parallel());

	private final Poller poller = poller();

	@Test
	void whenThreadsRaceEachWaitEnds() {
		Long ended = Flux.range(0, OPERATIONS)
			.flatMap((number) -> this.poller.await(PollingTarget.of("op" + number), Duration.ofMinutes(2)), AT_ONCE)
			.count()
			.block(Duration.ofMinutes(1));
		assertThat(ended).isEqualTo(OPERATIONS);
		assertThat(this.poller.waits().size()).isZero();
		// Who waited is told before the place is given back.
		Awaitility.await().until(() -> this.admission.inFlight() == 0);
		assertThat(this.admission.queued()).isZero();
	}

	private Poller poller() {
		PollingSettings settings = new PollingSettings(Duration.ofMillis(1), Duration.ofMillis(5),
				Duration.ofMinutes(2), 1000, Duration.ofMinutes(5), 8);
		return new Poller("test", new AdmittedOperationFetcher(this::answer, this.admission), this.admission,
				new AdaptivePollingSchedule(settings, Schedulers.parallel()), settings, Schedulers.parallel(),
				PollerFixture.silent());
	}

	private Mono<OperationSnapshot> answer(String id) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		Mono<OperationSnapshot> answer = switch (random.nextInt(20)) {
			case 0 -> Mono.error(TestOperations.fault(503));
			case 1 -> Mono.error(TestOperations.fault(429, Duration.ofMillis(1)));
			case 2, 3, 4, 5, 6 -> Mono.just(TestOperations.snapshot(id, OperationStatus.RUNNING));
			default -> Mono.just(TestOperations.snapshot(id, OperationStatus.COMPLETED));
		};
		return random.nextBoolean() ? answer
				: Mono.delay(Duration.ofNanos(random.nextInt(2_000_000)), Schedulers.parallel()).then(answer);
	}

}
