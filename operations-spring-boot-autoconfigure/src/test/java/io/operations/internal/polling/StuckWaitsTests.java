package io.operations.internal.polling;

import java.time.Duration;

import io.operations.polling.PollingSettings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link StuckWaits}.
 */
class StuckWaitsTests {

	private static final long STUCK_AFTER = PollingSettings.defaults().stuckAfter().toMillis();

	private final PartsFixture fixture = new PartsFixture(PollingSettings.defaults());

	private final StuckWaits stuck = new StuckWaits(this.fixture.parts);

	private final AwaitedOperation awaited = new AwaitedOperation(1, "op", null, false, 0, false);

	@Test
	void whenOperationIsYoungItIsNotStuck() {
		this.stuck.note(this.awaited, STUCK_AFTER - 1);
		assertThat(this.stuck.count()).isZero();
		assertThat(this.fixture.events).isEmpty();
	}

	@Test
	void whenOperationIsOldItIsReportedOnceUntilItsWaitIsOver() {
		this.stuck.note(this.awaited, STUCK_AFTER);
		this.stuck.note(this.awaited, STUCK_AFTER + Duration.ofMinutes(1).toMillis());
		assertThat(this.stuck.count()).isOne();
		assertThat(this.fixture.events).containsExactly("stuck");
		this.stuck.over(this.awaited);
		assertThat(this.stuck.count()).isZero();
	}

	@Test
	void whenWaitIsOverItIsNotCounted() {
		this.awaited.over();
		this.stuck.note(this.awaited, STUCK_AFTER);
		this.stuck.over(this.awaited);
		assertThat(this.stuck.count()).isZero();
	}

}
