package io.operations.internal.resilience;

import java.time.Duration;

import io.operations.resilience.BudgetStore;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link SharedPause}: which pauses this instance sends, and which answers are new
 * to it.
 */
class SharedPauseTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final SharedPause pause = new SharedPause(0);

	@Test
	void pauseIsSentOnceWithItsRemainingTime() {
		this.pause.begin(MINUTE, 0);
		assertThat(this.pause.isUnsent()).isTrue();
		assertThat(this.pause.send(Duration.ofSeconds(20).toNanos())).isEqualTo(Duration.ofSeconds(40));
		assertThat(this.pause.isUnsent()).isFalse();
	}

	@Test
	void pauseWhenNotSentIsSentAgainUntilItIsOver() {
		this.pause.begin(MINUTE, 0);
		this.pause.send(0);
		this.pause.notSent();
		assertThat(this.pause.isUnsent()).isTrue();
		assertThat(this.pause.send(MINUTE.toNanos())).isZero();
	}

	@Test
	void shorterPauseDoesNotShortenALongerOne() {
		this.pause.begin(MINUTE, 0);
		this.pause.begin(Duration.ofSeconds(1), 0);
		assertThat(this.pause.send(0)).isEqualTo(MINUTE);
	}

	@Test
	void pauseOfAnotherInstanceIsNewOnlyOnce() {
		assertThat(begins(MINUTE, Duration.ZERO)).isTrue();
		assertThat(begins(MINUTE, Duration.ofMillis(200))).as("a late answer").isFalse();
		assertThat(begins(MINUTE, Duration.ofSeconds(1))).as("a longer pause").isTrue();
		assertThat(begins(Duration.ZERO, Duration.ofHours(1))).isFalse();
	}

	@Test
	void answerFromBeforeAResumeBeginsNoPauseAgain() {
		found(MINUTE, 3, Duration.ZERO);
		this.pause.resumed(4, Duration.ofSeconds(1).toNanos());
		assertThat(found(MINUTE, 3, Duration.ofSeconds(2))).isEqualTo(SharedPause.News.NONE);
		assertThat(found(MINUTE, 4, Duration.ofSeconds(3))).isEqualTo(new SharedPause.News(false, true));
	}

	@Test
	void answerToAPauseFromBeforeAResumeBeginsNoPause() {
		found(Duration.ZERO, 3, Duration.ZERO);
		this.pause.resumed(4, Duration.ofMillis(500).toNanos());
		assertThat(stored(MINUTE, 3, Duration.ofSeconds(1))).isEqualTo(SharedPause.News.NONE);
		assertThat(found(MINUTE, 4, Duration.ofSeconds(2)).begun()).as("a later pause").isTrue();
	}

	@Test
	void answerToAPauseAfterAResumeOfAnotherInstanceEndsTheOldPauseFirst() {
		found(MINUTE, 3, Duration.ZERO);
		assertThat(stored(MINUTE, 4, Duration.ofSeconds(1))).isEqualTo(new SharedPause.News(true, true));
		assertThat(found(MINUTE, 4, Duration.ofMillis(1001))).isEqualTo(SharedPause.News.NONE);
	}

	@Test
	void resumeIsNewUnlessALaterAnswerHasEndedThePause() {
		this.pause.begin(MINUTE, 0);
		found(Duration.ZERO, 1, Duration.ofMillis(100));
		assertThat(this.pause.resumedByAnswer(1, Duration.ofMillis(200).toNanos())).as("the first count").isTrue();
		found(Duration.ZERO, 2, Duration.ofSeconds(5));
		assertThat(this.pause.resumedByAnswer(2, Duration.ofMillis(5_100).toNanos())).isFalse();
		assertThat(this.pause.resumedByAnswer(1, Duration.ofMillis(5_200).toNanos())).as("an older answer").isFalse();
	}

	@Test
	void resumeOfAnotherInstanceIsNewOnlyOnceAndForgetsAPauseThatIsUnsent() {
		found(Duration.ZERO, 0, Duration.ZERO);
		this.pause.begin(MINUTE, 0);
		assertThat(found(Duration.ZERO, 1, Duration.ofSeconds(1))).isEqualTo(new SharedPause.News(true, false));
		assertThat(this.pause.isUnsent()).isFalse();
		assertThat(found(Duration.ZERO, 1, Duration.ofSeconds(2))).isEqualTo(SharedPause.News.NONE);
	}

	@Test
	void whenTheStoreHasLostTheCountOfResumesLaterAnswersHold() {
		found(Duration.ZERO, 3, Duration.ZERO);
		this.pause.resumed(4, Duration.ofSeconds(1).toNanos());
		assertThat(found(MINUTE, 0, Duration.ofSeconds(4))).isEqualTo(new SharedPause.News(false, true));
		assertThat(found(Duration.ZERO, 1, Duration.ofSeconds(5))).isEqualTo(new SharedPause.News(true, false));
	}

	@Test
	void resumesFromBeforeTheStartEndNoPause() {
		this.pause.begin(MINUTE, 0);
		assertThat(found(Duration.ZERO, 7, Duration.ZERO)).isEqualTo(SharedPause.News.NONE);
		assertThat(this.pause.isUnsent()).isTrue();
	}

	private boolean begins(Duration left, Duration time) {
		return found(left, 0, time).begun();
	}

	private SharedPause.News stored(Duration left, long resumes, Duration time) {
		return this.pause.stored(new BudgetStore.Pause(left, true, resumes), time.toNanos());
	}

	private SharedPause.News found(Duration left, long resumes, Duration time) {
		return this.pause.found(new BudgetStore.Pause(left, false, resumes), time.toNanos());
	}

}
