package io.operations.internal.polling;

import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.LearnedDurations;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the schedule learns of operations that begin together. Short ones end first, and
 * only long ones are left in the end.
 */
class BatchedOperationsTests {

	// Median 60 s. Nineteen of twenty take less than 98 s.
	private static final double SIGMA = 0.3;

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final AdaptivePollingSchedule schedule = new AdaptivePollingSchedule(
			new PollingSettings(Duration.ofMillis(500), Duration.ofMinutes(5), Duration.ofHours(1), 10_000,
					Duration.ofHours(1), 8),
			this.time);

	private final Random random = new Random(1);

	private int running;

	@ParameterizedTest
	@ValueSource(ints = { 5, 50 })
	void whenNoMoreOperationsBeginTheLastOnesDoNotLookLikeADrift(int perSecond) {
		begin(200 * perSecond, perSecond);
		awaitAll();
		assertThatDurationsAreKnown();
	}

	@Test
	void whenOperationsBeginAtOnceTheyAreLearnedAlike() {
		for (int batch = 0; batch < 4; batch++) {
			begin(300, 1000);
			awaitAll();
			assertThatDurationsAreKnown();
		}
	}

	private void assertThatDurationsAreKnown() {
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		poll(0, 0);
		LearnedDurations learned = Objects.requireNonNull(this.schedule.learned("kind"));
		assertThat(learned.median()).isBetween(Duration.ofSeconds(52), Duration.ofSeconds(75));
		assertThat(learned.polls()).isBetween(5.0, 11.0);
		assertThat(learned.upperQuantile()).isBetween(Duration.ofSeconds(85), Duration.ofSeconds(125));
	}

	private void begin(int number, int perSecond) {
		for (int i = 0; i < number; i++) {
			double duration = 60 * Math.exp(SIGMA * this.random.nextGaussian());
			this.running++;
			this.time.schedule(() -> begin(this.time.now(TimeUnit.MILLISECONDS), duration), 1000L * i / perSecond,
					TimeUnit.MILLISECONDS);
		}
	}

	private void begin(long at, double duration) {
		Duration first = this.schedule.firstPoll(state(0, 0));
		this.time.schedule(() -> see(at, duration, 0, 1), first.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void see(long begin, double duration, double known, int polls) {
		double age = (this.time.now(TimeUnit.MILLISECONDS) - begin) / 1000.0;
		boolean ended = age >= duration;
		this.schedule.learn(new ObservedRun("kind", ofSeconds(known), ofSeconds(ended ? duration : age), ended));
		if (ended) {
			this.running--;
			return;
		}
		this.time.schedule(() -> see(begin, duration, age, polls + 1), poll(age, polls).toMillis(),
				TimeUnit.MILLISECONDS);
	}

	private Duration poll(double age, int polls) {
		return this.schedule.nextPoll(state(age, polls));
	}

	private void awaitAll() {
		while (this.running > 0) {
			this.time.advanceTimeBy(Duration.ofSeconds(1));
		}
	}

	private static PollingState state(double age, int polls) {
		return new PollingState("op", "kind", null, ofSeconds(age), polls, 1e9);
	}

	private static Duration ofSeconds(double seconds) {
		return Duration.ofMillis(Math.round(1000 * seconds));
	}

}
