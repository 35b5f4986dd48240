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

class RetryAfterTests {

	private static final Instant RECEIVED = Instant.parse("1994-11-06T08:49:37Z");

	@ParameterizedTest
	@CsvSource({ "1, PT1S", "' 120 ', PT2M", "007, PT7S", "1.5, PT1.5S", "0.0001, PT0.001S", "5., PT5S", ".5, PT0.5S",
			"3599, PT59M59S", "3600, PT1H", "3601, PT1H", "31536000, PT1H", "2147483648, PT1H",
			"9223372036854775808, PT1H" })
	void secondsAreReadUpToAnHour(String value, Duration expected) {
		assertThat(retryAfter(value, null)).isEqualTo(expected);
	}

	@Test
	void anyNumberOfDigitsIsRead() {
		assertThat(retryAfter("9".repeat(100), null)).isEqualTo(RetryAfter.MAXIMUM);
		assertThat(retryAfter("9".repeat(100_000), null)).isEqualTo(RetryAfter.MAXIMUM);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "0.0", "-1", "-0.5", "+5", "1e3", "1.2.3", ".", "5 s", "0x10", "NaN", "Infinity", "٥",
			"", "  ", "soon", "PT5S", ",", "soon, later", "06 Nov 1994", "Xyz, 06 Nov 1994 08:49:47 GMT",
			"Sun, 31 Feb 1994 08:49:47 GMT" })
	void textWhenItIsNoTimeIsIgnored(String value) {
		assertThat(retryAfter(value, null)).isNull();
	}

	@Test
	void missingHeaderIsNone() {
		assertThat(RetryAfter.of(new HttpHeaders(), RECEIVED)).isNull();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none", textBlock = """
			Sun, 06 Nov 1994 08:49:47 GMT | none                          | PT10S
			Sun, 06 Nov 1994 08:49:47 GMT | Sun, 06 Nov 1994 08:49:42 GMT | PT5S
			Tue, 15 Nov 2050 08:00:30 GMT | Tue, 15 Nov 2050 08:00:00 GMT | PT30S
			Sun, 06 Nov 1994 08:49:47 GMT | garbage                       | PT10S
			Sun, 06 Nov 1994 08:49:37 GMT | none                          | none
			Sun, 06 Nov 1994 08:49:36 GMT | none                          | none
			Sun, 06 Nov 1994 10:49:47 GMT | none                          | PT1H
			Mon, 06 Nov 1995 08:49:37 GMT | none                          | PT1H
			""")
	void dateIsMeasuredAgainstTheAnswersOwn(String value, @Nullable String date, @Nullable Duration expected) {
		assertThat(retryAfter(value, date)).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none", textBlock = """
			5, 20                                                        | PT20S
			20,5                                                         | PT20S
			1,5                                                          | PT5S
			0, 3                                                         | PT3S
			soon, 3                                                      | PT3S
			, 3,,                                                        | PT3S
			5, Sun, 06 Nov 1994 08:49:47 GMT                             | PT10S
			Sun, 06 Nov 1994 08:49:47 GMT, 5                             | PT10S
			Sun, 06 Nov 1994 08:49:47 GMT, Sun, 06 Nov 1994 08:49:57 GMT | PT20S
			Sunday, 06-Nov-22 08:49:47 GMT,1                             | PT1H
			1, Sunday, 06-Nov-22 08:49:47 GMT                            | PT1H
			Sun Nov  6 08:49:47 1994, 2                                  | PT2S
			Sun, 06 Nov 1994 08:49:27 GMT, 2                             | PT2S
			Sun, 31 Feb 1994 08:49:47 GMT, 2                             | PT2S
			5, 99999999999999999999                                      | PT1H
			""")
	void listCountsByItsLongestTime(String value, Duration expected) {
		assertThat(retryAfter(value, null)).isEqualTo(expected);
	}

	@Test
	void severalHeadersCountByTheLongestTime() {
		HttpHeaders headers = new HttpHeaders();
		headers.add("Retry-After", "5");
		headers.add("retry-after", "soon");
		headers.add("Retry-After", "Sun, 06 Nov 1994 08:49:57 GMT");
		headers.add("Retry-After", "7, 3");
		assertThat(RetryAfter.of(headers, RECEIVED)).isEqualTo(Duration.ofSeconds(20));
	}

	@Test
	void longListCostsLittle() {
		assertThat(retryAfter("a, ".repeat(100_000) + "5", null)).isNull();
		assertThat(retryAfter("5" + ", 1".repeat(100_000), null)).isEqualTo(Duration.ofSeconds(5));
	}

	private static @Nullable Duration retryAfter(String value, @Nullable String date) {
		HttpHeaders headers = new HttpHeaders();
		headers.set(HttpHeaders.RETRY_AFTER, value);
		if (date != null) {
			headers.set(HttpHeaders.DATE, date);
		}
		return RetryAfter.of(headers, RECEIVED);
	}

}
