package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class PendingChangesTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<TrackedChange> stored = new ArrayList<>();

	private ToLongFunction<TrackedChange> store = this::store;

	private final PendingChanges changes = new PendingChanges(this.time, new LaterScheduler(this.time),
			(change) -> this.store.applyAsLong(change));

	private final TrackedRow row = TestRows.open("op");

	@Test
	void whenAChangeIsAddedAnotherThreadStoresIt() {
		this.changes.add(TestRows.fault(this.row, "first"));
		assertThat(this.stored).isEmpty();
		assertThat(this.changes.has("op")).isTrue();
		this.time.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.stored).singleElement().extracting(TrackedChange::lastFault).isEqualTo("first");
		assertThat(this.changes.has("op")).isFalse();
	}

	@Test
	void whenAnOperationChangesTwiceTheLastChangeIsStored() {
		this.changes.add(TestRows.fault(this.row, "first"));
		this.changes.add(TestRows.fault(this.row, "second"));
		this.changes.add(TestRows.fault(TestRows.open("other"), "third"));
		this.time.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.stored).extracting(TrackedChange::lastFault).containsExactly("second", "third");
	}

	@Test
	void whenAnOperationChangesDuringAWriteTheNextVersionIsExpected() {
		this.store = (change) -> {
			this.store = this::store;
			this.changes.add(TestRows.fault(this.row, "second"));
			return store(change);
		};
		this.changes.add(TestRows.fault(this.row, "first"));
		this.time.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.stored).extracting(TrackedChange::lastFault).containsExactly("first", "second");
		assertThat(this.stored.get(1).version()).isEqualTo(this.row.version() + 1);
	}

	@Test
	void whenAnOperationHasEndedItsSecondEndIsNotStored() {
		this.store = (change) -> {
			this.store = this::store;
			this.changes.add(ended("second"));
			return store(change);
		};
		this.changes.add(ended("first"));
		this.time.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.stored).extracting(TrackedChange::lastFault).containsExactly("first");
		assertThat(this.changes.has("op")).isFalse();
	}

	@Test
	void whenAnOperationHasEndedNoLaterChangeReplacesItsEnd() {
		this.changes.add(ended("first"));
		this.changes.add(TestRows.fault(this.row, "second"));
		this.time.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.stored).singleElement().returns(true, TrackedChange::isEnd);
	}

	@Test
	void whileTheStoreFailsChangesAreKept(CapturedOutput output) {
		this.store = (change) -> {
			throw new IllegalStateException("no store");
		};
		this.changes.add(TestRows.fault(this.row, "first"));
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(output).containsOnlyOnce("failed to store what the polls have changed");
		this.store = this::store;
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.stored).hasSize(1);
	}

	@Test
	void whenStoredNowTheCallersThreadStores() {
		this.changes.add(TestRows.fault(this.row, "first"));
		this.changes.storeNow();
		assertThat(this.stored).hasSize(1);
	}

	private long store(TrackedChange change) {
		this.stored.add(change);
		return change.version() + 1;
	}

	private TrackedChange ended(String fault) {
		return new TrackedChange(this.row.polled(), this.row.deadline(), fault, false,
				new TrackedRow.Ending(TrackingState.ENDED, OperationOutcome.Type.FAILED, this.row.polled().since(), 0,
						0, null),
				this.row.version());
	}

}
