package io.operations.autoconfigure;

import java.time.Duration;
import java.util.Objects;

import io.operations.polling.BackoffPollingSchedule;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OperationsSettingsTests {

	private final OperationsProperties.Polling polling = new OperationsProperties().getPolling();

	@Test
	void adaptiveScheduleIsLeftToTheTemplateWhichHasOneOfItsOwn() {
		assertThat(OperationsSettings.schedule(this.polling)).isNull();
	}

	@Test
	void backoffScheduleAsksAtAFifthOfTheAgeBetweenTheIntervals() {
		this.polling.setSchedule(OperationsProperties.Polling.Schedule.BACKOFF);
		PollingSchedule schedule = Objects.requireNonNull(OperationsSettings.schedule(this.polling));
		assertThat(schedule).isInstanceOf(BackoffPollingSchedule.class);
		assertThat(schedule.nextPoll(state(Duration.ofSeconds(50)))).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void fixedScheduleAsksAtTheShortestIntervalAlways() {
		this.polling.setSchedule(OperationsProperties.Polling.Schedule.FIXED);
		this.polling.setMinInterval(Duration.ofSeconds(7));
		PollingSchedule schedule = Objects.requireNonNull(OperationsSettings.schedule(this.polling));
		assertThat(schedule.nextPoll(state(Duration.ZERO))).isEqualTo(Duration.ofSeconds(7));
		assertThat(schedule.nextPoll(state(Duration.ofDays(1)))).isEqualTo(Duration.ofSeconds(7));
	}

	@Test
	void backoffScheduleKeepsToTheIntervals() {
		this.polling.setSchedule(OperationsProperties.Polling.Schedule.BACKOFF);
		this.polling.setMinInterval(Duration.ofSeconds(7));
		this.polling.setMaxInterval(Duration.ofSeconds(8));
		PollingSchedule schedule = Objects.requireNonNull(OperationsSettings.schedule(this.polling));
		assertThat(schedule.nextPoll(state(Duration.ZERO))).isEqualTo(Duration.ofSeconds(7));
		assertThat(schedule.nextPoll(state(Duration.ofDays(1)))).isEqualTo(Duration.ofSeconds(8));
	}

	private static PollingState state(Duration age) {
		return new PollingState("op", null, null, age, 1, 20);
	}

}
