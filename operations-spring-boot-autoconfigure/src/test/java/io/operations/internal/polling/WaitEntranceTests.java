package io.operations.internal.polling;

import java.time.Duration;

import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import io.operations.polling.PollingSettings;
import org.junit.jupiter.api.Test;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests {@link WaitEntrance}.
 */
class WaitEntranceTests {

	private final PartsFixture fixture = new PartsFixture(new PollingSettings(Duration.ofMillis(500),
			Duration.ofSeconds(30), Duration.ofMinutes(10), 2, Duration.ofMinutes(5), 8));

	@Test
	void whenFirstCallerEntersWaitBeginsAndItsPollIsPlanned() {
		WaitingCaller caller = this.fixture.enter("op");
		assertThat(caller.awaited()).isEqualTo(this.fixture.registry.get("op"));
		assertThat(this.fixture.events).containsExactly("waitBegan");
		this.fixture.time.advanceTimeBy(Duration.ofMillis(500));
		assertThat(this.fixture.polls).singleElement().extracting(Poll::operationId).isEqualTo("op");
	}

	@Test
	void whenSecondCallerEntersItJoinsTheWait() {
		WaitingCaller first = this.fixture.enter("op");
		WaitingCaller second = this.fixture.enter("op");
		assertThat(second.awaited()).isEqualTo(first.awaited());
		assertThat(this.fixture.registry.callers()).isEqualTo(2);
		assertThat(this.fixture.events).containsExactly("waitBegan");
	}

	@Test
	void whenMaximumIsReachedCallerIsThrottledAndNothingIsLeft() {
		this.fixture.enter("a");
		this.fixture.enter("b");
		refuse(OperationsThrottledException.class);
		assertThat(this.fixture.events).containsExactly("waitBegan", "waitBegan", "throttled");
		assertThat(this.fixture.registry.get("refused")).isNull();
		assertThat(this.fixture.registry.callers()).isEqualTo(2);
	}

	@Test
	void whenRefusingCallerIsRefusedUntilWaitsAreAcceptedAgain() {
		this.fixture.entrance.refuse(true);
		refuse(OperationsClosedException.class);
		this.fixture.entrance.refuse(false);
		this.fixture.enter("op");
		assertThat(this.fixture.registry.size()).isOne();
	}

	@Test
	void whenClosedCallerIsRefusedForGood() {
		this.fixture.entrance.close();
		this.fixture.entrance.refuse(false);
		refuse(OperationsClosedException.class);
	}

	private void refuse(Class<? extends OperationsException> type) {
		assertThatExceptionOfType(type).isThrownBy(() -> this.fixture.entrance.enter(PollingTarget.of("refused"),
				Context.empty(), (awaited, number, now) -> this.fixture.caller(awaited, number, now)));
	}

}
