package io.operations.polling;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link DurationDrift}.
 */
class DurationDriftTests {

	private final DurationDrift drift = new DurationDrift();

	private final DurationHistogram all = new DurationHistogram();

	@Test
	void whenDurationsStayHalfLifeStays() {
		assertThat(endTwenty()).isEqualTo(DurationDrift.HALF_LIFE);
		assertThat(this.drift.hasChanged()).isFalse();
	}

	@Test
	void whenOperationsBecomeSlowerEarlierOnesAreForgottenSooner() {
		endTwenty();
		double halfLife = DurationDrift.HALF_LIFE;
		for (int i = 0; i < 6; i++) {
			halfLife = end(100 + i, 4);
		}
		assertThat(halfLife).isLessThan(DurationDrift.HALF_LIFE / 2);
		assertThat(this.drift.isMixOfAgesUnusual(halfLife)).isFalse();
	}

	@Test
	void whenOnlySlowOperationsAreLeftThereIsNoDrift() {
		endTwenty();
		double halfLife = 0;
		for (int i = 0; i < DurationDrift.LATEST; i++) {
			halfLife = end(100 + i, 1);
		}
		assertThat(halfLife).isEqualTo(DurationDrift.HALF_LIFE);
		assertThat(this.drift.isMixOfAgesUnusual(halfLife)).isTrue();
		assertThat(this.drift.hasChanged()).isFalse();
	}

	@Test
	void whenLatestEndsDifferOnlyTheyRemainAfterClear() {
		endTwenty();
		for (int i = 0; i < DurationDrift.LATEST; i++) {
			end(100 + i, 4);
		}
		assertThat(this.drift.hasChanged()).isTrue();
		this.drift.clear();
		assertThat(this.drift.latest()).hasSize(DurationDrift.LATEST).allMatch((duration) -> duration >= 100);
		assertThat(this.drift.hasChanged()).isFalse();
	}

	// Some are faster and some are slower.
	private double endTwenty() {
		double halfLife = 0;
		for (int i = 0; i < 20; i++) {
			halfLife = end(10 + (7 * i) % 20 / 10.0, 1);
		}
		return halfLife;
	}

	private double end(double seconds, double expected) {
		double halfLife = this.drift.halfLife(this.all, seconds, expected);
		this.all.ended(0, seconds, halfLife);
		this.drift.ended(seconds, expected);
		return halfLife;
	}

}
