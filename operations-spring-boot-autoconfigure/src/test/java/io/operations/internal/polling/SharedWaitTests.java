package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationsClosedException;
import io.operations.OperationsListener;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.polling.PollingSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests how callers begin, share and end waits, and what they are notified of.
 */
class SharedWaitTests {

	private final PollerFixture fixture = new PollerFixture();

	@Test
	void whenCallersAwaitOneOperationTheyShareItsPolls() {
		this.fixture.watch("op");
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(3));
		int shared = this.fixture.polls.size();
		assertThat(this.fixture.poller.waits().size()).isEqualTo(1);
		assertThat(this.fixture.poller.waits().callers()).isEqualTo(2);
		assertThat(this.fixture.seen).hasSize(2);
		this.fixture.watch("op");
		assertThat(this.fixture.seen).as("who comes later is told at once").hasSize(3);
		assertThat(this.fixture.polls).hasSize(shared);
	}

	@Test
	void whenLastCallerCancelsPollingStops() {
		Disposable first = this.fixture.watch("op");
		Disposable second = this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(2));
		first.dispose();
		int before = this.fixture.polls.size();
		this.fixture.advance(Duration.ofSeconds(10));
		assertThat(this.fixture.polls.size()).isGreaterThan(before);
		second.dispose();
		int after = this.fixture.polls.size();
		this.fixture.advance(PollerFixture.TIMEOUT);
		assertThat(this.fixture.polls).hasSize(after);
		assertThat(this.fixture.reasons).singleElement().isInstanceOf(CancellationException.class);
	}

	@Test
	void whenStatusChangesWatcherSeesEachChangeOnce() {
		this.fixture.endpoint = (id) -> PollerFixture.answer((this.fixture.polls.size() < 4) ? OperationStatus.PENDING
				: (this.fixture.polls.size() < 8) ? OperationStatus.RUNNING : OperationStatus.FAILED);
		List<String> ended = new ArrayList<>();
		this.fixture.poller.watch(PollingTarget.of("op"), PollerFixture.TIMEOUT)
			.doOnComplete(() -> ended.add("complete"))
			.subscribe(this.fixture.seen::add, this.fixture.faults::add);
		this.fixture.advance(PollerFixture.TIMEOUT);
		assertThat(this.fixture.seen).extracting(Operation::status)
			.containsExactly(OperationStatus.PENDING, OperationStatus.RUNNING, OperationStatus.FAILED);
		assertThat(ended).containsExactly("complete");
		assertThat(this.fixture.polls).hasSize(8);
		assertThat(this.fixture.poller.waits().size(OperationStatus.RUNNING)).isZero();
	}

	@Test
	void whenOnlyCaseOrSpaceDiffersNoChangeIsReported() {
		List<String> words = List.of("running", "RUNNING", "Running", " running\n", "Halfway", "halfway", "COMPLETED");
		this.fixture.endpoint = (id) -> {
			String word = words.get(this.fixture.polls.size() - 1);
			return Mono.just(new OperationSnapshot(
					new Operation(id, OperationStatus.of(word), word, null, null, null, null, Map.of(), Map.of()), null,
					Instant.EPOCH));
		};
		this.fixture.watch("op");
		this.fixture.advance(PollerFixture.TIMEOUT);
		assertThat(this.fixture.polls).hasSize(words.size());
		assertThat(this.fixture.seen).extracting(Operation::statusText)
			.containsExactly("running", "Halfway", "COMPLETED");
		assertThat(this.fixture.statuses).containsExactly("running", "Halfway", "COMPLETED");
	}

	@Test
	void whenDeadlinePassesWatcherSeesNoStatusAgain() {
		this.fixture.watch("op");
		this.fixture.advance(PollerFixture.TIMEOUT);
		assertThat(this.fixture.faults).singleElement().isInstanceOf(OperationTimeoutException.class);
		assertThat(this.fixture.seen).hasSize(1);
	}

	@Test
	void whenCallerJoinsDuringListenersItIsNotifiedAfter() {
		this.fixture.endpoint = (id) -> PollerFixture.answer(OperationStatus.COMPLETED);
		List<Integer> seenBefore = new ArrayList<>();
		this.fixture.poller = new Poller("test", (id) -> this.fixture.endpoint.apply(id), this.fixture.admission(),
				(state) -> Duration.ofSeconds(1), PollingSettings.defaults(), this.fixture.time,
				new OperationsListener() {
					@Override
					public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
						SharedWaitTests.this.fixture.watch("op");
						seenBefore.add(SharedWaitTests.this.fixture.seen.size());
					}
				});
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(5));
		assertThat(seenBefore).containsExactly(0);
		assertThat(this.fixture.seen).hasSize(2);
		assertThat(this.fixture.faults).isEmpty();
	}

	@Test
	void whenOnlyRelatedIdsChangeNoChangeIsReported() {
		this.fixture.endpoint = (id) -> Mono
			.just(new OperationSnapshot(new Operation(id, OperationStatus.RUNNING, "RUNNING", null, null, null, null,
					Map.of("poll", "poll-" + this.fixture.polls.size()), Map.of()), null, Instant.EPOCH));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(1));
		assertThat(this.fixture.polls).hasSizeGreaterThan(5);
		assertThat(this.fixture.seen).hasSize(1);
	}

	@Test
	void whenStatusIsUnknownTheWaitContinues() {
		this.fixture.endpoint = (id) -> PollerFixture.answer(OperationStatus.UNKNOWN);
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(5));
		assertThat(this.fixture.poller.waits().size()).isEqualTo(1);
		assertThat(this.fixture.seen).hasSize(1);
	}

	@Test
	void whenSubscriberThrowsOtherWaitsContinue() {
		this.fixture.poller.await(PollingTarget.of("op"), Duration.ofSeconds(3)).subscribe((end) -> {
		}, (fault) -> {
			throw new IllegalStateException("broken subscriber");
		});
		this.fixture.poller.watch(PollingTarget.of("op"), PollerFixture.TIMEOUT).subscribe((seen) -> {
			throw new IllegalStateException("broken subscriber");
		}, (fault) -> {
		});
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(10));
		assertThat(this.fixture.faults).isEmpty();
		assertThat(this.fixture.seen).hasSize(1);
		int before = this.fixture.polls.size();
		this.fixture.advance(Duration.ofSeconds(10));
		assertThat(this.fixture.polls).hasSizeGreaterThan(before);
	}

	@Test
	void whenPollerStartsAfterStopNewWaitsBegin() {
		this.fixture.watch("a");
		this.fixture.poller.stop();
		this.fixture.poller.start();
		assertThat(this.fixture.faults).singleElement().isInstanceOf(OperationsClosedException.class);
		this.fixture.watch("b");
		this.fixture.advance(Duration.ofSeconds(1));
		assertThat(this.fixture.poller.waits().size()).isOne();
		assertThat(this.fixture.seen).hasSize(1);
	}

	@Test
	void whenPollerClosesAllWaitsEndAndNoPollLeaves() {
		this.fixture.watch("a");
		this.fixture.watch("b");
		this.fixture.advance(Duration.ofSeconds(1));
		int before = this.fixture.polls.size();
		this.fixture.poller.close();
		this.fixture.watch("c");
		this.fixture.advance(PollerFixture.TIMEOUT);
		assertThat(this.fixture.faults).hasSize(3)
			.allSatisfy((ex) -> assertThat(ex).isInstanceOf(OperationsClosedException.class));
		assertThat(this.fixture.polls).hasSize(before);
		assertThat(this.fixture.poller.waits().size()).isZero();
	}

	@Test
	void whenPollerClosesPollsInFlightAreCancelled() {
		List<String> cancelled = new ArrayList<>();
		this.fixture.endpoint = (id) -> Mono.<OperationSnapshot>never().doOnCancel(() -> cancelled.add(id));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(1));
		this.fixture.poller.close();
		assertThat(cancelled).containsExactly("op");
	}

	@Test
	void whenIdIsInvalidTheWaitIsRefused() {
		this.fixture.watch(" ");
		assertThat(this.fixture.faults).singleElement().isInstanceOf(OperationsRequestException.class);
		assertThat(this.fixture.poller.waits().size()).isZero();
	}

	@Test
	void whenTooManyCallersWaitFurtherOnesAreRefused() {
		this.fixture.settings(new PollingSettings(Duration.ofMillis(500), Duration.ofSeconds(30), PollerFixture.TIMEOUT,
				2, Duration.ofMinutes(5), 8));
		Disposable first = this.fixture.watch("a");
		this.fixture.watch("a");
		this.fixture.watch("b");
		assertThat(this.fixture.faults).singleElement()
			.isInstanceOfSatisfying(OperationsThrottledException.class,
					(refusal) -> assertThat(refusal).hasMessageContaining("operations.polling.max-waits"));
		assertThat(this.fixture.refusals).as("the listener is notified").isEqualTo(this.fixture.faults);
		first.dispose();
		this.fixture.watch("b");
		assertThat(this.fixture.faults).hasSize(1);
	}

}
