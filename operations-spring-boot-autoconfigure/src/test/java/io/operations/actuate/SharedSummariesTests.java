package io.operations.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests how long requests share a summary, in virtual time.
 */
class SharedSummariesTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final AtomicInteger reads = new AtomicInteger();

	private final OperationTracker tracker = mock(OperationTracker.class);

	private final SharedSummaries summaries = new SharedSummaries((summary) -> summary);

	@BeforeEach
	void countReads() {
		given(this.tracker.summary()).willReturn(Mono.fromSupplier(() -> summary(this.reads.incrementAndGet())));
	}

	@Test
	void requestsOfThreeSecondsShareASummary() {
		assertThat(tracked()).isEqualTo(1);
		this.time.advanceTimeBy(Duration.ofMillis(2_900));
		assertThat(tracked()).isEqualTo(1);
		this.time.advanceTimeBy(Duration.ofMillis(200));
		assertThat(tracked()).isEqualTo(2);
		this.time.advanceTimeBy(Duration.ofMillis(2_900));
		assertThat(tracked()).isEqualTo(2);
		assertThat(this.reads).hasValue(2);
	}

	@Test
	void requestsAtTheSameTimeShareARead() {
		Sinks.One<TrackingSummary> answer = Sinks.one();
		given(this.tracker.summary()).willReturn(answer.asMono().doOnSubscribe((read) -> this.reads.incrementAndGet()));
		AtomicInteger answered = new AtomicInteger();
		for (int i = 0; i < 3; i++) {
			this.summaries.of(this.tracker, this.time).subscribe((summary) -> answered.incrementAndGet());
		}
		answer.tryEmitValue(summary(7)).orThrow();
		assertThat(answered).hasValue(3);
		assertThat(this.reads).hasValue(1);
	}

	@Test
	void whenAnOperatorChangesSomethingTheNextRequestSeesIt() {
		assertThat(tracked()).isEqualTo(1);
		this.summaries.changed();
		assertThat(tracked()).isEqualTo(2);
	}

	@Test
	void whenStoreFailsTheNextRequestReadsAgain() {
		given(this.tracker.summary()).willReturn(Mono.error(new IllegalStateException("no database")))
			.willReturn(Mono.just(summary(7)));
		assertThatIllegalStateException().isThrownBy(this::tracked).withMessage("no database");
		assertThat(tracked()).isEqualTo(7);
	}

	@Test
	void eachClientHasItsSummary() {
		OperationTracker other = mock(OperationTracker.class);
		given(other.summary()).willReturn(Mono.just(summary(70)));
		assertThat(tracked()).isEqualTo(1);
		assertThat(this.summaries.of(other, this.time).map((summary) -> summary.count(TrackingState.TRACKED)).block())
			.isEqualTo(70);
	}

	private long tracked() {
		return this.summaries.of(this.tracker, this.time)
			.map((summary) -> summary.count(TrackingState.TRACKED))
			.blockOptional()
			.orElseThrow();
	}

	private static TrackingSummary summary(long tracked) {
		return new TrackingSummary(Map.of(TrackingState.TRACKED, tracked), Map.of(), 0, 0, Duration.ZERO, 0,
				Duration.ZERO);
	}

}
