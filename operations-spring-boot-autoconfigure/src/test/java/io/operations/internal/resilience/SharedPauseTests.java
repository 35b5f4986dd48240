package io.operations.internal.resilience;

import java.time.Duration;

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
		assertThat(this.pause.found(MINUTE, 0)).isTrue();
		assertThat(this.pause.found(MINUTE, Duration.ofMillis(200).toNanos())).as("a late answer").isFalse();
		assertThat(this.pause.found(MINUTE, Duration.ofSeconds(1).toNanos())).as("a longer pause").isTrue();
		assertThat(this.pause.found(Duration.ZERO, Duration.ofHours(1).toNanos())).isFalse();
	}

}
