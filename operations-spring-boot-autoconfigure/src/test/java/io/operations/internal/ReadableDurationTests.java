package io.operations.internal;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.convert.DurationStyle;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link ReadableDuration}: its units, and how it rounds.
 */
class ReadableDurationTests {

	@ParameterizedTest
	@CsvSource({ "PT0S, 0 s", "PT0.0004S, less than 1 ms", "PT0.34S, 340 ms", "PT0.999S, 999 ms", "PT1S, 1 s",
			"PT2.25S, 2.25 s", "PT3.554S, 3.554 s", "PT9.999S, 9.999 s", "PT12.34S, 12.3 s", "PT30S, 30 s",
			"PT59.94S, 59.9 s", "PT59.95S, 1 min", "PT1M, 1 min", "PT1M3.4S, 1 min 3 s", "PT59M59.4S, 59 min 59 s",
			"PT59M59.5S, 1 h", "PT2H5M29S, 2 h 5 min", "PT23H59M30S, 1 d", "PT24H, 1 d", "PT76H, 3 d 4 h",
			"PT168H, 7 d", "PT-1M-3S, -1 min 3 s" })
	void textHasAtMostTwoUnits(Duration duration, String text) {
		assertThat(ReadableDuration.of(duration)).isEqualTo(text);
	}

	@ParameterizedTest
	@CsvSource({ "PT0S, 0s", "PT0.1S, 100ms", "PT1.5S, 1500ms", "PT90S, 90s", "PT10M, 10m", "PT10M1S, 601s", "PT3H, 3h",
			"P7D, 7d", "PT0.000000001S, 1ns", "PT-1S, -1s" })
	void settingIsExactInTheFormOfAConfigurationFile(Duration duration, String text) {
		assertThat(ReadableDuration.setting(duration)).isEqualTo(text);
		assertThat(DurationStyle.detectAndParse(text)).isEqualTo(duration);
	}

	@Test
	void longestDurationHasAText() {
		assertThat(ReadableDuration.of(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo("106751991166 d 7 h");
		assertThat(ReadableDuration.of(Duration.ofSeconds(Long.MIN_VALUE))).isEqualTo("-106751991166 d 7 h");
		assertThat(ReadableDuration.setting(Duration.ofSeconds(Long.MAX_VALUE, 1))).startsWith("PT");
	}

}
