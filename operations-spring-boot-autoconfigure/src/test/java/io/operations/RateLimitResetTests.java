package io.operations;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests when the client may poll again according to the window of a rate limit.
 */
class RateLimitResetTests {

	// In seconds since 1970: 1736937000.
	private static final Instant RECEIVED = Instant.parse("2025-01-15T10:30:00Z");

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none", textBlock = """
			20                            | PT20S
			' 20 '                        | PT20S
			20.5                          | PT20.5S
			0.2                           | PT0.2S
			3601                          | PT1H
			1000000000                    | PT1H
			1736937020                    | PT20S
			1736937020.25                 | PT20.25S
			1736936980                    | none
			1736937000                    | none
			1836937000                    | PT1H
			1736937020500                 | PT20.5S
			1736936980500                 | none
			1736937020500000              | none
			1736937020500000000           | none
			Wed, 15 Jan 2025 10:30:20 GMT | PT20S
			Wed, 15 Jan 2025 10:29:40 GMT | none
			5, 20                         | PT20S
			0                             | none
			-1                            | none
			soon                          | none
			1.2.3                         | none
			2025-01-15T10:30:20Z          | none
			''                            | none
			""")
	void valueIsSecondsOrATime(String value, @Nullable Duration expected) {
		assertThat(retryAfter(429, "X-RateLimit-Reset", value)).isEqualTo(expected);
	}

	@Test
	void timeIsMeasuredAgainstTheDateOfTheAnswer() {
		assertThat(retryAfter(429, "X-RateLimit-Reset", "1736937020", "Date", "Wed, 15 Jan 2025 10:30:15 GMT"))
			.isEqualTo(Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@ValueSource(strings = { "X-RateLimit-Reset", "x-ratelimit-reset", "RateLimit-Reset", "X-Rate-Limit-Reset" })
	void headerHasSeveralNames(String name) {
		assertThat(retryAfter(429, name, "20")).isEqualTo(Duration.ofSeconds(20));
	}

	@Test
	void resetWhenThereAreSeveralIsTheLongest() {
		assertThat(retryAfter(429, "X-RateLimit-Reset", "5", "RateLimit-Reset", "20"))
			.isEqualTo(Duration.ofSeconds(20));
	}

	@ParameterizedTest
	@CsvSource(nullValues = "none", value = { "5, PT5S", "40, PT40S", "0, PT20S", "soon, PT20S" })
	void retryAfterWhenItNamesATimeCountsAlone(String value, @Nullable Duration expected) {
		assertThat(retryAfter(429, "Retry-After", value, "X-RateLimit-Reset", "20")).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource(nullValues = "none", value = { "429, 0, PT20S", "429, soon, PT20S", "429, 3, none", "503, 0, PT20S",
			"503, 3, none", "503, soon, none", "500, 0, PT20S", "404, 3, none", "200, 0, PT20S", "200, 3, none",
			"200, ' 0 ', PT20S", "200, 0.0, PT20S", "200, -1, none", "202, 0, none", "202, 3, none", "304, 0, none" })
	void windowWhenItIsUsedUpCounts(int status, String remaining, @Nullable Duration expected) {
		assertThat(retryAfter(status, "X-RateLimit-Reset", "20", "X-RateLimit-Remaining", remaining))
			.isEqualTo(expected);
		assertThat(retryAfter(status, "RateLimit-Reset", "20", "RateLimit-Remaining", remaining)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 202, 404, 500, 503 })
	void windowWithoutRemainingCountsOnlyForARefusal(int status) {
		assertThat(retryAfter(status, "X-RateLimit-Reset", "20")).isNull();
	}

	@Test
	void exampleOfTheVendorIsObeyed() {
		assertThat(retryAfter(429, "X-RateLimit-Limit", "5", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "45"))
			.isEqualTo(Duration.ofSeconds(45));
	}

	private static @Nullable Duration retryAfter(int status, String... namesAndValues) {
		HttpHeaders headers = new HttpHeaders();
		for (int i = 0; i < namesAndValues.length; i += 2) {
			headers.add(namesAndValues[i], namesAndValues[i + 1]);
		}
		return RetryAfter.of(status, headers, RECEIVED);
	}

}
