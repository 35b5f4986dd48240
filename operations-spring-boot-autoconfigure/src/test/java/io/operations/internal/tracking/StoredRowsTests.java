package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.internal.TraceParent;
import io.operations.internal.polling.PolledOperation;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class StoredRowsTests {

	private static final Instant NOW = TestRows.NOW;

	private final StoredRows rows = new StoredRows(new MemoryTrackingStore(10));

	@Test
	void whenARowIsReadAllOfItIsAsItWasStored() {
		Operation seen = new Operation("op", OperationStatus.RUNNING, "PROCESSING", NOW, null, null, null,
				Map.of("related", "r"), Map.of());
		PolledOperation polled = new PolledOperation("op", "kind", true, NOW, NOW.plusSeconds(1), Duration.ofMinutes(2),
				7, NOW.plusSeconds(2), Map.of("related", "r"), seen);
		TrackedRow open = new TrackedRow("client", polled, Map.of("a", "1"), Duration.ofHours(2), NOW.plusSeconds(3),
				NOW.plusSeconds(4), "fault", true, TrackedRow.Ending.NONE, 5,
				TraceParent.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
		assertThat(open.traceParent()).isNotNull();
		assertThat(this.rows.insert(open)).isNull();
		assertThat(this.rows.find("op")).isEqualTo(open);
		TrackedRow ended = open.with(new TrackedRow.Ending(TrackingState.UNDELIVERED, OperationOutcome.Type.FAILED,
				NOW.plusSeconds(5), 4, 3, "delivery fault"), null);
		TrackedRow stored = Objects.requireNonNull(this.rows.store(ended));
		assertThat(stored).isEqualTo(ended.stored());
		assertThat(this.rows.find("op")).isEqualTo(stored);
	}

	@Test
	void whenTheStoreHasAnotherVersionARowIsNotStored() {
		TrackedRow row = TestRows.open("op");
		this.rows.insert(row);
		assertThat(this.rows.store(row)).isNotNull();
		assertThat(this.rows.store(row)).isNull();
		assertThat(this.rows.remove(row)).isFalse();
	}

	@Test
	void whenAnIdIsTrackedAgainItsVersionIsHigher() {
		TrackedRow first = this.rows.numbered(TestRows.open("op"));
		this.rows.insert(first);
		TrackedRow stored = Objects.requireNonNull(this.rows.store(first));
		assertThat(this.rows.remove(stored)).isTrue();
		assertThat(this.rows.numbered(TestRows.open("op")).version()).isGreaterThan(stored.version());
	}

	@Test
	void whenHandlersThrowTheRowIsNotStored() {
		TrackedRow row = TestRows.ended("op");
		this.rows.insert(row);
		assertThatIllegalStateException().isThrownBy(() -> this.rows.storeAfter(() -> {
			throw new IllegalStateException("no luck");
		}, row));
		assertThat(this.rows.find("op")).isEqualTo(row);
	}

	@Test
	void whenRowsHaveStatesTheyAreCountedAndReadByState() {
		this.rows.insert(TestRows.open("a"));
		this.rows.insert(TestRows.ended("b"));
		this.rows.insert(TestRows.open("c"));
		assertThat(this.rows.count(TrackingState.TRACKED)).isEqualTo(2);
		assertThat(this.rows.page(TrackingState.TRACKED, null)).extracting(TrackedRow::id).containsExactly("a", "c");
		assertThat(this.rows.page(TrackingState.TRACKED, "a")).extracting(TrackedRow::id).containsExactly("c");
		assertThat(this.rows.page(TrackingState.TRACKED, "c")).isEmpty();
	}

}
