package io.operations.test.autoconfigure;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.core.OperationsTemplate;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests that the simulator moves its own time, that of the template and that of the store
 * in memory.
 */
@SpringBootTest(properties = "spring.autoconfigure.exclude="
		+ "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@AutoConfigureOperationsSimulator
class MovedTimeWithSimulatorTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final OperationScript ENDLESS = OperationScript.completed().running(Duration.ofDays(400));

	@Autowired
	private OperationsSimulator simulator;

	@Autowired
	private OperationsTemplate operations;

	@Autowired
	private OperationTracker tracker;

	@Autowired
	private BlockingQueue<OperationOutcome> outcomes;

	@AfterEach
	void reset() {
		this.simulator.reset();
		this.outcomes.clear();
	}

	@Test
	void trackedOperationTimesOutAfterItsDay() throws InterruptedException {
		String id = this.simulator.accept(ENDLESS);
		this.tracker.track(id, Map.of()).block(MAX_WAIT);
		this.simulator.advance(Duration.ofHours(23));
		awaitPolls(id, 1);
		assertThat(this.outcomes).isEmpty();
		long polls = this.simulator.requestCount(id);
		this.simulator.advance(Duration.ofHours(1));
		OperationOutcome outcome = this.outcomes.poll(MAX_WAIT.toSeconds(), TimeUnit.SECONDS);
		assertThat(outcome).extracting(OperationOutcome::operationId, OperationOutcome::type)
			.containsExactly(id, OperationOutcome.Type.TIMED_OUT);
		assertThat(this.simulator.requestCount(id)).as("polls of 24 hours").isLessThan(polls + 5);
	}

	@Test
	void trackedOperationWhenItEndsInTheJumpIsDelivered() throws InterruptedException {
		String id = this.simulator.accept(OperationScript.failed().running(Duration.ofHours(20)));
		this.tracker.track(id, Map.of()).block(MAX_WAIT);
		this.simulator.advance(Duration.ofHours(25));
		OperationOutcome outcome = this.outcomes.poll(MAX_WAIT.toSeconds(), TimeUnit.SECONDS);
		assertThat(outcome).extracting(OperationOutcome::operationId, OperationOutcome::type)
			.containsExactly(id, OperationOutcome.Type.FAILED);
	}

	@Test
	void deliveredOperationIsForgottenAfterItsRetention() throws InterruptedException {
		String id = this.simulator.accept(OperationScript.completed());
		this.tracker.track(id, Map.of()).block(MAX_WAIT);
		assertThat(this.outcomes.poll(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isNotNull();
		assertThat(this.tracker.find(id).blockOptional(MAX_WAIT)).isPresent();
		this.simulator.advance(Duration.ofDays(7).plusSeconds(1));
		await().atMost(MAX_WAIT).until(() -> this.tracker.find(id).blockOptional(MAX_WAIT).isEmpty());
	}

	@Test
	void waitTimesOutAfterItsTenMinutes() {
		String id = this.simulator.accept(ENDLESS);
		CompletableFuture<@Nullable Operation> done = this.operations.await(id).toFuture();
		awaitPolls(id, 1);
		this.simulator.advance(Duration.ofMinutes(9));
		awaitPolls(id, 2);
		assertThat(done).isNotDone();
		this.simulator.advance(Duration.ofMinutes(1));
		assertThatThrownBy(() -> end(done)).cause()
			.isInstanceOfSatisfying(OperationTimeoutException.class, (ex) -> assertThat(ex.getLastSeen()).isNotNull());
	}

	@Test
	void operationOfAnHourEndsAfterAJumpOfAnHour() throws Exception {
		String id = this.simulator.accept(OperationScript.completed().running(Duration.ofHours(1)));
		CompletableFuture<@Nullable Operation> done = this.operations.await(id, Duration.ofHours(2)).toFuture();
		awaitPolls(id, 1);
		this.simulator.advance(Duration.ofHours(1));
		Operation operation = end(done);
		assertThat(operation.duration())
			.hasValueSatisfying((duration) -> assertThat(duration).isGreaterThanOrEqualTo(Duration.ofHours(1)));
	}

	@Test
	void waitContinuesAfterARetryAfterOfAnHour() throws Exception {
		String id = this.simulator.accept(OperationScript.completed().running(Duration.ofMinutes(1)));
		this.simulator.fault(id, 1, Fault.throttled(Duration.ofHours(1)));
		CompletableFuture<@Nullable Operation> done = this.operations.await(id, Duration.ofHours(2)).toFuture();
		awaitPolls(id, 1);
		this.simulator.advance(Duration.ofMinutes(59));
		assertThat(this.simulator.requestCount(id)).isEqualTo(1);
		// Polls that got a Retry-After are spread over another 15 percent of it.
		this.simulator.advance(Duration.ofMinutes(11));
		assertThat(end(done)).extracting(Operation::status).isEqualTo(OperationStatus.COMPLETED);
		assertThat(this.simulator.requestCount(id)).isEqualTo(2);
	}

	@Test
	void requestInFlightDoesNotTimeOutInAJump() throws Exception {
		String id = this.simulator.accept(OperationScript.completed());
		this.simulator.fault(id, 1, Fault.delayed(Duration.ofMillis(500)));
		CompletableFuture<@Nullable Operation> fetched = this.operations.fetch(id).toFuture();
		awaitPolls(id, 1);
		// On such a thread, the jump does not wait for the response.
		Schedulers.parallel().schedule(() -> this.simulator.advance(Duration.ofHours(1)));
		assertThat(end(fetched)).isNotNull();
		assertThat(this.simulator.requestCount(id)).isEqualTo(1);
	}

	@Test
	void operationIsCreatedAtTheMovedTime() {
		String before = this.simulator.accept(OperationScript.completed());
		this.simulator.advance(Duration.ofHours(3));
		String after = this.simulator.accept(OperationScript.completed());
		assertThat(Duration.between(createdAt(before), createdAt(after))).isBetween(Duration.ofHours(3),
				Duration.ofHours(3).plus(MAX_WAIT));
	}

	private static Operation end(CompletableFuture<@Nullable Operation> future) throws Exception {
		return Objects.requireNonNull(future.get(MAX_WAIT.toSeconds(), TimeUnit.SECONDS));
	}

	private Instant createdAt(String id) {
		Operation operation = Objects.requireNonNull(this.operations.fetch(id).block(MAX_WAIT));
		return Objects.requireNonNull(operation.createdAt());
	}

	private void awaitPolls(String id, int polls) {
		await().atMost(MAX_WAIT).until(() -> this.simulator.requestCount(id) >= polls);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		BlockingQueue<OperationOutcome> outcomes() {
			return new LinkedBlockingQueue<>();
		}

		@Bean
		OperationOutcomeHandler handler(BlockingQueue<OperationOutcome> outcomes) {
			return outcomes::add;
		}

	}

}
