package io.operations.internal.polling;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DuePollsTests {

	private static final DuePolls.Sorts BOTH = DuePolls.Sorts.BOTH;

	private final DuePolls due = new DuePolls();

	private long number;

	@Test
	void whenBothSortsAreDueOneInFourIsARepeat() {
		for (int i = 0; i < 8; i++) {
			this.due.add(awaited("first", false, 0));
		}
		this.due.add(awaited("repeat", true, 0));
		this.due.add(awaited("repeat", true, 0));
		List<String> taken = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			taken.add(Objects.requireNonNull(this.due.take(0, BOTH)).operationId());
		}
		assertThat(taken).containsExactly("first", "first", "first", "repeat", "first", "first", "first", "repeat",
				"first", "first");
		assertThat(this.due.take(0, BOTH)).isNull();
	}

	@Test
	void whenFirstMayNotLeaveYetTheNextIsTaken() {
		this.due.add(awaited("not yet", true, 101));
		assertThat(this.due.takeEarly(100, BOTH)).isNull();
		this.due.add(awaited("may be", true, 100));
		assertThat(Objects.requireNonNull(this.due.takeEarly(100, BOTH)).operationId()).isEqualTo("may be");
		assertThat(this.due.takeEarly(100, BOTH)).isNull();
		assertThat(this.due.nextEarly(BOTH)).isEqualTo(101);
	}

	@Test
	void whenOneSortHasCapacityOnlyThatIsTaken() {
		this.due.add(awaited("first", false, 0));
		this.due.add(awaited("repeat", true, 0));
		DuePolls.Sorts repeats = new DuePolls.Sorts(false, true);
		assertThat(Objects.requireNonNull(this.due.take(0, repeats)).operationId()).isEqualTo("repeat");
		assertThat(this.due.take(0, repeats)).isNull();
		assertThat(this.due.next(repeats)).isEqualTo(Long.MAX_VALUE);
		assertThat(this.due.takeEarly(0, repeats)).isNull();
		assertThat(this.due.nextEarly(repeats)).isEqualTo(Long.MAX_VALUE);
		assertThat(this.due.next(BOTH)).isZero();
	}

	private AwaitedOperation awaited(String id, boolean repeated, long notBefore) {
		AwaitedOperation awaited = new AwaitedOperation(this.number++, id, null, false, 0, false);
		if (repeated) {
			awaited.repeated();
		}
		awaited.notBefore(notBefore);
		return awaited;
	}

}
