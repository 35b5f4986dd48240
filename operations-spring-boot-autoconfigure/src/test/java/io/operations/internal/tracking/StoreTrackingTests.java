package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.StoredOperation;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A store that blocks and sometimes fails, in virtual time.
 */
class StoreTrackingTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final List<OperationOutcome> outcomes = new ArrayList<>();

	private final List<String> ended = new ArrayList<>();

	private final FailingStore store = new FailingStore();

	private final OperationsTemplate template = this.endpoint.template().scheduler(this.time).build();

	private final TrackingEngine engine = new TrackingEngine(TemplateInternals.of(this.template).polls(),
			TestTrackingSettings.defaults(), () -> List.of(this.outcomes::add),
			new TrackingListeners(List.of(new TrackingListener() {

				@Override
				public void ended(TrackedOperation operation) {
					StoreTrackingTests.this.ended.add(operation.id());
				}

			})));

	private final StoreTracking tracking = new StoreTracking(this.engine, this.store, this.time);

	private final OperationTracker tracker = new DefaultOperationTracker(this.tracking, this.engine, this.time);

	@AfterEach
	void close() {
		this.template.close();
	}

	@Test
	void whenTheStoreFailsTheEndIsStoredAndDeliveredLater() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.tracking.start();
		track("op");
		this.store.failing = true;
		advance(Duration.ofMinutes(1));
		assertThat(this.endpoint.polls("op")).isEqualTo(1);
		assertThat(this.outcomes).isEmpty();
		this.store.failing = false;
		advance(Duration.ofSeconds(2));
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).containsExactly("op");
		assertThat(this.store.handlerCalls).as("in the store's transaction").isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "NANOS", "SECONDS" })
	void whenTheStoreKeepsAnEndWithoutAnAnswerItIsDelivered(ChronoUnit precision) {
		this.store.precision = precision;
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.tracking.start();
		track("op");
		this.store.unanswered = 1;
		advance(Duration.ofMinutes(1));
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).containsExactly("op");
		assertThat(this.ended).containsExactly("op");
		assertThat(this.store.handlerCalls).isEqualTo(1);
	}

	@Test
	void whenTheStoreKeepsAChangeWithoutAnAnswerPollsGoOn() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status((poll < 5) ? "RUNNING" : "COMPLETED"));
		this.tracking.start();
		track("op");
		this.store.unanswered = 1;
		advance(Duration.ofMinutes(10));
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).containsExactly("op");
		assertThat(this.ended).containsExactly("op");
	}

	@Test
	void whenTheStartFailsNothingIsPolledUntilTheNext() {
		track("op");
		this.store.failing = true;
		assertThatIllegalStateException().isThrownBy(this.tracking::start);
		this.store.failing = false;
		advance(Duration.ofMinutes(1));
		assertThat(this.endpoint.polls("op")).isZero();
		this.tracking.start();
		advance(Duration.ofMinutes(1));
		assertThat(this.endpoint.polls("op")).isPositive();
	}

	@Test
	void whenStartedTheOutcomesInTheStoreAreDelivered() {
		new StoredRows(this.store)
			.insert(TestRows.ended("op").due(TemplateInternals.of(this.template).polls().now().plusSeconds(5)));
		this.tracking.start();
		advance(Duration.ofSeconds(4));
		assertThat(this.outcomes).isEmpty();
		advance(Duration.ofSeconds(2));
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).containsExactly("op");
		assertThat(this.store.find("op")).extracting((stored) -> stored.operation().state())
			.isEqualTo(TrackingState.DELIVERED);
	}

	private void track(String id) {
		this.tracker.track(id, Map.of()).subscribe();
		this.time.advanceTime();
	}

	private void advance(Duration duration) {
		for (Duration left = duration; left.toMillis() > 0; left = left.minusMillis(500)) {
			this.time.advanceTimeBy(Duration.ofMillis(500));
		}
	}

	private static final class FailingStore implements TrackingStore {

		private final TrackingStore delegate = new MemoryTrackingStore(100);

		private boolean failing;

		private int handlerCalls;

		private ChronoUnit precision = ChronoUnit.NANOS;

		// How many updates are kept without an answer.
		private int unanswered;

		private TrackingStore store() {
			if (this.failing) {
				throw new IllegalStateException("no store");
			}
			return this.delegate;
		}

		@Override
		public @Nullable StoredOperation insert(StoredOperation operation) {
			return store().insert(operation);
		}

		@Override
		public @Nullable StoredOperation find(String operationId) {
			StoredOperation found = store().find(operationId);
			Instant endedAt = (found != null) ? found.operation().endedAt() : null;
			return (found != null && endedAt != null) ? rounded(found, endedAt.truncatedTo(this.precision)) : found;
		}

		private static StoredOperation rounded(StoredOperation stored, Instant endedAt) {
			TrackedOperation operation = stored.operation();
			return new StoredOperation(
					new TrackedOperation(operation.client(), operation.id(), operation.kind(), operation.operation(),
							operation.attributes(), operation.since(), operation.deadline(), operation.polls(),
							operation.nextDue(), operation.lastFault(), operation.stuck(), operation.state(),
							operation.outcome(), endedAt, operation.attempts(), operation.deliveryFault()),
					stored.progress(), stored.version());
		}

		@Override
		public List<StoredOperation> list(TrackingFilter filter) {
			return store().list(filter);
		}

		@Override
		public boolean update(StoredOperation operation, long version) {
			boolean isStored = store().update(operation, version);
			if (this.unanswered-- > 0) {
				throw new IllegalStateException("no answer");
			}
			return isStored;
		}

		@Override
		public boolean updateAfter(Runnable handlers, StoredOperation operation, long version) {
			this.handlerCalls++;
			return store().updateAfter(handlers, operation, version);
		}

		@Override
		public boolean remove(String operationId, long version) {
			return store().remove(operationId, version);
		}

		@Override
		public void removeDelivered(Instant time) {
			store().removeDelivered(time);
		}

	}

}
