package io.operations.polling;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DuePollsTests {

	private final DuePolls due = new DuePolls();

	private long number;

	@Test
	void firstPollsGoBeforeRepeatPollsButForOneInFour() {
		for (int i = 0; i < 8; i++) {
			this.due.add(wait("first", false, 0));
		}
		this.due.add(wait("repeat", true, 0));
		this.due.add(wait("repeat", true, 0));
		List<String> taken = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			taken.add(Objects.requireNonNull(this.due.take(0)).operationId());
		}
		assertThat(taken).containsExactly("first", "first", "first", "repeat", "first", "first", "first", "repeat",
				"first", "first");
		assertThat(this.due.take(0)).isNull();
	}

	@Test
	void whatMayNotBeAskedForYetIsPassedByInFavourOfWhatMay() {
		this.due.add(wait("not yet", true, 101));
		assertThat(this.due.takeEarly(100)).isNull();
		this.due.add(wait("may be", true, 100));
		assertThat(Objects.requireNonNull(this.due.takeEarly(100)).operationId()).isEqualTo("may be");
		assertThat(this.due.takeEarly(100)).isNull();
		assertThat(this.due.nextEarly()).isEqualTo(101);
	}

	private Wait wait(String id, boolean repeated, long notBefore) {
		Wait wait = new Wait(this.number++, id, null, false, 0);
		if (repeated) {
			wait.repeated();
		}
		wait.notBefore(notBefore);
		return wait;
	}

}
