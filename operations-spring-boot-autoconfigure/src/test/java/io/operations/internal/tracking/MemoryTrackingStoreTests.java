package io.operations.internal.tracking;

import java.util.List;

import io.operations.OperationsThrottledException;
import io.operations.tracking.StoredOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingStore;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class MemoryTrackingStoreTests {

	private final TrackingStore store = new MemoryTrackingStore(3);

	private final StoredRows rows = new StoredRows(this.store);

	@Test
	void whenFullANewOperationReplacesTheOldestDelivered() {
		this.rows.insert(TestRows.delivered("newer", TestRows.NOW.plusSeconds(1)));
		this.rows.insert(TestRows.delivered("older", TestRows.NOW));
		this.rows.insert(TestRows.open("open"));
		this.rows.insert(TestRows.open("new"));
		assertThat(ids()).containsExactly("new", "newer", "open");
	}

	@Test
	void whenFullOfOpenOperationsANewOneIsRefused() {
		for (String id : List.of("a", "b", "c")) {
			this.rows.insert(TestRows.open(id));
		}
		assertThat(this.rows.insert(TestRows.open("a"))).as("known").isNotNull();
		assertThatExceptionOfType(OperationsThrottledException.class)
			.isThrownBy(() -> this.rows.insert(TestRows.open("d")));
	}

	@Test
	void whenDeliveredBeforeATimeOperationsAreRemoved() {
		this.rows.insert(TestRows.delivered("older", TestRows.NOW));
		this.rows.insert(TestRows.delivered("newer", TestRows.NOW.plusSeconds(1)));
		this.rows.insert(TestRows.ended("ended"));
		this.store.removeDelivered(TestRows.NOW.plusSeconds(1));
		assertThat(ids()).containsExactly("ended", "newer");
	}

	private List<String> ids() {
		return this.store.list(TrackingFilter.all()).stream().map(StoredOperation::id).toList();
	}

}
