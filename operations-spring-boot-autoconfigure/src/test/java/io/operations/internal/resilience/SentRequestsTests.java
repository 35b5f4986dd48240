package io.operations.internal.resilience;

import io.operations.internal.resilience.SentRequests.Answer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link SentRequests}: order, answers and load of the latest requests.
 */
class SentRequestsTests {

	private final SentRequests requests = new SentRequests(20);

	@Test
	void requestsAreNumberedInOrder() {
		assertThat(this.requests.add(1)).isZero();
		assertThat(this.requests.add(2)).isEqualTo(1);
		assertThat(this.requests.next()).isEqualTo(2);
	}

	@Test
	void endDoesNotReplaceAnAnswer() {
		this.requests.add(1);
		this.requests.add(2);
		this.requests.accepted(0, null);
		this.requests.ended(0);
		this.requests.ended(1);
		assertThat(this.requests.answer(0)).isEqualTo(Answer.ACCEPTED);
		assertThat(this.requests.answer(1)).isEqualTo(Answer.OTHER);
	}

	@Test
	void refusedRequestOccupiesNoPlaceForLaterRequests() {
		this.requests.add(1);
		this.requests.add(2);
		this.requests.add(3);
		this.requests.refused(1, null, 7);
		assertThat(this.requests.inFlight(0)).isEqualTo(1);
		assertThat(this.requests.inFlight(2)).isEqualTo(2);
		assertThat(this.requests.sentWith(2)).as("as sent").isEqualTo(3);
		assertThat(this.requests.retryAt(1)).isEqualTo(7);
	}

	@Test
	void loadReportedByTheServerIsPreferred() {
		this.requests.add(1);
		this.requests.accepted(0, 50);
		assertThat(this.requests.isAtLeast(0, 10, 40)).isTrue();
		assertThat(this.requests.isAtLeast(0, 10, 60)).isFalse();
		assertThat(this.requests.isAtLeast(0, 10, 0)).as("compared by the client's own count").isFalse();
	}

	@Test
	void oldRequestsAreForgotten() {
		for (int request = 0; request < 600; request++) {
			this.requests.add(1);
		}
		assertThat(this.requests.oldest()).isEqualTo(600 - 512);
	}

}
