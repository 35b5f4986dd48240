package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationTimeoutException;
import io.operations.core.OperationsTemplate;
import io.operations.polling.LearnedDurations;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingState;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Operations that begin at a later time that the caller of the write has named, in
 * virtual time.
 */
class ScheduledOperationsTests extends MemoryTrackingFixture {

	private static final Duration ONE_DAY = Duration.ofDays(1);

	private static final String KIND = "send";

	// The library does not believe a server that names a time in 1970.
	@BeforeEach
	void laterThan1970() {
		this.scheduler.advanceTimeBy(Duration.ofDays(400));
	}

	@Test
	void whileScheduledAnOperationIsPolledRarelyAndNotStuck() {
		runs("op", Duration.ofDays(5), Duration.ofHours(1));
		track("op");
		advance(Duration.ofMinutes(10));
		assertThat(this.endpoint.polls("op")).isBetween(2, 22);
		advance(Duration.ofDays(4));
		assertThat(this.endpoint.polls("op")).isBetween(400, 900);
		assertThat(this.stuck).isEmpty();
		assertThat(find("op")).satisfies((tracked) -> {
			assertThat(tracked.state()).isEqualTo(TrackingState.TRACKED);
			assertThat(tracked.stuck()).isFalse();
			assertThat(tracked.deadline()).isEqualTo(tracked.since().plus(Duration.ofDays(7)));
		});
		advance(Duration.ofDays(1).plusHours(2));
		assertThat(this.outcomes).singleElement()
			.satisfies((outcome) -> assertThat(outcome.type()).isEqualTo(OperationOutcome.Type.COMPLETED));
	}

	@Test
	void whenNoLongerScheduledTheTimeoutBegins() {
		runs("op", Duration.ofDays(3), Duration.ofDays(30));
		track("op");
		advance(Duration.ofDays(4).minusMinutes(1));
		assertThat(find("op").state()).isEqualTo(TrackingState.TRACKED);
		assertThat(this.stuck).containsExactly("op");
		advance(Duration.ofMinutes(20));
		assertThat(this.outcomes).singleElement()
			.satisfies((outcome) -> assertThat(outcome.type()).isEqualTo(OperationOutcome.Type.TIMED_OUT));
		TrackedOperation ended = find("op");
		assertThat(ended.deadline()).isBetween(ended.since().plus(Duration.ofDays(4)),
				ended.since().plus(Duration.ofDays(4)).plus(Duration.ofMinutes(13)));
	}

	@Test
	void whenScheduledForSevenDaysAnOperationTimesOut() {
		runs("never", Duration.ofDays(30), ONE_DAY);
		runs("late", Duration.ofDays(7).minusHours(2), ONE_DAY);
		track("never");
		track("late");
		advance(Duration.ofDays(7).minusMinutes(1));
		assertThat(this.outcomes).isEmpty();
		advance(Duration.ofMinutes(2));
		assertThat(this.outcomes).hasSize(2)
			.allSatisfy((outcome) -> assertThat(outcome.type()).isEqualTo(OperationOutcome.Type.TIMED_OUT));
	}

	@Test
	void whenATimeoutExceedsSevenDaysItIsKept() {
		runs("op", Duration.ofDays(8), Duration.ofHours(1));
		this.tracker.track(accepted("op"), Map.of(), Duration.ofDays(20)).block();
		advance(Duration.ofDays(8).plusHours(2));
		assertThat(this.outcomes).singleElement()
			.satisfies((outcome) -> assertThat(outcome.type()).isEqualTo(OperationOutcome.Type.COMPLETED));
	}

	@Test
	void whileScheduledNoDurationIsLearned() {
		for (int i = 0; i < 12; i++) {
			runs("op" + i, Duration.ofHours(2), Duration.ofMinutes(30));
			track("op" + i);
		}
		advance(Duration.ofHours(3));
		assertThat(this.outcomes).hasSize(12);
		LearnedDurations learned = Objects.requireNonNull(learned().get(KIND));
		assertThat(learned.ends()).isEqualTo(12);
		// A poll sees the beginning up to seven minutes late.
		assertThat(learned.median()).isBetween(Duration.ofMinutes(22), Duration.ofMinutes(31));
		assertThat(learned.upperQuantile()).isLessThan(Duration.ofMinutes(33));
	}

