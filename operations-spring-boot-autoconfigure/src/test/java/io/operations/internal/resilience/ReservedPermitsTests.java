package io.operations.internal.resilience;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link ReservedPermits}: when permits are due, lapse and run out.
 */
class ReservedPermitsTests {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private final ReservedPermits permits = new ReservedPermits(0);

	@Test
	void withoutReservationNothingIsDue() {
		this.permits.rate(10);
		assertThat(this.permits.due(0, 0)).isEqualTo(ReservedPermits.NONE);
		assertThat(this.permits.isRunningOut()).isTrue();
	}

	@Test
	void permitsOfOneBlockAreDueAtEvenDistances() {
		reserve(4, SECOND);
		for (int permit = 0; permit < 4; permit++) {
			long due = SECOND - (4 - permit) * SECOND / 10;
			assertThat(this.permits.due(0, due)).isEqualTo(due);
			this.permits.use(due);
		}
		assertThat(this.permits.left(SECOND)).isZero();
	}

	@Test
	void unusedPermitsLapseAfterAQuarterOfASecond() {
		reserve(4, Duration.ofMillis(400).toNanos());
		assertThat(this.permits.left(Duration.ofMillis(250).toNanos())).isEqualTo(4);
		assertThat(this.permits.left(Duration.ofMillis(251).toNanos())).isEqualTo(3);
		assertThat(this.permits.left(SECOND)).isZero();
	}

	@Test
	void changedRateGivesUpPermitsOfTheOldRate() {
		reserve(4, SECOND);
		this.permits.rate(20);
		assertThat(this.permits.left(0)).isZero();
		this.permits.add(Duration.ofSeconds(1), 10, 4, 0);
		assertThat(this.permits.left(0)).as("reserved at the old rate").isZero();
		assertThat(this.permits.takeRateChange()).isTrue();
		assertThat(this.permits.takeRateChange()).isFalse();
	}

	@Test
	void halfUsedBlockIsRunningOut() {
		reserve(4, SECOND);
		this.permits.use(0);
		assertThat(this.permits.isRunningOut()).isFalse();
		this.permits.use(0);
		assertThat(this.permits.isRunningOut()).isTrue();
		this.permits.add(Duration.ofSeconds(2), 10, 4, 0);
		assertThat(this.permits.isRunningOut()).isFalse();
	}

	@Test
	void withoutStoreInstancesDivideTheRate() {
		this.permits.rate(10);
		this.permits.use(SECOND);
		assertThat(this.permits.due(4, SECOND)).isEqualTo(SECOND + SECOND * 4 / 10);
		assertThat(this.permits.due(4, 3 * SECOND)).as("no permits are made up for").isEqualTo(3 * SECOND);
	}

	@Test
	void oneReservationAtATimeServesAQuarterOfASecondOfAllSenders() {
		this.permits.rate(20);
		assertThat(this.permits.beginReservation(1)).isEqualTo(5);
		assertThat(this.permits.beginReservation(1)).isZero();
		this.permits.reservationFailed();
		assertThat(this.permits.hasFailed()).isTrue();
		assertThat(this.permits.beginReservation(10)).isEqualTo(1);
		this.permits.endReservation();
		assertThat(this.permits.hasFailed()).isFalse();
	}

	private void reserve(int count, long end) {
		this.permits.rate(10);
		this.permits.add(Duration.ofNanos(end), 10, count, 0);
	}

}
