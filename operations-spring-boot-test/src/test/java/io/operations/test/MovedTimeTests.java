package io.operations.test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class MovedTimeTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final VirtualTimeScheduler real = VirtualTimeScheduler.create();

	private final MovedTime time = new MovedTime(this.real);

	private final List<String> events = new CopyOnWriteArrayList<>();

	@Test
	void timeWithoutAJumpIsRealTime() {
		schedule("task", Duration.ofSeconds(2));
		this.real.advanceTimeBy(Duration.ofMillis(1999));
		assertThat(this.events).isEmpty();
		this.real.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.events).containsExactly("task");
	}

	@Test
	void jumpReleasesDueTasksInTheOrderOfTheirTimes() {
		schedule("third", Duration.ofHours(3));
		schedule("first", Duration.ofHours(1));
		schedule("fourth", Duration.ofHours(3));
		schedule("second", Duration.ofHours(2));
		schedule("later", Duration.ofHours(5));
		advance(Duration.ofHours(4));
		assertThat(this.events).containsExactly("first", "second", "third", "fourth");
		advance(Duration.ofHours(4));
		assertThat(this.events).endsWith("later").hasSize(5);
	}

	@Test
	void tasksOfAJumpRunOneAfterAnother() {
		MovedTime moved = new MovedTime(Schedulers.parallel());
		List<Integer> order = new CopyOnWriteArrayList<>();
		Mono<Void> all = Mono.create((sink) -> {
			for (int i = 0; i < 100; i++) {
				int number = i;
				Scheduler.Worker worker = moved.createWorker();
				Runnable task = () -> {
					order.add(number);
					if (number == 99) {
						sink.success();
					}
				};
				if (number % 2 == 0) {
					worker.schedule(task, 60 + number, TimeUnit.MINUTES);
				}
				else {
					moved.schedule(task, 60 + number, TimeUnit.MINUTES);
				}
			}
			moved.advance(Duration.ofHours(3));
		});
		StepVerifier.create(all).expectComplete().verify(MAX_WAIT);
		assertThat(order).hasSize(100).isSorted();
	}

	@Test
	void taskWhenNotDueAfterAJumpRunsAfterItsRemainingTime() {
		schedule("task", Duration.ofHours(2));
		advance(Duration.ofHours(2).minusSeconds(5));
		this.real.advanceTimeBy(Duration.ofMillis(4999));
		assertThat(this.events).isEmpty();
		this.real.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.events).containsExactly("task");
	}

	@Test
	void periodicTaskRunsOnceAfterAJumpAndThenAgainAfterItsPeriod() {
		Disposable periodic = this.time.schedulePeriodically(() -> this.events.add("tick"), 1, 1, TimeUnit.SECONDS);
		advance(Duration.ofHours(24));
		assertThat(this.events).hasSize(1);
		this.real.advanceTimeBy(Duration.ofSeconds(3));
		assertThat(this.events).hasSize(4);
		periodic.dispose();
		advance(Duration.ofHours(24));
		assertThat(this.events).hasSize(4);
	}

	@Test
	void taskWhenItSchedulesItselfRunsOnceAfterAJump() {
		Disposable open = Flux.interval(Duration.ofSeconds(1), this.time).subscribe((tick) -> this.events.add("tick"));
		advance(Duration.ofHours(1));
		assertThat(this.events).hasSize(1);
		open.dispose();
	}

	@Test
	void cancelledTaskDoesNotRun() {
		schedule("task", Duration.ofHours(1)).dispose();
		Scheduler.Worker worker = this.time.createWorker();
		worker.schedule(() -> this.events.add("task of a worker"), 1, TimeUnit.HOURS);
		worker.dispose();
		advance(Duration.ofHours(2));
		this.real.advanceTimeBy(Duration.ofHours(2));
		assertThat(this.events).isEmpty();
	}

	@Test
	void taskWhenItFailsDoesNotHoldBackTheNext() {
		MovedTime moved = new MovedTime(Schedulers.parallel());
		moved.schedule(() -> {
			throw new IllegalStateException("expected");
		}, 1, TimeUnit.MINUTES);
		StepVerifier.create(Mono.delay(Duration.ofMinutes(2), moved))
			.then(() -> moved.advance(Duration.ofMinutes(3)))
			.expectNextCount(1)
			.expectComplete()
			.verify(MAX_WAIT);
	}

	@Test
	void bothClocksMoveTogether() {
		long millis = this.time.now(TimeUnit.MILLISECONDS);
		long nanos = this.time.now(TimeUnit.NANOSECONDS);
		this.time.advance(Duration.ofDays(400));
		assertThat(this.time.now(TimeUnit.MILLISECONDS) - millis).isEqualTo(Duration.ofDays(400).toMillis());
		assertThat(this.time.now(TimeUnit.NANOSECONDS) - nanos).isCloseTo(Duration.ofDays(400).toNanos(), within(1L));
	}

	@Test
	void taskSeesTheTimeAfterTheJump() {
		long before = this.time.now(TimeUnit.MILLISECONDS);
		this.time.schedule(
				() -> this.events.add(Duration.ofMillis(this.time.now(TimeUnit.MILLISECONDS) - before).toString()), 1,
				TimeUnit.HOURS);
		advance(Duration.ofHours(3));
		assertThat(this.events).containsExactly("PT3H");
	}

	private Disposable schedule(String event, Duration delay) {
		return this.time.schedule(() -> this.events.add(event), delay.toNanos(), TimeUnit.NANOSECONDS);
	}

	// The virtual time runs due tasks at once.
	private void advance(Duration duration) {
		this.time.advance(duration);
		this.real.advanceTimeBy(Duration.ZERO);
	}

}