	@Test
	void whenTheEndFollowsScheduledNothingIsLearned() {
		for (int i = 0; i < 12; i++) {
			runs("op" + i, Duration.ofHours(2), Duration.ofMillis(1));
			track("op" + i);
		}
		advance(Duration.ofHours(3));
		assertThat(this.outcomes).hasSize(12);
		assertThat(learned()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(ints = { 429, 503, 400 })
	void whenAPollFailsAScheduledOneIsNotPolledEarlier(int status) {
		this.endpoint.script("op", (poll) -> (poll == 1) ? ScriptedEndpoint.status("SCHEDULED")
				: (poll % 2 == 0) ? ScriptedEndpoint.error(status) : ScriptedEndpoint.status("scheduled"));
		track("op");
		advance(Duration.ofMinutes(20));
		assertThat(this.endpoint.polls("op")).isBetween(3, 45);
		assertThat(this.stuck).isEmpty();
	}

	@Test
	void whilePermitsAreFreeAScheduledOneIsNotPolledEarly() {
		restart(this.endpoint.template().schedule(new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofMinutes(1);
			}

			@Override
			public boolean isShortOfPolls() {
				return true;
			}

		}).scheduler(this.scheduler).build());
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("SCHEDULED"));
		track("op");
		this.template.await("op", Duration.ofMinutes(30)).subscribe((end) -> {
		}, (fault) -> {
		});
		advance(Duration.ofMinutes(10));
		assertThat(this.endpoint.polls("op")).isBetween(3, 45);
	}

	@Test
	void whenAwaitedAScheduledOneIsPolledRarely() {
		runs("op", Duration.ofDays(3), ONE_DAY);
		List<Throwable> faults = new ArrayList<>();
		this.template.await("op", Duration.ofHours(1)).subscribe((end) -> {
		}, faults::add);
		advance(Duration.ofMinutes(59));
		assertThat(faults).isEmpty();
		int polls = this.endpoint.polls("op");
		assertThat(polls).isBetween(5, 80);
		advance(Duration.ofMinutes(1));
		assertThat(faults).singleElement().isInstanceOf(OperationTimeoutException.class);
		// One of them shortly before the deadline.
		assertThat(this.endpoint.polls("op")).isBetween(polls + 1, polls + 4);
		assertThat(this.stuck).isEmpty();
		assertThat(learned()).isEmpty();
	}

	@Test
	void whenACallersDeadlineIsEarlierAPollComesBefore() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("SCHEDULED"));
		this.template.await("op", ONE_DAY).subscribe((end) -> {
		}, (fault) -> {
		});
		advance(Duration.ofHours(10));
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		List<Operation> ends = new ArrayList<>();
		this.template.await("op", Duration.ofMinutes(1)).subscribe(ends::add, (fault) -> {
		});
		advance(Duration.ofMinutes(1));
		assertThat(ends).hasSize(1);
	}

	@Test
	void whenAScheduledOneEndsTheWaitLearnsItsRunOnly() {
		List<Operation> ends = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			runs("op" + i, Duration.ofHours(2), Duration.ofMinutes(30));
			this.template.await(accepted("op" + i), Duration.ofHours(5)).subscribe(ends::add);
		}
		advance(Duration.ofHours(3));
		assertThat(ends).hasSize(12);
		LearnedDurations learned = Objects.requireNonNull(learned().get(KIND));
		assertThat(learned.median().toMinutes()).isCloseTo(28, within(6L));
		assertThat(learned.upperQuantile()).isLessThan(Duration.ofMinutes(33));
	}

	// The schedule judges what it has learned when it plans a poll.
	private Map<String, LearnedDurations> learned() {
		runs("next", Duration.ZERO, ONE_DAY);
		track("next");
		return this.engine.polls().learned();
	}

	// By the server's times, the operation lasts from its acceptance.
	private void runs(String id, Duration scheduled, Duration runs) {
		Instant accepted = now();
		Instant begins = accepted.plus(scheduled);
		Instant ends = begins.plus(runs);
		this.endpoint.script(id, (poll) -> {
			boolean ended = !now().isBefore(ends);
			String status = ended ? "COMPLETED" : now().isBefore(begins) ? "SCHEDULED" : "RUNNING";
			String end = ended ? ", \"completedAt\": \"" + ends + "\"" : "";
			return Mono.fromSupplier(() -> ClientResponse.create(HttpStatus.OK)
				.header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE)
				.headers((headers) -> headers.setDate(now().toEpochMilli()))
				.body("{\"status\": \"" + status + "\", \"createdAt\": \"" + accepted + "\"" + end + "}")
				.build());
		});
	}

	private Instant now() {
		return Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS));
	}

	private void track(String id) {
		this.tracker.track(accepted(id)).block();
	}

	private static AcceptedOperation accepted(String id) {
		return new AcceptedOperation(id, null, null, Map.of(), KIND);
	}

	private void advance(Duration time) {
		advance(time, (time.compareTo(Duration.ofHours(12)) > 0) ? Duration.ofSeconds(10) : Duration.ofMillis(250));
	}

	private void restart(OperationsTemplate other) {
		close();
		this.template = other;
		this.engine = engine(TestTrackingSettings.defaults());
		this.store = start(this.scheduler);
		this.tracker = tracker();
	}

}
