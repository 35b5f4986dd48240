package io.operations.internal.resilience;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RefusalJudgeTests {

	private final RefusalJudge judge = new RefusalJudge(16);

	private long nanos;

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
	void noiseOfFivePercentNeverMeansFullInAHundredThousandRequests() {
		assertThat(pausesUnderNoise(0.05, 100_000)).isZero();
	}

	@Test
	void noiseOfFifteenPercentHardlyEverMeansFull() {
		assertThat(pausesUnderNoise(0.15, 100_000)).isLessThan(40);
	}

	@Test
	void oneThirdOfRefusalsForALongTimeMeansFull() {
		assertThat(pausesUnderNoise(0.4, 1000)).isPositive();
	}

	// Requests overlap, and refusals are faster than other responses.
	private int pausesUnderNoise(double share, int requests) {
		Random random = new Random(42);
		PriorityQueue<long[]> flying = new PriorityQueue<>(Comparator.comparingLong((request) -> request[0]));
		long now = 0;
		int pauses = 0;
		int places = 1;
		for (int i = 0; i < requests; i++) {
			places = (i % 50 == 0) ? 1 + random.nextInt(16) : places;
			while (flying.size() >= places) {
				long[] ended = flying.remove();
				now = ended[0];
				if (ended[2] == 0) {
					this.judge.accepted(ended[1], null);
				}
				else if (this.judge.isFull(ended[1], null, now, RefusalJudge.NO_TIME)) {
					pauses++;
				}
			}
			long sent = this.judge.sent(flying.size() + 1);
			boolean refused = i > 100 && random.nextDouble() < share;
			flying.add(new long[] { now + (refused ? 30_000_000L : 50_000_000L + random.nextInt(100_000_000)), sent,
					refused ? 1 : 0 });
		}
		return pauses;
	}

	@Test
	void fastRefusalsAmongRequestsWithoutResponsesAreNoise() {
		long[] sent = send(16, 1);
		assertThat(judge(sent[3], null)).isFalse();
		assertThat(judge(sent[15], null)).isFalse();
	}

	@Test
	void sixRefusalsMeanFullInWhateverOrderTheyArrive() {
		accept(100, 4);
		long[] sent = new long[8];
		for (int i = 0; i < 8; i++) {
			sent[i] = this.judge.sent(4);
		}
		for (int request : new int[] { 7, 2, 6, 3, 4 }) {
			assertThat(judge(sent[request], null)).isFalse();
		}
		assertThat(judge(sent[5], null)).isTrue();
	}

	@Test
	void limitWhenOneTooHighShowsAlthoughMostAreAccepted() {
		boolean full = false;
		int refusals = 0;
		while (!full) {
			accept(10, 10);
			full = refuse(11);
			refusals++;
		}
		assertThat(refusals).isEqualTo(6);
		assertThat(this.judge.reached()).isEqualTo(11);
	}

	@Test
	void requestsSentDuringARefusedOneDoNotCountItAsInFlight() {
		accept(40, 10);
		boolean full = false;
		for (int i = 0; i < 6; i++) {
			long refused = this.judge.sent(11);
			long[] accepted = { this.judge.sent(11), this.judge.sent(11), this.judge.sent(11) };
			full = judge(refused, null);
			for (long request : accepted) {
				this.judge.accepted(request, null);
			}
		}
		assertThat(full).isTrue();
	}

	@Test
	void limitWhenItGrewDuringATestIsThatOfTheFirstRefusal() {
		accept(40, 10);
		for (int i = 0; i < 5; i++) {
			assertThat(refuse((i == 0) ? 11 : 12)).isFalse();
		}
		assertThat(refuse(11)).isTrue();
		assertThat(this.judge.reached()).isEqualTo(11);
	}

	@Test
	void accountWhenFullRepeatedlyIsTestedMoreAndMoreRarely() {
		int tests = 0;
		int pauses = 0;
		while (pauses < 200) {
			accept(10, 10);
			if (refuse(11)) {
				pauses++;
			}
			else {
				tests++;
			}
		}
		assertThat(tests).as("refusals that began no pause, of 230").isLessThanOrEqualTo(30);
	}

	@Test
	void loneRefusalsBeginFewPausesAfterTheAccountWasFull() {
		fill(4);
		int pauses = 0;
		for (int i = 0; i < 100; i++) {
			accept(19, 4);
			pauses += refuse(4) ? 1 : 0;
		}
		assertThat(pauses).isLessThan(16);
		assertThat(refuse(4)).isFalse();
	}

	@Test
	void refusalsWithoutPauseKeepTheTrustInAFullAccount() {
		fill(4);
		pausesUntilATest(8);
		for (int i = 0; i < 30; i++) {
			accept(8, 4);
			assertThat(refuse(4)).isFalse();
		}
		for (int i = 0; i < 5; i++) {
			refuse(4);
		}
		assertThat(pausesUntilATest(1)).isGreaterThanOrEqualTo(64);
	}

	@Test
	void trustEndsAfterTwoHundredRefusalsWithoutAVerdict() {
		fill(4);
		pausesUntilATest(8);
		for (int i = 0; i < 200; i++) {
			accept(8, 4);
			assertThat(refuse(4)).isFalse();
		}
		for (int i = 0; i < 5; i++) {
			refuse(4);
		}
		assertThat(pausesUntilATest(1)).isOne();
	}

	@Test
	void accountWhenFullAgainIsTrustedAsMuchAsBefore() {
		fill(4);
		accept(80, 4);
		for (int i = 0; i < 5; i++) {
			assertThat(refuse(4)).isFalse();
		}
		assertThat(refuse(4)).isTrue();
		assertThat(pausesUntilATest(1)).isEqualTo(64);
	}

	@Test
	void fourTimesAsManyAcceptedRequestsEndAllTrust() {
		fill(4);
		accept(320, 4);
		for (int i = 0; i < 6; i++) {
			refuse(4);
		}
		assertThat(pausesUntilATest(1)).isOne();
	}

	// Repeats until all refusals that need no test have begun a pause.
	private int pausesUntilATest(int accepted) {
		int pauses = 0;
		accept(accepted, 4);
		while (refuse(4)) {
			accept(accepted, 4);
			pauses++;
		}
		return pauses;
	}

	@Test
	void loneRefusalWithFewerInFlightAfterFullBeginsNoPause() {
		fill(8);
		accept(80, 7);
		assertThat(refuse(7)).isFalse();
		assertThat(refuse(8)).as("as many as when the account was full").isTrue();
	}

	@Test
	void loneRefusalBeginsNoPauseTenMinutesAfterTheAccountWasFull() {
		fill(4);
		accept(1, 4);
		this.nanos += Duration.ofMinutes(11).toNanos();
		assertThat(refuse(4)).isFalse();
	}

	@Test
	void moreRequestsOfTheAccountThanTheServerAcceptsMeanFull() {
		accept(50, 4, 9);
		boolean full = false;
		for (int i = 0; i < 6; i++) {
			assertThat(full).isFalse();
			accept(3, 4, 9);
			full = refuse(4, 10);
		}
		assertThat(full).isTrue();
	}

	@Test
	void refusalWhenOnlyRefusalsReportTheLoadIsNoise() {
		accept(50, 4);
		assertThat(refuse(4, 10)).isFalse();
	}

	@Test
	void verdictNamesTheLatestTimeOfItsRefusals() {
		accept(1, 4);
		for (int i = 0; i < 5; i++) {
			this.judge.isFull(this.judge.sent(4), null, this.nanos, (i == 2) ? 9000 : 1000);
		}
		assertThat(refuse(4)).isTrue();
		assertThat(this.judge.retryAt()).isEqualTo(9000);
	}

	private long[] send(int requests, int from) {
		long[] sent = new long[requests];
		for (int i = 0; i < requests; i++) {
			sent[i] = this.judge.sent(from + i);
		}
		return sent;
	}

	// Repeats until the trust has reached its maximum.
	private void fill(int inFlight) {
		accept(1, inFlight);
		for (int i = 0; i < 50; i++) {
			refuse(inFlight);
			accept(1, 1);
		}
		for (int i = 0; i < 6; i++) {
			refuse(inFlight);
		}
	}

	@Test
	void requestFromBeforeTheVerdictSaysNothing() {
		long before = this.judge.sent(1);
		for (int i = 0; i < 10; i++) {
			refuse(1);
		}
		assertThat(judge(before, null)).isFalse();
	}

	@Test
	void otherFaultsSayNothing() {
		accept(100, 4);
		for (int i = 0; i < 5; i++) {
			assertThat(refuse(4)).isFalse();
			this.judge.ended(this.judge.sent(4));
		}
		assertThat(refuse(4)).as("the sixth in a row").isTrue();
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
		return judge(this.judge.sent(inFlight), accountLoad);
	}

	private boolean judge(long request, @Nullable Integer accountLoad) {
		return this.judge.isFull(request, accountLoad, this.nanos, RefusalJudge.NO_TIME);
	}

}
