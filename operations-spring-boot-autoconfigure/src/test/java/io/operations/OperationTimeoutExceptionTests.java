package io.operations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OperationTimeoutExceptionTests {

	private static final Duration AGE = Duration.ofMinutes(4);

	@Test
	void saysHowOldTheOperationIsWhetherThatIsKnownToBeUsualOrNot() {
		assertThat(timeout(null, null)).hasMessageContaining("ended after 3 polls, PT4M after it began")
			.hasMessageContaining("is not known yet");
		assertThat(timeout(Duration.ofMinutes(5), null))
			.hasMessageContaining("PT4M after it began; nothing unusual, since such operations may take up to PT5M");
		assertThat(timeout(Duration.ofMinutes(4), null))
			.hasMessageContaining("PT4M after it began; unusual, since such operations hardly ever take PT4M");
	}

	@Test
	void saysWhatWasSeenLastAndTheLastFault() {
		assertThat(timeout(null, null)).hasMessageStartingWith("Operation 'op' was RUNNING when the wait of PT3M");
		IllegalStateException fault = new IllegalStateException("no answer");
		assertThat(timeout(null, fault)).hasMessageContaining("3 polls, last fault: no answer, PT4M").hasCause(fault);
		assertThat(new OperationTimeoutException("op", AGE, null, 0, AGE, null, null))
			.hasMessageStartingWith("Operation 'op' had not been seen");
	}

	@Test
	void givesWhatItSaysAsValues() {
		OperationTimeoutException timeout = timeout(Duration.ofMinutes(5), null);
		assertThat(timeout.getTimeout()).isEqualTo(Duration.ofMinutes(3));
		assertThat(timeout.getPolls()).isEqualTo(3);
		assertThat(timeout.getAge()).isEqualTo(AGE);
		assertThat(timeout.getUnusualAge()).isEqualTo(Duration.ofMinutes(5));
		assertThat(timeout.getLastSeen()).isNotNull();
	}

	private static OperationTimeoutException timeout(@Nullable Duration unusualAge, @Nullable Throwable lastFault) {
		return new OperationTimeoutException("op", Duration.ofMinutes(3),
				TestOperations.snapshot("op", OperationStatus.RUNNING).operation(), 3, AGE, unusualAge, lastFault);
	}

}
