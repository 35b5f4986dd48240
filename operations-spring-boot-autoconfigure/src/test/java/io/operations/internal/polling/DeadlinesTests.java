package io.operations.internal.polling;

import java.util.List;

import io.operations.polling.PollingSettings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link Deadlines}.
 */
class DeadlinesTests {

	private final PartsFixture fixture = new PartsFixture(PollingSettings.defaults());

	private final Deadlines deadlines = new Deadlines();

	@Test
	void whenThereIsNoDeadlineNoneIsNext() {
		assertThat(this.deadlines.next()).isEqualTo(Long.MAX_VALUE);
		assertThat(this.deadlines.takePassed(Long.MAX_VALUE)).isEmpty();
	}

	@Test
	void whenDeadlinesPassTheyAreTakenInOrder() {
		WaitingCaller late = caller(300);
		WaitingCaller early = caller(100);
		WaitingCaller later = caller(400);
		List.of(late, early, later).forEach(this.deadlines::add);
		assertThat(this.deadlines.next()).isEqualTo(100);
		assertThat(this.deadlines.takePassed(99)).isEmpty();
		assertThat(this.deadlines.takePassed(300)).containsExactly(early, late);
		assertThat(this.deadlines.takePassed(300)).as("taken once").isEmpty();
		assertThat(this.deadlines.next()).isEqualTo(400);
	}

	@Test
	void whenTheFirstIsRemovedTheNextIsTakenInTime() {
		WaitingCaller early = caller(100);
		WaitingCaller late = caller(300);
		this.deadlines.add(early);
		this.deadlines.add(late);
		this.deadlines.remove(early);
		assertThat(this.deadlines.takePassed(200)).isEmpty();
		assertThat(this.deadlines.takePassed(300)).containsExactly(late);
	}

	private WaitingCaller caller(long at) {
		WaitingCaller caller = this.fixture.enter("op" + at);
		caller.at(at);
		return caller;
	}

}
