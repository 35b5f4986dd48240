package io.operations.internal.client;

import java.time.Duration;
import java.time.Instant;

import io.operations.OperationSnapshot;
import io.operations.OperationsException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.web.reactive.function.client.WebClient;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;

class RetryAfterHeaderTests {

	private static final String RUNNING = "{\"status\": \"RUNNING\"}";

	private static final String HUNDRED_DIGITS = "1234567890".repeat(10);

	@RegisterExtension
	static final Endpoint endpoint = new Endpoint();

	@ParameterizedTest
	@ValueSource(ints = { 200, 408, 429, 500, 502, 503 })
	void secondsAreRead(int status) {
		assertThat(retryAfter(status, "7", null)).isEqualTo(Duration.ofSeconds(7));
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 429, 503 })
	void dateIsMeasuredAgainstTheDateOfTheAnswer(int status) {
		assertThat(retryAfter(status, "Sun, 06 Nov 1994 08:49:47 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"))
			.isEqualTo(Duration.ofSeconds(10));
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 429, 503 })
	void missingHeaderIsNone(int status) {
		assertThat(retryAfter(status, null, null)).isNull();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none", textBlock = """
			0                             | none
			-1                            | none
			1.5                           | PT1.5S
			soon                          | none
			''                            | none
			1.2.3                         | none
			Sun, 06 Nov 1994 08:49:27 GMT | none
			Mon, 06 Nov 1995 08:49:37 GMT | PT1H
			31536000                      | PT1H
			""")
	void oddValuesDoNoHarm(String value, @Nullable Duration expected) {
		for (int status : new int[] { 200, 429, 503 }) {
			assertThat(retryAfter(status, value, "Sun, 06 Nov 1994 08:49:37 GMT")).isEqualTo(expected);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 429, 503 })
	void retryAfterWithHundredDigitsIsTheMaximum(int status) {
		assertThat(retryAfter(status, HUNDRED_DIGITS, null)).isEqualTo(Duration.ofHours(1));
	}

	@Test
	void serverTimeIsTheDateOfTheAnswer() {
		endpoint.answers(okJson(RUNNING).withHeader("Date", "Sun, 06 Nov 1994 08:49:37 GMT"));
		assertThat(endpoint.fetch().serverTime()).isEqualTo("1994-11-06T08:49:37Z");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "yesterday", "1994-11-06T08:49:37Z" })
	void serverTimeWhenDateIsUnusableIsThatOfTheScheduler(String date) {
		endpoint.answers(okJson(RUNNING).withHeader("Date", date));
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		time.advanceTimeTo(Instant.parse("2000-01-01T00:00:00Z"));
		OperationSnapshot snapshot = Endpoint.fetch(Endpoint.fetcher(WebClient.builder(), endpoint.url(), time),
				Endpoint.ID);
		assertThat(snapshot.serverTime()).isEqualTo("2000-01-01T00:00:00Z");
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 429, 503 })
	void retryAfterWhenThereAreSeveralIsTheLongest(int status) {
		endpoint.answers(aResponse().withStatus(status)
			.withBody(RUNNING)
			.withHeader("Date", "Sun, 06 Nov 1994 08:49:37 GMT")
			.withHeader("Retry-After", "5", "Sun, 06 Nov 1994 08:49:57 GMT", "7"));
		assertThat((status == 200) ? endpoint.fetch().retryAfter() : endpoint.failure().getRetryAfter())
			.isEqualTo(Duration.ofSeconds(20));
	}

	@ParameterizedTest
	@CsvSource(nullValues = "none", value = { "429, X-RateLimit-Reset, none, PT20S", "429, x-ratelimit-reset, 0, PT20S",
			"503, X-RateLimit-Reset, 0, PT20S", "503, X-RateLimit-Reset, none, none", "200, RateLimit-Reset, 0, PT20S",
			"200, X-RateLimit-Reset, 4, none", "200, X-RateLimit-Reset, none, none" })
	void retryAfterWhenMissingIsTheResetOfTheRateLimit(int status, String name, @Nullable String remaining,
			@Nullable Duration expected) {
		var answer = aResponse().withStatus(status).withBody(RUNNING).withHeader(name, "20");
		if (remaining != null) {
			answer.withHeader(name.replace("Reset", "Remaining").replace("reset", "remaining"), remaining);
		}
		endpoint.answers(answer);
		assertThat((status == 200) ? endpoint.fetch().retryAfter() : endpoint.failure().getRetryAfter())
			.isEqualTo(expected);
	}

	private static @Nullable Duration retryAfter(int status, @Nullable String value, @Nullable String date) {
		var answer = aResponse().withStatus(status).withBody(RUNNING);
		if (value != null) {
			answer.withHeader("Retry-After", value);
		}
		if (date != null) {
			answer.withHeader("Date", date);
		}
		endpoint.answers(answer);
		if (status == 200) {
			return endpoint.fetch().retryAfter();
		}
		OperationsException failure = endpoint.failure();
		assertThat(failure.getStatusCode()).isEqualTo(status);
		return failure.getRetryAfter();
	}

}
