package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How often held operations were polled, in virtual time.
 */
class PollCountsTests extends HeldOperationsFixture {

	@Test
	void whenPollsAreCountedARoundVisitsEachOnce() {
		Client client = new Client(1000, (state) -> Duration.ofSeconds(1));
		for (int i = 0; i < 10; i++) {
			client.hold("op" + i);
		}
		List<String> round = new ArrayList<>();
		for (int expected : List.of(4, 4, 2)) {
			// Each operation has further polls meanwhile.
			advance(Duration.ofSeconds(10));
			List<HeldOperations.Polls> counts = client.held.polls(4);
			assertThat(counts).hasSize(expected);
			counts.forEach((polls) -> round.add(polls.id()));
		}
		assertThat(round).hasSize(10).doesNotHaveDuplicates();
		advance(Duration.ofSeconds(10));
		assertThat(client.held.polls(10)).as("the next round").hasSize(10);
		assertThat(client.held.polls(10)).as("its end").isEmpty();
		assertThat(client.held.polls(4)).as("nothing was polled").isEmpty();
		advance(Duration.ofSeconds(10));
		client.held.polls(4);
		client.held.releaseAll();
		assertThat(client.held.polls(10)).isEmpty();
	}

}
