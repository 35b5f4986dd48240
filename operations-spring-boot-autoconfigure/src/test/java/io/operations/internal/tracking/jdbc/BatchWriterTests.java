package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import io.operations.tracking.TrackingListener;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.QueryTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;

class BatchWriterTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final Held held = Mockito.mock(Held.class);

	private final ChangeBuffer buffer = new ChangeBuffer(1000, 1_000_000);

	private final FencedRows fenced = Mockito.mock(FencedRows.class);

	private final OpenOperations open = Mockito.mock(OpenOperations.class);

	private final AtomicInteger ends = new AtomicInteger();

	private final Lease lease = new Lease(1, Duration.ofSeconds(10), this.time);

	private final BatchWriter writer = new BatchWriter(this.held, this.buffer, this.fenced,
			Mockito.mock(RowReader.class), this.open, calls(), new WorkFaults(), () -> Instant.EPOCH,
			this.ends::incrementAndGet);

	@Test
	void whenChangesAreStoredTheirVersionsAreKnown() {
		this.buffer.add(TestRows.seen(TestRows.row("op0", 1)));
		List<TrackedChange> changes = this.buffer.take();
		answer(stored(changes));
		assertThat(this.writer.write(this.lease, changes)).isTrue();
		Mockito.verify(this.held).stored("op0", 1, 2);
		assertThat(this.ends).hasValue(0);
		assertThat(this.buffer.isEmpty()).isTrue();
	}

	@Test
	void whileChangeIsStoredItsRowIsKnownAsOwn() {
		TrackedRow before = TestRows.row("op0", 1);
		this.buffer.add(TestRows.seen(before));
		List<TrackedChange> changes = this.buffer.take();
		answer(stored(changes));
		try (ChangeBuffer.Reading reading = this.buffer.read()) {
			Mockito.doAnswer((call) -> {
				assertThat(reading.isOwnChange(before.stored())).as("until the polls know the version").isTrue();
				return null;
			}).when(this.held).stored("op0", 1, 2);
			this.writer.write(this.lease, changes);
			Mockito.verify(this.held).stored("op0", 1, 2);
			assertThat(reading.isOwnChange(before.stored())).isFalse();
		}
	}

	@Test
	void whenPolledWhileStoredTheNextChangeExpectsTheNewVersion() {
		TrackedRow row = TestRows.row("op0", 1);
		this.buffer.add(TestRows.seen(row));
		List<TrackedChange> changes = this.buffer.take();
		answer(stored(changes));
		Mockito.doAnswer((call) -> this.buffer.add(TestRows.ended(row))).when(this.held).stored("op0", 1, 2);
		this.writer.write(this.lease, changes);
		assertThat(this.buffer.take()).singleElement().satisfies((end) -> {
			assertThat(end.isEnd()).isTrue();
			assertThat(end.version()).isEqualTo(2);
		});
	}

	@Test
	void whenEndIsStoredItsDeliveryBegins() {
		List<TrackedChange> changes = changes(1);
		answer(stored(changes));
		assertThat(this.writer.write(this.lease, changes)).isTrue();
		assertThat(this.ends).hasValue(1);
		assertThat(this.buffer.isEmpty()).isTrue();
	}

	@Test
	void whenEndIsStoredSecondEndIsNotWritten() {
		List<TrackedChange> changes = changes(1);
		this.buffer.add(changes.get(0));
		answer(stored(changes));
		assertThat(this.writer.write(this.lease, changes)).isTrue();
		assertThat(this.buffer.take()).isEmpty();
		Mockito.verifyNoInteractions(this.held);
	}

	@Test
	void whenEndWaitsNoLaterChangeReplacesIt() {
		TrackedChange end = TestRows.ended(TestRows.row("op0", 1));
		this.buffer.add(end);
		this.buffer.add(TestRows.seen(TestRows.row("op0", 1)));
		assertThat(this.buffer.take()).containsExactly(end);
		this.buffer.add(TestRows.seen(TestRows.row("op0", 1)));
		this.buffer.putBack(end);
		assertThat(this.buffer.take()).containsExactly(end);
	}

	@Test
	void whenLeaseIsLostChangesReturnToTheBuffer() {
		List<TrackedChange> changes = changes(2);
		assertThat(this.writer.write(this.lease, changes)).isTrue();
		assertThat(this.lease.isLost()).isTrue();
		assertThat(this.buffer.take()).isEqualTo(changes);
	}

	@Test
	void whenCallerHasChangedRowItIsLoadedAgain() {
		List<TrackedChange> changes = changes(1);
		answer(new FencedRows.Written(Map.of(), Set.of("op0"), List.of()));
		this.writer.write(this.lease, changes);
		Mockito.verify(this.open).reload("op0");
		assertThat(this.buffer.isEmpty()).isTrue();
	}

	@Test
	void whenRowIsLockedItsChangeReturnsToTheBuffer() {
		List<TrackedChange> changes = changes(1);
		answer(new FencedRows.Written(Map.of(), Set.of(), List.of()));
		assertThat(this.writer.write(this.lease, changes)).isTrue();
		assertThat(this.buffer.take()).isEqualTo(changes);
	}

	@Test
	void whenDatabaseIsUnavailableChangesReturnToTheBuffer() {
		List<TrackedChange> changes = changes(40);
		Mockito.when(this.fenced.write(anyLong(), any(), any())).thenThrow(new QueryTimeoutException("no answer"));
		assertThat(this.writer.write(this.lease, changes)).isFalse();
		Mockito.verify(this.fenced).write(anyLong(), any(), any());
		assertThat(this.buffer.take()).hasSize(40);
	}

	@Test
	void whenOneChangeIsBadTheOthersAreStored() {
		IntStream.range(0, 100).forEach((i) -> this.buffer.add(TestRows.seen(TestRows.row("op" + i, 1))));
		List<TrackedChange> changes = this.buffer.take();
		Mockito.when(this.fenced.write(anyLong(), any(), any())).thenAnswer((call) -> {
			List<TrackedChange> part = call.getArgument(1);
			if (part.stream().anyMatch((change) -> change.id().equals("op7"))) {
				throw new DataIntegrityViolationException("bad");
			}
			return stored(part);
		});
		assertThat(this.writer.write(this.lease, changes)).isTrue();
		Mockito.verify(this.held, Mockito.times(99)).stored(any(), anyLong(), anyLong());
		Mockito.verify(this.open).reload("op7");
		assertThat(this.buffer.isEmpty()).isTrue();
	}

	@Test
	void whenNoChangeIsAcceptedAllReturnToTheBuffer() {
		List<TrackedChange> changes = changes(40);
		Mockito.when(this.fenced.write(anyLong(), any(), any())).thenThrow(new DataIntegrityViolationException("bad"));
		assertThat(this.writer.write(this.lease, changes)).isFalse();
		assertThat(this.buffer.take()).hasSize(40);
		Mockito.verifyNoInteractions(this.open);
	}

	private List<TrackedChange> changes(int number) {
		IntStream.range(0, number).forEach((i) -> this.buffer.add(TestRows.ended(TestRows.row("op" + i, 1))));
		return this.buffer.take();
	}

	private void answer(FencedRows.Written written) {
		Mockito.when(this.fenced.write(anyLong(), any(), any())).thenReturn(written);
	}

	private static FencedRows.Written stored(List<TrackedChange> changes) {
		return new FencedRows.Written(
				changes.stream().collect(Collectors.toMap(TrackedChange::id, (change) -> change.version() + 1)),
				Set.of(), List.of());
	}

	private DatabaseCalls calls() {
		TrackingListener listener = new TrackingListener() {
		};
		return new DatabaseCalls(new DatabaseAvailability(this.time, listener), listener);
	}

}
