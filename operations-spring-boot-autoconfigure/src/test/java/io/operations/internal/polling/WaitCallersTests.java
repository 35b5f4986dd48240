package io.operations.internal.polling;

import io.operations.polling.PollingSettings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the callers of {@link PolledForCallers}.
 */
class WaitCallersTests {

	private final PartsFixture fixture = new PartsFixture(PollingSettings.defaults());

	private final AwaitedOperation awaited = new AwaitedOperation(0, "op", null, false, 0, false);

	private final WaitingCaller first = join(1);

	private final WaitingCaller second = join(2);

	private final WaitingCaller third = join(3);

	@Test
	void whenCallersJoinTheFirstIsTheOldest() {
		assertThat(this.awaited.oldest()).isEqualTo(this.first);
		assertThat(this.awaited.callers()).isEqualTo(this.third);
		assertThat(this.third.next).isEqualTo(this.second);
		assertThat(this.second.next).isEqualTo(this.first);
		assertThat(this.first.next).isNull();
	}

	@Test
	void whenTheOldestLeavesTheNextIsTheOldest() {
		assertThat(this.awaited.leave(this.first)).isFalse();
		assertThat(this.awaited.oldest()).isEqualTo(this.second);
	}

	@Test
	void whenOneInTheMiddleLeavesTheOthersStay() {
		assertThat(this.awaited.leave(this.second)).isFalse();
		assertThat(this.third.next).isEqualTo(this.first);
		assertThat(this.first.previous).isEqualTo(this.third);
		assertThat(this.second.next).isNull();
	}

	@Test
	void whenTheLastLeavesNoneIsLeft() {
		assertThat(this.awaited.leave(this.third)).isFalse();
		assertThat(this.awaited.leave(this.first)).isFalse();
		assertThat(this.awaited.leave(this.second)).isTrue();
		assertThat(this.awaited.callers()).isNull();
		assertThat(this.awaited.oldest()).isNull();
	}

	private WaitingCaller join(long number) {
		WaitingCaller caller = this.fixture.caller(this.awaited, number, 0);
		this.awaited.join(caller);
		return caller;
	}

}
