package io.operations.internal.tracking;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.operations.AcceptedOperation;
import io.operations.OperationStatus;
import io.operations.OperationsRequestException;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingResult;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * What a tracker promises, whichever store it has: arguments, streams and the summary.
 * The classes above this one have the other promises.
 */
public abstract class OperationTrackerContract extends TrackedListContract {

	@Test
	void whenFoundAnOperationCannotBeChanged() {
		track("op", Map.of("a", "1"));
		Map<String, String> attributes = Objects.requireNonNull(find("op")).attributes();
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> attributes.put("a", "2"));
	}

	@Test
	void whenTrackedTwiceTheFirstAttributesAreKept() {
		track("op", Map.of("a", "1"));
		TrackingResult second = track("op", Map.of("a", "2"));
		assertThat(second.isNew()).isFalse();
		assertThat(second.operation().attributes()).containsOnly(Map.entry("a", "1"));
	}

	@Test
	void whenManyTrackAnOperationAtOnceOneIsFirst() {
		List<TrackingResult> results = Flux.range(0, 16)
			.flatMap(
					(i) -> this.tracker.track("op", Map.of("i", i.toString())).subscribeOn(Schedulers.boundedElastic()))
			.collectList()
			.blockOptional(MAX_WAIT)
			.orElseThrow();
		assertThat(results).hasSize(16).filteredOn(TrackingResult::isNew).hasSize(1);
		assertThat(results).extracting((result) -> result.operation().attributes())
			.containsOnly(Objects.requireNonNull(find("op")).attributes());
	}

	@Test
	void whenStreamedOperationsAreInTheOrderOfTheirIds() {
		this.endpoint.script("op07", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		for (int i = 19; i >= 0; i--) {
			track(String.format("op%02d", i), Map.of());
		}
		until("op07", TrackingState.DELIVERED);
		assertThat(stream(TrackingFilter.all())).hasSize(20).isSorted();
		assertThat(stream(TrackingFilter.of(TrackingState.DELIVERED, TrackingState.UNDELIVERED)))
			.containsExactly("op07");
		assertThat(stream(TrackingFilter.of(TrackingState.TRACKED).withAfter("op05").withLimit(3)))
			.containsExactly("op06", "op08", "op09");
		until("op00", (operation) -> operation.kind() != null);
		assertThat(stream(TrackingFilter.all().withKind("configurationId").withLimit(1))).containsExactly("op00");
		assertThat(stream(TrackingFilter.all().withKind("other"))).isEmpty();
		assertThat(stream(TrackingFilter.all().withLimit(0))).isEmpty();
	}

	@Test
	void whenAStreamIsLongItIsReadPageByPage() {
		Flux.range(0, 900)
			.flatMap((i) -> this.tracker.track(String.format("op%04d", i), Map.of()), 4)
			.blockLast(MAX_WAIT);
		assertThat(stream(TrackingFilter.all())).hasSize(900).isSorted();
		assertThat(this.tracker.stream(TrackingFilter.all()).take(3).map(TrackedOperation::id).collectList().block())
			.containsExactly("op0000", "op0001", "op0002");
	}

	@Test
	void whenSummarizedOperationsAreCountedByStateAndStatus() {
		this.endpoint.script("done", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.endpoint.script("unseen", (poll) -> ScriptedEndpoint.error(503));
		track("done", Map.of());
		track("unseen", Map.of());
		track("running", Map.of());
		until("done", TrackingState.DELIVERED);
		until("running", (operation) -> operation.polls() > 0);
		TrackingSummary summary = summary();
		assertThat(summary.count(TrackingState.DELIVERED)).isEqualTo(1);
		assertThat(summary.count(TrackingState.TRACKED)).isEqualTo(2);
		assertThat(summary.count(TrackingState.UNDELIVERED)).isZero();
		assertThat(summary.count(OperationStatus.RUNNING)).isEqualTo(1);
		assertThat(summary.unseen()).isEqualTo(1);
		assertThat(summary.stuck()).isZero();
		assertThat(summary.oldest()).isPositive().isLessThan(MAX_WAIT);
	}

	@Test
	void whenAnIdHas512CharactersItIsTracked() {
		String id = "é/%?".repeat(128);
		this.endpoint.script(id, (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track(id, Map.of());
		assertThat(until(id, TrackingState.DELIVERED).id()).isEqualTo(id);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", ".", "..", "a\nb" })
	void whenAnIdIsInvalidItIsRefused(String id) {
		assertThatExceptionOfType(OperationsRequestException.class)
			.isThrownBy(() -> this.tracker.track(id, Map.of()).block(MAX_WAIT));
		assertThat(stream(TrackingFilter.all())).isEmpty();
	}

	@Test
	void whenAnIdHas513CharactersItIsRefused() {
		whenAnIdIsInvalidItIsRefused("x".repeat(513));
	}

	@Test
	@SuppressWarnings("NullAway")
	void whenAnArgumentIsNullItIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> this.tracker.track((AcceptedOperation) null))
			.withMessageContaining("'accepted'");
		assertThatNullPointerException().isThrownBy(() -> this.tracker.track((String) null, Map.of()))
			.withMessageContaining("'operationId'");
		assertThatNullPointerException().isThrownBy(() -> this.tracker.track("op", null))
			.withMessageContaining("'attributes'");
		assertThatNullPointerException().isThrownBy(() -> this.tracker.find(null));
		assertThatNullPointerException().isThrownBy(() -> this.tracker.forget(null));
		assertThatNullPointerException().isThrownBy(() -> this.tracker.redeliver(null));
		assertThatNullPointerException().isThrownBy(() -> this.tracker.stream(null));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.tracker.track("op", Collections.singletonMap("key", null)))
			.withMessageContaining("'key'");
		Map<String, String> nullKey = new HashMap<>();
		nullKey.put(null, "value");
		assertThatIllegalArgumentException().isThrownBy(() -> this.tracker.track("op", nullKey))
			.withMessageContaining("null key");
	}

	@Test
	void whenAttributesAreTooLargeNothingIsStored() {
		track("fits", Map.of("k", "é".repeat(2047) + "x"));
		assertThat(Objects.requireNonNull(find("fits")).attributes().get("k")).hasSize(2048);
		assertThatIllegalArgumentException().isThrownBy(() -> this.tracker.track("op", Map.of("k", "é".repeat(2048))))
			.withMessageContaining("must not exceed 4096 bytes of UTF-8, but they have 4097.");
		assertThat(find("op")).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-1S", "PT8761H" })
	void whenATimeoutIsOutOfRangeItIsRefused(Duration timeout) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.tracker.track("op", Map.of(), timeout))
			.withMessageContaining("'timeout'");
	}

}
