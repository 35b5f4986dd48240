package io.operations.internal.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link AccountPause}: its length, its timer, and the order of notifications.
 */
class AccountPauseTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<String> events = new ArrayList<>();

	private final List<Long> timers = new ArrayList<>();

	private final AccountPause pause = new AccountPause("test", this.time, new OperationsListener() {

		@Override
		public void pauseBegan(String client, Duration length) {
			AccountPauseTests.this.events.add("began " + length.toSeconds());
		}

		@Override
		public void operatorPauseBegan(String client, Duration length) {
			AccountPauseTests.this.events.add("operator began " + length.toSeconds());
		}

		@Override
		public void pauseEnded(String client) {
			AccountPauseTests.this.events.add("ended");
		}

		@Override
		public void throttled(String client, OperationsThrottledException refusal) {
			AccountPauseTests.this.events.add("throttled");
		}

	}, this.timers::add);

	@AfterEach
	void dispose() {
		this.pause.dispose();
		this.time.dispose();
	}

	@Test
	void shorterPauseDoesNotReplaceALongerOne() {
		assertThat(this.pause.begin(Duration.ofSeconds(10), false)).isTrue();
		assertThat(this.pause.begin(Duration.ofSeconds(5), false)).isFalse();
		assertThat(this.pause.left()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void timerEndsThePause() {
		this.pause.begin(Duration.ofSeconds(10), false);
		this.pause.report();
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(this.timers).hasSize(1);
		assertThat(this.pause.end(this.timers.get(0))).isTrue();
		assertThat(this.pause.left()).isZero();
		assertThat(this.pause.lastEnd()).isEqualTo(10_000);
	}

	@Test
	void timerOfAnExtendedPauseEndsNothing() {
		this.pause.begin(Duration.ofSeconds(10), false);
		this.pause.report();
		this.pause.begin(Duration.ofSeconds(20), false);
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(this.pause.end(this.timers.get(0))).isFalse();
		assertThat(this.pause.left()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void pauseEndsEarlyAndItsTimerEndsNothing() {
		this.pause.begin(Duration.ofSeconds(10), true);
		this.pause.report();
		assertThat(this.pause.isByOperator()).isTrue();
		this.time.advanceTimeBy(Duration.ofSeconds(4));
		assertThat(this.pause.end()).isTrue();
		assertThat(this.pause.isByOperator()).isFalse();
		assertThat(this.pause.lastEnd()).isEqualTo(4_000);
		assertThat(this.pause.end()).isFalse();
		this.pause.begin(Duration.ofSeconds(20), false);
		this.pause.report();
		this.time.advanceTimeBy(Duration.ofSeconds(6));
		assertThat(this.pause.end(this.timers.get(0))).isFalse();
		assertThat(this.pause.left()).isEqualTo(Duration.ofSeconds(14));
		assertThat(this.pause.isByOperator()).isFalse();
		assertThat(this.events).containsExactly("operator began 10", "ended", "began 20");
	}

	@Test
	void longestPauseNamesWhoBeganIt() {
		this.pause.begin(Duration.ofSeconds(10), false);
		this.pause.begin(Duration.ofSeconds(20), true);
		assertThat(this.pause.isByOperator()).isTrue();
		this.pause.begin(Duration.ofSeconds(15), false);
		assertThat(this.pause.isByOperator()).isTrue();
		this.pause.begin(Duration.ofSeconds(30), false);
		assertThat(this.pause.isByOperator()).isFalse();
	}

	@Test
	void listenerGetsChangesInTheirOrder() {
		this.pause.begin(Duration.ofSeconds(10), false);
		this.pause.throttled(new OperationsThrottledException("full", "op", Duration.ofSeconds(10)));
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		this.pause.end(this.timers.get(0));
		this.pause.report();
		assertThat(this.events).containsExactly("began 10", "throttled", "ended");
	}

}
