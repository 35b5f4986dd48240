package io.operations.polling;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests {@link UnusualAge}.
 */
class UnusualAgeTests {

	private final UnusualAge age = new UnusualAge();

	private final DurationDistribution quick = durations(10);

	private final DurationDistribution slow = durations(40);

	@Test
	void whenFirstEstimatedAgeIsThreeTimesTheUpperQuantile() {
		this.age.estimated(this.quick, 100, 100, true);
		assertThat(this.age.seconds()).as("with the allowance of a steady estimate")
			.isCloseTo(3 * this.quick.quantile(0.953), within(0.001));
	}

	@Test
	void whenFewWereObservedOnlyTheLatestEstimateCounts() {
		this.age.estimated(this.quick, 10, 10, true);
		this.age.estimated(this.slow, 10, 1, false);
		assertThat(this.age.seconds()).isCloseTo(3 * this.slow.quantile(0.95), within(0.001));
	}

	@Test
	void whenManyWereObservedEstimatesAreAveraged() {
		this.age.estimated(this.quick, 100, 100, true);
		this.age.estimated(this.slow, 100, DurationDrift.HALF_LIFE, false);
		assertThat(this.age.seconds()).isCloseTo(3 * Math.sqrt(this.quick.quantile(0.953) * this.slow.quantile(0.953)),
				within(0.001));
	}

	private static DurationDistribution durations(double seconds) {
		DurationHistogram durations = new DurationHistogram();
		for (int i = 0; i < 20; i++) {
			durations.ended(0, seconds * (1 + i / 100.0), DurationDrift.HALF_LIFE);
		}
		return DurationDistribution.estimate(durations);
	}

}
