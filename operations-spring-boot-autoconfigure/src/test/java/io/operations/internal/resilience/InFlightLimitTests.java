package io.operations.internal.resilience;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InFlightLimitTests {

	private static final Duration PAUSE = Duration.ofSeconds(2);

	private final InFlightLimit limit = new InFlightLimit(16);

	private Duration now = Duration.ofHours(1);

	@Test
	void refusalHalvesAndARoundOfAcceptedCallsRaisesByOne() {
		refuse(16, null);
		assertThat(this.limit.get()).isEqualTo(8);
		accept(8, 8, null);
		assertThat(this.limit.get()).isEqualTo(8);
		accept(1, 8, null);
		assertThat(this.limit.get()).isEqualTo(9);
	}

	@Test
	void limitIsNeverBelowOne() {
		for (int i = 0; i < 10; i++) {
			refuse(16, null);
		}
		assertThat(this.limit.get()).isEqualTo(1);
	}

	@Test
	void limitWhenNotNearlyReachedIsNotRaised() {
		refuse(16, null);
		accept(100, 3, null);
		assertThat(this.limit.get()).isEqualTo(8);
		accept(100, 4, null);
		assertThat(this.limit.get()).isGreaterThan(8);
	}

	@Test
	void limitWhenNotFullAtRefusalIsTriedAgainAtOnce() {
		refuse(0, null);
		assertThat(this.limit.get()).isEqualTo(8);
		accept(1000, 8, null);
		assertThat(this.limit.get()).isEqualTo(16);
	}

	@Test
	void limitWhenRefusedAgainIsTriedAfterUpToAHundredPauses() {
		for (int pauses : new int[] { 10, 19, 37, 73, 100, 100 }) {
			refuse(16, null);
			this.now = this.now.plus(PAUSE.multipliedBy(pauses)).minusMillis(1);
			accept(1000, 8, null);
			assertThat(this.limit.get()).as("%d pauses after it", pauses).isEqualTo(15);
			this.now = this.now.plusMillis(1);
			accept(20, 8, null);
			assertThat(this.limit.get()).isEqualTo(16);
		}
	}

	@Test
	void refusalOfAnEarlierCallDoesNotHalveTheLimitAgain() {
		long sent = this.now.toNanos();
		refuse(16, null);
		this.now = this.now.plusSeconds(1);
		this.limit.refused(sent, this.now.toNanos(), PAUSE, 16, null);
		assertThat(this.limit.get()).isEqualTo(8);
	}

	@Test
	void limitStaysBelowTheRefusedNumberForTenPauses() {
		refuse(16, null);
		this.now = this.now.plusSeconds(19);
		accept(1000, 8, null);
		assertThat(this.limit.get()).as("less than 20 s after the refusal").isEqualTo(15);
		this.now = this.now.plusSeconds(1);
		accept(20, 8, null);
		assertThat(this.limit.get()).isEqualTo(16);
	}

	@Test
	void limitAfterLongPauseIsCautiousForAtMostTenMinutes() {
		this.limit.refused(this.now.toNanos(), this.now.toNanos(), Duration.ofHours(1), 16, null);
		this.now = this.now.plusMinutes(69);
		accept(1000, 8, null);
		assertThat(this.limit.get()).isEqualTo(15);
		this.now = this.now.plusMinutes(1);
		accept(1000, 8, null);
		assertThat(this.limit.get()).isEqualTo(16);
	}

	@Test
	void refusalsAtAnyLoadDoNotLowerTheLimitToOne() {
		for (int i = 0; i < 100; i++) {
			refuse(16, null);
			this.now = this.now.plusSeconds(6);
			accept(200, 16, null);
		}
		assertThat(this.limit.get()).isGreaterThan(8);
	}

	@Test
	void limitWhenASingleCallWasRefusedStillGrowsToTwo() {
		InFlightLimit one = new InFlightLimit(2);
		one.refused(this.now.toNanos(), this.now.toNanos(), PAUSE, 2, null);
		this.now = this.now.plusSeconds(1);
		one.refused(this.now.toNanos(), this.now.toNanos(), PAUSE, 1, null);
		assertThat(one.get()).isEqualTo(1);
		this.now = this.now.plusSeconds(20);
		one.accepted(this.now.toNanos(), 1, null);
		assertThat(one.get()).isEqualTo(2);
	}

	@Test
	void limitWhenAccountIsFullGrowsATenthAsFast() {
		refuse(16, 100);
		accept(9, 8, 95);
		assertThat(this.limit.get()).as("an account with 95 of 99 calls").isEqualTo(8);
		accept(81, 8, 95);
		assertThat(this.limit.get()).as("ten times as many").isEqualTo(9);
		accept(10, 8, 50);
		assertThat(this.limit.get()).as("an account with 50 of 99 calls").isEqualTo(10);
	}

	@Test
	void limitWhenAccountIsHalfEmptyGrowsWithoutWaiting() {
		refuse(16, 100);
		accept(1000, 8, 51);
		assertThat(this.limit.get()).as("an account with 51 of 99 calls").isEqualTo(15);
		accept(20, 8, 50);
		assertThat(this.limit.get()).as("an account with 50 of 99 calls").isEqualTo(16);
	}

	@Test
	void accountWhenItAcceptsMoreThanItRefusedIsNotFull() {
		refuse(16, 10);
		accept(1, 8, 200);
		accept(9, 8, 150);
		assertThat(this.limit.get()).isEqualTo(9);
	}

	private void refuse(int filled, @Nullable Integer accountLoad) {
		this.now = this.now.plusMillis(1);
		this.limit.refused(this.now.toNanos(), this.now.toNanos(), PAUSE, filled, accountLoad);
	}

	private void accept(int calls, int inFlight, @Nullable Integer accountLoad) {
		for (int i = 0; i < calls; i++) {
			this.limit.accepted(this.now.toNanos(), inFlight, accountLoad);
		}
	}

}
