package io.operations.internal.polling;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests {@link WallOffset}.
 */
class WallOffsetTests {

	private final Scheduler scheduler = mock(Scheduler.class);

	@Test
	void whenTheClocksDifferByTheirRoundingTheOffsetStaysTheSame() {
		clocks(1_000_000, 500);
		WallOffset offset = new WallOffset(this.scheduler);
		assertThat(offset.get()).isEqualTo(999_500);
		clocks(1_000_101, 600);
		assertThat(offset.get()).isEqualTo(999_500);
	}

	@Test
	void whenSomebodySetsTheWallClockTheOffsetFollows() {
		clocks(1_000_000, 500);
		WallOffset offset = new WallOffset(this.scheduler);
		clocks(900_000, 600);
		assertThat(offset.get()).isEqualTo(899_400);
	}

	private void clocks(long wall, long monotonic) {
		given(this.scheduler.now(TimeUnit.MILLISECONDS)).willReturn(wall);
		given(this.scheduler.now(TimeUnit.NANOSECONDS)).willReturn(TimeUnit.MILLISECONDS.toNanos(monotonic));
	}

}
