package io.operations.resilience;

import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RefusalJudgeTests {

	private final RefusalJudge judge = new RefusalJudge(16);

	@Test
	void refusalOfTheOnlyRequestMeansFull() {
		assertThat(refuse(1)).isTrue();
	}

	@Test
	void refusalAfterAcceptedRequestsIsNoise() {
		accept(10, 4);
		assertThat(refuse(4)).isFalse();
	}

	@Test
	void refusalOfTheFirstRequestAfterTheVerdictMeansFullAgain() {
		assertThat(refuse(1)).isTrue();
		assertThat(refuse(1)).isTrue();
	}

	@Test
	void refusalsAtRandomHardlyEverMeanFull() {
		Random random = new Random(42);
		int full = 0;
		for (int i = 0; i < 20_000; i++) {
			int inFlight = 1 + random.nextInt(16);
			if (random.nextDouble() >= 0.05) {
				accept(1, inFlight);
			}
			else if (refuse(inFlight)) {
				full++;
			}
		}
		assertThat(full).as("of 1,000 refusals").isLessThan(5);
	}

	@Test
	void fastRefusalsAmongRequestsWithoutResponsesAreNoise() {
		long[] sent = new long[16];
		for (int i = 0; i < 16; i++) {
			sent[i] = this.judge.sent(i + 1);
		}
		assertThat(this.judge.isFull(sent[3], null)).isFalse();
		assertThat(this.judge.isFull(sent[15], null)).isFalse();
	}

	@Test
	void fourRefusalsInTheOrderOfSendingMeanFullInWhateverOrderTheyArrive() {
		accept(100, 4);
		long[] sent = new long[6];
		for (int i = 0; i < 6; i++) {
			sent[i] = this.judge.sent(4);
		}
		assertThat(this.judge.isFull(sent[5], null)).isFalse();
		assertThat(this.judge.isFull(sent[2], null)).isFalse();
		assertThat(this.judge.isFull(sent[4], null)).isFalse();
		assertThat(this.judge.isFull(sent[3], null)).isTrue();
	}

	@Test
	void aQuarterOfFortyMeansFull() {
		accept(100, 4);
		int refusals = 0;
		boolean full = false;
		while (!full && refusals < 20) {
			accept(3, 4);
			full = refuse(4);
			refusals++;
		}
		assertThat(refusals).isEqualTo(10);
	}

	@Test
	void limitThatIsOneTooHighShowsAlthoughMostRequestsAreAccepted() {
		accept(40, 10);
		boolean full = false;
		for (int i = 0; i < 3 && !full; i++) {
			accept(10, 10);
			full = refuse(11);
		}
		assertThat(full).isTrue();
		assertThat(this.judge.reached()).isEqualTo(11);
	}

	@Test
	void limitThatGrewDuringATestIsKnownByItsFirstRefusal() {
		accept(40, 10);
		assertThat(refuse(11)).isFalse();
		assertThat(refuse(12)).isFalse();
		assertThat(refuse(12)).isTrue();
		assertThat(this.judge.reached()).isEqualTo(11);
	}

	@Test
	void accountThatTurnsOutFullIsTestedMoreAndMoreRarely() {
		int tests = 0;
		int pauses = 0;
		while (pauses < 200) {
			accept(40, 10);
			if (refuse(11)) {
				pauses++;
			}
			else {
				tests++;
			}
		}
		assertThat(tests).as("refusals that began no pause").isLessThan(30);
	}

	@Test
	void testThatIsPassedEndsTheSuspicion() {
		for (int i = 0; i < 20; i++) {
			refuse(1);
		}
		accept(40, 1);
		int pauses = 0;
		for (int i = 0; i < 20; i++) {
			pauses += refuse(1) ? 1 : 0;
			accept(40, 1);
		}
		assertThat(pauses).as("the rest of those without a test").isLessThanOrEqualTo(20);
		assertThat(refuse(1)).isFalse();
	}

	@Test
	void moreRequestsOfTheAccountThanWereEverAcceptedMeanFull() {
		accept(50, 4, 9);
		assertThat(refuse(4, 9)).isFalse();
		assertThat(refuse(4, 10)).isTrue();
	}

	@Test
	void requestFromBeforeTheVerdictSaysNothing() {
		long before = this.judge.sent(1);
		for (int i = 0; i < 10; i++) {
			refuse(1);
		}
		assertThat(this.judge.isFull(before, null)).isFalse();
	}

	@Test
	void otherFaultsSayNothing() {
		accept(100, 4);
		for (int i = 0; i < 3; i++) {
			assertThat(refuse(4)).isFalse();
			this.judge.ended(this.judge.sent(4));
		}
		assertThat(refuse(4)).as("the fourth in a row").isTrue();
	}

	private void accept(int requests, int inFlight) {
		accept(requests, inFlight, null);
	}

	private void accept(int requests, int inFlight, @Nullable Integer accountLoad) {
		for (int i = 0; i < requests; i++) {
			this.judge.accepted(this.judge.sent(inFlight), accountLoad);
		}
	}

	private boolean refuse(int inFlight) {
		return refuse(inFlight, null);
	}

	private boolean refuse(int inFlight, @Nullable Integer accountLoad) {
		return this.judge.isFull(this.judge.sent(inFlight), accountLoad);
	}

}
