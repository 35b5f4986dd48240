package io.operations.sample;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@ExtendWith(OutputCaptureExtension.class)
class DemoTourIT {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	// All but the one that writes.
	private static final Pattern CURL = Pattern.compile("curl (?:-[iN] )?'?(http[^'\\s]+)'?");

	@LocalServerPort
	private int port;

	@Test
	void tourShowsEveryEndAndLeavesEveryMeterBehind(CapturedOutput output) {
		Awaitility.await().atMost(LIMIT).until(() -> output.getOut().contains("/actuator/prometheus"));
		assertThat(output.getOut()).contains("its status is COMPLETED", "is in use", "despite the errors, after");
		assertThat(requestsOfRound(4, output)).isLessThan(requestsOfRound(1, output));
		String metrics = WebClient.builder()
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(-1))
			.baseUrl("http://localhost:" + this.port)
			.build()
			.get()
			.uri("/actuator/prometheus")
			.retrieve()
			.bodyToMono(String.class)
			.block(LIMIT);
		assertThat(metrics).contains("operations_fetch_seconds_count{", "operations_await_seconds_count{",
				"operations_active{", "operations_completed_total{", "operations_duration_seconds_count{",
				"operations_detection_delay_seconds_count{", "operations_polls_count{", "operations_throttled_total{",
				"operations_queued{", "operations_in_flight{", "resilience4j_retry_calls_total{",
				"resilience4j_ratelimiter_available_permissions{", "uri=\"/v2/ControlPlane/Operations/{id}\"");
		assertThat(metrics).doesNotContain("proc_job_");
		warningsAreAnnounced(output.getOut());
		everyUrlOfTheCurlLinesAnswers(output.getOut());
	}

	private static void warningsAreAnnounced(String out) {
		assertThat(out).containsSubsequence("Lines with the logger 'tour' are the tour's own", "1. The server",
				"WARN lines, about throttling or an outage, are expected", "WARN", "despite the errors",
				"WARN line, about the store in memory, is expected", "WARN", "The tour is over");
	}

	private static void everyUrlOfTheCurlLinesAnswers(String out) {
		List<String> urls = CURL.matcher(out).results().map((found) -> found.group(1)).toList();
		assertThat(urls).hasSize(8).anyMatch((url) -> url.contains("/actuator/operations/proc_job_"));
		for (String url : urls) {
			assertThat(WebClient.create().get().uri(URI.create(url)).retrieve().toBodilessEntity().block(LIMIT))
				.extracting(ResponseEntity::getStatusCode)
				.as(url)
				.isEqualTo(HttpStatus.OK);
		}
	}

	private static double requestsOfRound(int round, CapturedOutput output) {
		Matcher matcher = Pattern.compile("round " + round + ": ([0-9.]+) requests").matcher(output.getOut());
		assertThat(matcher.find()).isTrue();
		return Double.parseDouble(matcher.group(1));
	}

}
