package io.operations.polling;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link PollSurplus}.
 */
class PollSurplusTests {

	private final PollSurplus surplus = new PollSurplus();

	private final PollingPlan plan = plan();

	@Test
	void whenNothingHasEndedPollsAreAsPlanned() {
		assertThat(this.surplus.ratio()).isOne();
	}

	@Test
	void whenOperationsTakeLongerRatioGrowsWithinItsBound() {
		end(20);
		assertThat(this.surplus.ratio()).isGreaterThan(1);
		for (int i = 0; i < 100; i++) {
			end(1000);
		}
		assertThat(this.surplus.ratio()).isEqualTo(2);
	}

	@Test
	void whenOperationsEndEarlyRatioShrinks() {
		end(5);
		assertThat(this.surplus.ratio()).isBetween(0.5, 1.0);
	}

	@Test
	void whenClearedPollsAreAsPlanned() {
		end(1000);
		this.surplus.clear();
		assertThat(this.surplus.ratio()).isOne();
	}

	private void end(double seconds) {
		this.surplus.ended(this.plan, seconds, 10, DurationDrift.HALF_LIFE);
	}

	private static PollingPlan plan() {
		DurationHistogram durations = new DurationHistogram();
		for (int i = 0; i < 20; i++) {
			durations.ended(0, 10 + i / 10.0, DurationDrift.HALF_LIFE);
		}
		return PollingPlan.best(DurationDistribution.estimate(durations), 0.5, 0.5, 30);
	}

}
