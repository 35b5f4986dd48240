package io.operations.internal.resilience;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link RefusalTrust}: how it grows with verdicts and what ends it.
 */
class RefusalTrustTests {

	private final SentRequests requests = new SentRequests(20);

	private final RefusalTrust trust = new RefusalTrust(this.requests);

	@Test
	void withoutVerdictEachRefusalNeedsATest() {
		assertThat(this.trust.use(this.requests.add(5))).isFalse();
	}

	@Test
	void eachVerdictTrustsFourTimesAsManyRefusals() {
		assertThat(proven()).isEqualTo(1);
		assertThat(proven()).isEqualTo(4);
		assertThat(proven()).isEqualTo(16);
		assertThat(proven()).isEqualTo(64);
		assertThat(proven()).as("at most").isEqualTo(64);
	}

	@Test
	void acceptedRequestsWithAsManyInFlightEndTheTrust() {
		proven();
		this.trust.proven(5, 0);
		accept(99, 5);
		assertThat(this.trust.use(this.requests.add(5))).as("twenty round trips of five").isTrue();
		accept(1, 5);
		assertThat(this.trust.use(this.requests.add(5))).isFalse();
		assertThat(proven()).as("the next verdict trusts as many as the last").isEqualTo(4);
	}

	@Test
	void acceptedRequestsWithFewerInFlightDoNotEndTheTrust() {
		this.trust.proven(5, 0);
		accept(200, 4);
		assertThat(this.trust.use(this.requests.add(4))).as("a smaller load").isFalse();
		assertThat(this.trust.use(this.requests.add(5))).isTrue();
	}

	@Test
	void refusalOutweighsThirteenAcceptedRequests() {
		this.trust.proven(1, 0);
		accept(79, 1);
		this.trust.refused();
		accept(13, 1);
		assertThat(this.trust.use(this.requests.add(1))).isTrue();
	}

	private int proven() {
		this.trust.proven(5, 0);
		int refusals = 0;
		while (this.trust.use(this.requests.add(5))) {
			refusals++;
		}
		return refusals;
	}

	private void accept(int count, int inFlight) {
		for (int request = 0; request < count; request++) {
			long number = this.requests.add(inFlight);
			this.requests.accepted(number, null);
			this.trust.accepted(number);
		}
	}

}
