package io.operations.internal;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class DecayingRateTests {

	private static final long HOUR = 3_600_000;

	private final DecayingRate rate = new DecayingRate(300);

	@Test
	void rateIsZeroBeforeTheFirstEvent() {
		assertThat(this.rate.perSecondObserved(HOUR)).isZero();
	}

	@Test
	void rateIsRightLongBeforeTheMemoryIsFull() {
		occur(HOUR, 60, 50);
		assertThat(this.rate.perSecondObserved(HOUR + 60_000)).isCloseTo(50, within(1.0));
	}

	@Test
	void rateIsRightWhenTheMemoryIsFull() {
		occur(HOUR, 3000, 2);
		assertThat(this.rate.perSecondObserved(HOUR + 3_000_000)).isCloseTo(2, within(0.05));
	}

	@Test
	void burstCountsAsSpreadOverAFifthOfTheMemory() {
		for (int i = 0; i < 60; i++) {
			this.rate.add(HOUR);
		}
		assertThat(this.rate.perSecondObserved(HOUR)).isCloseTo(1.1, within(0.05));
	}

	@Test
	void rateAfterASilenceIsRightAsSoonAsAfterTheStart() {
		occur(HOUR, 600, 2);
		long later = 10 * HOUR;
		assertThat(this.rate.perSecondObserved(later)).isCloseTo(0, within(0.001));
		occur(later, 60, 50);
		assertThat(this.rate.perSecondObserved(later + 60_000)).isCloseTo(50, within(1.0));
	}

	private void occur(long from, int seconds, int perSecond) {
		for (int i = 0; i < seconds * perSecond; i++) {
			this.rate.add(from + i * 1000L / perSecond);
		}
	}

}
