package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

import io.operations.internal.polling.PolledOperation;
import io.operations.internal.polling.PollingTarget;
import io.operations.internal.tracking.TrackedRow;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TrackedRowParametersTests {

	@Test
	void whenTextContainsNulItIsReplaced() {
		assertThat(TrackedRowParameters.text("a\0b")).isEqualTo("a b");
		assertThat(TrackedRowParameters.text(null)).isNull();
	}

	@Test
	void whenValueIsAbsentParameterIsNull() {
		PolledOperation polled = PolledOperation.of(PollingTarget.of("op"), Instant.EPOCH);
		assertThat(TrackedRowParameters.learnedMillis(polled)).isNull();
		assertThat(TrackedRowParameters.json(polled.lastSeen())).isNull();
		assertThat(TrackedRowParameters.outcome(TrackedRow.Ending.NONE)).isNull();
		assertThat(TrackedRowParameters.time(null)).isNull();
	}

	@Test
	void whenTimeIsPresentParameterIsInUtc() {
		assertThat(TrackedRowParameters.time(Instant.EPOCH)).isEqualTo(Instant.EPOCH.atOffset(ZoneOffset.UTC));
	}

	@Test
	void whenTextsArePresentParameterIsJson() {
		assertThat(TrackedRowParameters.json(Map.of("a", "b"))).isEqualTo("{\"a\":\"b\"}");
	}

	@Test
	void whenAgeWasLearnedParameterIsInMilliseconds() {
		PolledOperation polled = new PolledOperation("op", null, false, Instant.EPOCH, Instant.EPOCH,
				Duration.ofSeconds(2), 1, null, Map.of(), null);
		assertThat(TrackedRowParameters.learnedMillis(polled)).isEqualTo(2000);
	}

}
