package io.operations.internal.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link PollTimer}.
 */
class PollTimerTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<Long> runs = new ArrayList<>();

	private final PollTimer timer = new PollTimer(this.time, () -> this.runs.add(now()));

	@Test
	void whenTimeComesTheActionRunsOnce() {
		this.timer.set(100, 0);
		this.time.advanceTimeBy(Duration.ofMillis(99));
		assertThat(this.runs).isEmpty();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.runs).containsExactly(100L);
	}

	@Test
	void whenSetAgainTheEarlierTimeIsReplaced() {
		this.timer.set(100, 0);
		this.timer.set(300, 0);
		this.timer.set(200, 0);
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.runs).containsExactly(200L);
	}

	@Test
	void whenSetToNeverTheActionDoesNotRun() {
		this.timer.set(100, 0);
		this.timer.set(Long.MAX_VALUE, 0);
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.runs).isEmpty();
	}

	@Test
	void whenTimeHasPassedTheActionRunsAtOnce() {
		this.time.advanceTimeBy(Duration.ofMillis(500));
		this.timer.set(100, 500);
		this.time.advanceTimeBy(Duration.ZERO);
		assertThat(this.runs).containsExactly(500L);
	}

	@Test
	void whenForgottenTheSameTimeIsSetAgain() {
		this.timer.set(100, 0);
		this.timer.forget();
		this.timer.set(100, 0);
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.runs).isNotEmpty().containsOnly(100L);
	}

	private long now() {
		return this.time.now(TimeUnit.MILLISECONDS);
	}

}
