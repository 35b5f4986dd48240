package io.operations.internal.polling;

import java.time.Duration;

import io.operations.OperationTimeoutException;
import io.operations.TestOperations;
import io.operations.polling.PollingSettings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link WaitTimeouts}.
 */
class WaitTimeoutsTests {

	private final PartsFixture fixture = new PartsFixture(PollingSettings.defaults());

	private final WaitTimeouts timeouts = new WaitTimeouts(this.fixture.parts,
			WaitTimeouts.overload(PollingSettings.defaults()));

	@Test
	void whenDeadlinePassesReasonNamesWhatIsKnown() {
		WaitingCaller caller = this.fixture.enter("op");
		caller.awaited().failed(TestOperations.fault(503), 0);
		OperationTimeoutException reason = this.timeouts.known(caller);
		assertThat(reason.getOperationId()).isEqualTo("op");
		assertThat(reason.getPolls()).isOne();
		assertThat(reason).hasMessageContaining("operations.polling.timeout").hasMessageContaining("HTTP 503");
	}

	@Test
	void whenPollIsSentLimitsAreNotNamed() {
		WaitingCaller caller = this.fixture.enter("op");
		this.fixture.poll("op").sent(true);
		this.fixture.time.advanceTimeBy(Duration.ofMinutes(10));
		assertThat(this.timeouts.explained(caller).getHeldBack()).isNull();
	}

	@Test
	void whenPollIsHeldBackLimitsAreNamed() {
		WaitingCaller caller = this.fixture.enter("op");
		this.fixture.poll("op");
		this.fixture.time.advanceTimeBy(Duration.ofMinutes(10));
		assertThat(this.timeouts.explained(caller).getHeldBack()).isGreaterThan(Duration.ofMinutes(9));
	}

}
