package io.operations.internal.resilience;

import java.time.Duration;

import io.operations.resilience.BudgetStore;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link Instances}: when this instance reports, and how it counts the others.
 */
class InstancesTests {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private final Instances instances = new Instances(0);

	@Test
	void firstReportIsDueAtOnceAndTheNextAfterFiveSeconds() {
		assertThat(this.instances.beginReport(false, false, 0)).isTrue();
		assertThat(this.instances.beginReport(false, false, 0)).as("one at a time").isFalse();
		report(false, 0);
		assertThat(this.instances.beginReport(false, false, 4 * SECOND)).isFalse();
		assertThat(this.instances.beginReport(false, false, 5 * SECOND)).isTrue();
	}

	@Test
	void senderWithoutAnswerFor400MillisecondsReports() {
		report(true, 0);
		this.instances.answered(SECOND);
		assertThat(this.instances.beginReport(true, false, SECOND + SECOND * 39 / 100)).isFalse();
		assertThat(this.instances.beginReport(true, false, SECOND + SECOND * 40 / 100)).isTrue();
	}

	@Test
	void changeOfSendingAndOutageAreReportedAtOnce() {
		report(false, 0);
		assertThat(this.instances.beginReport(true, false, 1)).isTrue();
		this.instances.endReport();
		assertThat(this.instances.beginReport(false, true, 1)).isTrue();
	}

	@Test
	void countIncludesThisInstance() {
		report(true, 0);
		assertThat(this.instances.alive()).isEqualTo(4);
		assertThat(this.instances.sending()).isEqualTo(3);
		assertThat(this.instances.aliveAtMost()).as("others may have started just now").isEqualTo(16);
	}

	@Test
	void instancesFoundAtStartCountUntilTheFirstReport() {
		this.instances.foundAtStart(2);
		assertThat(this.instances.alive()).isEqualTo(3);
		report(true, 0);
		this.instances.foundAtStart(7);
		assertThat(this.instances.alive()).isEqualTo(4);
	}

	@Test
	void requestIsWantedLatelyForFiveSeconds() {
		assertThat(this.instances.wantedLately(0)).isFalse();
		this.instances.wanted(SECOND);
		assertThat(this.instances.wantedLately(5 * SECOND)).isTrue();
		assertThat(this.instances.wantedLately(6 * SECOND)).isFalse();
	}

	private void report(boolean sending, long now) {
		this.instances.beginReport(sending, false, now);
		this.instances.endReport();
		this.instances.reported(new BudgetStore.Others(3, 2, BudgetStore.Pause.UNKNOWN), sending, now);
	}

}
