package io.operations.docs.extending;

import java.time.Duration;

import io.operations.Operation;
import io.operations.polling.PollingSchedule;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Polls by what an operation is about.
 */
@Configuration(proxyBeanMethods = false)
class ScheduleConfiguration {

	// Deletions of conversations take minutes, configurations take seconds.
	@Bean
	PollingSchedule pollingSchedule() {
		return (state) -> {
			Operation seen = state.lastSeen();
			boolean deletion = seen != null && seen.conversationId().isPresent();
			return deletion ? Duration.ofSeconds(20) : Duration.ofSeconds(1);
		};
	}

}
