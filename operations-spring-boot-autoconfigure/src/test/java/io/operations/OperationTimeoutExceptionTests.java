package io.operations;

import java.time.Duration;

import io.operations.OperationTimeoutException.Hold;
import io.operations.internal.KeyPrefix;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OperationTimeoutExceptionTests {

	private static final Duration AGE = Duration.ofMinutes(4);

	@Test
	void messageSaysHowOldTheOperationIs() {
		assertThat(timeout(null, null)).hasMessageContaining("timed out after 3 min and 3 polls. ")
			.hasMessageContaining(
					"The operation is 4 min old. The client does not know yet how long operations of its kind take.");
		assertThat(timeout(Duration.ofMinutes(5), null)).hasMessageContaining(
				"The operation is 4 min old, which is usual: operations of its kind take up to 5 min.");
		assertThat(timeout(Duration.ofMinutes(4), null)).hasMessageContaining(
				"The operation is 4 min old, which is unusual: operations of its kind rarely reach 4 min.");
	}

	@Test
	void messageSaysWhatWasSeenLastAndTheLastFault() {
		assertThat(timeout(null, null)).hasMessageStartingWith(
				"The wait for operation 'op' timed out after 3 min and 3 polls. The last status seen was RUNNING. ");
		IllegalStateException fault = new IllegalStateException("no answer");
		assertThat(timeout(null, fault))
			.hasMessageContaining("RUNNING. The last error was: no answer. The operation is 4 min old")
			.hasCause(fault);
		assertThat(new OperationTimeoutException("op", AGE, null, 0, AGE, null, null)).hasMessageStartingWith(
				"The wait for operation 'op' timed out after 4 min and 0 polls. No poll has seen the operation. ");
	}

	@Test
	void messageWhenLimitsHeldThePollBackSaysSo() {
		IllegalStateException fault = new IllegalStateException("no answer");
		OperationTimeoutException timeout = timeout(false, fault,
				Hold.byLimits(Duration.ofMinutes(2), 0.1, 16, 1, KeyPrefix.DEFAULT));
		assertThat(timeout).hasMessageContaining(
				"The last error was: no answer. A poll has been due for 2 min, but the client's limits"
						+ " allow only 0.1 polls per second and 16 requests in flight. Start fewer waits at once, raise"
						+ " operations.rate-limit.requests-per-second (and operations.rate-limit.max-in-flight)")
			.hasCause(fault);
		assertThat(timeout.getHeldBack()).isEqualTo(Duration.ofMinutes(2));
		assertThat(timeout.getPausedFor()).isNull();
		assertThat(timeout(null, fault).getHeldBack()).isNull();
	}

	@Test
	void messageWhenInstancesShareTheRateSaysSo() {
		assertThat(timeout(false, null, Hold.byLimits(AGE, 5, 16, 4, KeyPrefix.DEFAULT)))
			.hasMessageContaining("only 5 polls per second and 16 requests in flight. 4 instances share the rate, so"
					+ " this instance has only its part of operations.rate-limit.requests-per-second. Start fewer");
	}

	@Test
	void messageWhenAPauseHeldThePollBackSaysSo() {
		OperationTimeoutException timeout = timeout(false, null, Hold.byPause(Duration.ofSeconds(20), false));
		assertThat(timeout).hasMessageContaining(
				"The server throttles the account (429), and the client sends no request for another 20 s. The operation"
						+ " was 4 min old then, but no poll has seen whether it has ended. It may still be running: await"
						+ " it again after the pause, or raise operations.polling.timeout.");
		assertThat(timeout.getPausedFor()).isEqualTo(Duration.ofSeconds(20));
		assertThat(timeout.getHeldBack()).isNull();
	}

	@Test
	void messageWhenAPauseOfAnOperatorHeldThePollBackSaysSo() {
		OperationTimeoutException timeout = timeout(false, null, Hold.byPause(Duration.ofSeconds(20), true));
		assertThat(timeout)
			.hasMessageContaining("An operator has paused the client, and the client sends no request for another ");
		assertThat(timeout.isPausedByOperator()).isTrue();
	}

	@Test
	void messageSaysWhichTimeoutToRaise() {
		assertThat(timeout(true, null, null))
			.hasMessageEndingWith("It may still be running: await it again, or pass a longer timeout.");
		assertThat(timeout(false, null, null))
			.hasMessageEndingWith("It may still be running: await it again, or raise operations.polling.timeout.");
	}

	@Test
	void valuesAreThoseOfTheMessage() {
		OperationTimeoutException timeout = timeout(Duration.ofMinutes(5), null);
		assertThat(timeout.getTimeout()).isEqualTo(Duration.ofMinutes(3));
		assertThat(timeout.getPolls()).isEqualTo(3);
		assertThat(timeout.getAge()).isEqualTo(AGE);
		assertThat(timeout.getUnusualAge()).isEqualTo(Duration.ofMinutes(5));
		assertThat(timeout.getLastSeen()).isNotNull();
	}

	private static OperationTimeoutException timeout(boolean isOwnTimeout, @Nullable Throwable lastFault,
			@Nullable Hold hold) {
		return new OperationTimeoutException("op", Duration.ofMinutes(3),
				isOwnTimeout ? null : "operations.polling.timeout", null, 1, AGE, null, lastFault, hold);
	}

	private static OperationTimeoutException timeout(@Nullable Duration unusualAge, @Nullable Throwable lastFault) {
		return new OperationTimeoutException("op", Duration.ofMinutes(3),
				TestOperations.snapshot("op", OperationStatus.RUNNING).operation(), 3, AGE, unusualAge, lastFault);
	}

}
