package io.operations.internal.polling;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link HandedPolls}.
 */
class HandedPollsTests {

	private final HandedPolls handed = new HandedPolls();

	@Test
	void whenNoPollIsHandedBothSortsAreBelow() {
		assertThat(this.handed.below(1)).isEqualTo(new DuePolls.Sorts(true, true));
		assertThat(this.handed.below(0)).isEqualTo(new DuePolls.Sorts(false, false));
	}

	@Test
	void whenFirstPollsReachTheBoundRepeatPollsAreBelow() {
		Poll first = poll(false);
		this.handed.count(first, 1);
		this.handed.count(poll(false), 1);
		assertThat(this.handed.below(2)).isEqualTo(new DuePolls.Sorts(false, true));
		this.handed.count(first, -1);
		assertThat(this.handed.below(2)).isEqualTo(new DuePolls.Sorts(true, true));
	}

	@Test
	void whenRepeatPollsReachTheBoundFirstPollsAreBelow() {
		this.handed.count(poll(true), 1);
		assertThat(this.handed.below(1)).isEqualTo(new DuePolls.Sorts(true, false));
	}

	@Test
	void whenFirstPollBecomesRepeatItStillCountsAsFirst() {
		AwaitedOperation awaited = new AwaitedOperation(1, "op", null, false, 0, false);
		Poll poll = new Poll(awaited);
		this.handed.count(poll, 1);
		awaited.repeated();
		this.handed.count(poll, -1);
		assertThat(this.handed.below(1)).isEqualTo(new DuePolls.Sorts(true, true));
	}

	private static Poll poll(boolean repeat) {
		AwaitedOperation awaited = new AwaitedOperation(1, "op", null, false, 0, false);
		if (repeat) {
			awaited.repeated();
		}
		return new Poll(awaited);
	}

}
