package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;

class OpenOperationsTests {

	private static final long RELEASED = Long.MIN_VALUE;

	private final Held held = Mockito.mock(Held.class);

	private final ChangeBuffer buffer = new ChangeBuffer(10, 1000);

	private final RowReader reader = Mockito.mock(RowReader.class);

	private final OpenOperations open = new OpenOperations(this.held, this.buffer, this.reader, new WorkFaults(),
			new LeaseSettings(Duration.ofSeconds(10), Duration.ZERO, Duration.ZERO, 100, 1000, Thread::new));

	private final TrackedRow before = TestRows.row("op", 1);

	private final TrackedRow stored = this.before.stored();

	// In which the operation is held.
	private long version = this.before.version();

	@Test
	void whenLookShowsOwnChangeThePollsGoOn() {
		TrackedChange change = storing();
		take(this.stored);
		Mockito.verify(this.held).take(List.of());
		this.buffer.known(change, 2);
		take(this.stored);
		Mockito.verify(this.held).take(List.of(this.stored));
	}

	@Test
	void whenLookShowsOperationTrackedAgainItIsHeld() {
		storing();
		TrackedRow again = again();
		take(again);
		Mockito.verify(this.held).take(List.of(again));
	}

	@Test
	void whenPageShowsOwnChangeThePollsGoOn() {
		TrackedRow other = TestRows.row("other", 1);
		storing();
		load(List.of(this.stored, other));
		Mockito.verify(this.held).load(List.of(other));
	}

	@Test
	void whenPageShowsOperationTrackedAgainItIsHeld() {
		storing();
		TrackedRow again = again();
		load(List.of(again));
		Mockito.verify(this.held).load(List.of(again));
	}

	@Test
	void whenRefusedOperationIsReloadedItIsHeld() {
		TrackedChange change = storing();
		Mockito.when(this.reader.findTracked("op")).thenReturn(this.stored);
		this.buffer.drop(change);
		this.open.reload("op");
		Mockito.verify(this.held).load(List.of(this.stored));
	}

	@Test
	void whenReleasedMeanwhileOperationWithOwnChangeIsHeldAgain() {
		storing();
		this.version = RELEASED;
		take(this.stored);
		Mockito.verify(this.held).take(List.of(this.stored));
		load(List.of(this.stored));
		Mockito.verify(this.held).load(List.of(this.stored));
	}

	@Test
	void whenItsEndWaitsOperationWithOwnChangeIsNotHeld() {
		storing();
		this.buffer.add(TestRows.ended(this.before));
		this.version = RELEASED;
		take(this.stored);
		Mockito.verify(this.held).take(List.of());
	}

	private TrackedChange storing() {
		Mockito.when(this.held.has("op")).thenAnswer((call) -> this.version != RELEASED);
		Mockito.when(this.held.has(eq("op"), anyLong()))
			.thenAnswer((call) -> this.version != RELEASED && call.<Long>getArgument(1) <= this.version);
		this.buffer.add(TestRows.seen(this.before));
		return this.buffer.take().get(0);
	}

	// An operation that is forgotten and tracked again begins later.
	private TrackedRow again() {
		TrackedRow row = this.before;
		while (!row.polled().since().isAfter(this.before.polled().since())) {
			row = TestRows.row("op", 2);
		}
		return row;
	}

	private void take(TrackedRow row) {
		try (ChangeBuffer.Reading reading = this.buffer.read()) {
			this.open.take(List.of(row), reading);
		}
	}

	private void load(List<TrackedRow> page) {
		AtomicBoolean isOn = new AtomicBoolean(true);
		Mockito.when(this.reader.open(any(), Mockito.anyInt())).thenReturn(page);
		Mockito.doAnswer((call) -> {
			isOn.set(false);
			return null;
		}).when(this.held).load(any());
		this.open.looked();
		this.open.loadWhile(isOn::get);
	}

}
