package io.operations.core;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationStatus;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.polling.PollingSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests the documented words, errors and responses to writes of every product, with each
 * HTTP client.
 */
class DocumentedFormsTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	@RegisterExtension
	static final WireMockExtension server = WireMockExtension.newInstance()
		.options(WireMockConfiguration.wireMockConfig().dynamicPort())
		.build();

	private static final Map<BothConnectorsTests.Connector, ClientHttpConnector> CONNECTORS = Map.of(
			BothConnectorsTests.Connector.REACTOR, BothConnectorsTests.Connector.REACTOR.direct(),
			BothConnectorsTests.Connector.JDK, BothConnectorsTests.Connector.JDK.direct());

	private final List<OperationsTemplate> templates = new ArrayList<>();

	@AfterEach
	void close() {
		this.templates.forEach(OperationsTemplate::close);
	}

	@ParameterizedTest
	@MethodSource("words")
	void fetchReadsEachWordWhateverItsCase(DocumentedForm form, BothConnectorsTests.Connector connector, String word,
			OperationStatus status) {
		for (String spelling : List.of(word, word.toLowerCase(Locale.ROOT))) {
			answer(form, jsonResponse(form.operation(spelling), 200));
			Operation operation = fetch(form, connector);
			assertThat(operation.status()).isEqualTo(status);
			assertThat(operation.statusText()).isEqualTo(spelling);
			assertThat(operation.answeredId()).isEmpty();
			assertThat(operation.createdAt()).isBetween(DocumentedForm.CREATED, DocumentedForm.CREATED.plusMillis(999));
			assertThat(operation.completedAt()).isEqualTo(status.isTerminal() ? DocumentedForm.ENDED : null);
		}
	}

	@ParameterizedTest
	@MethodSource("terminalWords")
	void awaitEndsWithEachTerminalWord(DocumentedForm form, BothConnectorsTests.Connector connector, String word,
			OperationStatus status) {
		answer(form, jsonResponse(form.operation(form.running()), 200), jsonResponse(form.operation(word), 200));
		Mono<Operation> wait = template(form, connector).await(form.id, MAX_WAIT);
		switch (status) {
			case COMPLETED -> assertThat(block(wait).statusText()).isEqualTo(word);
			case FAILED -> {
				OperationFailedException failure = failure(OperationFailedException.class, wait);
				assertThat(failure.getOperation().errorText().orElse(null)).isEqualTo(form.errorText);
				assertThat(failure).hasMessageContaining((form.errorText != null) ? form.errorText : form.id);
			}
			default -> assertThat(failure(OperationCancelledException.class, wait).getOperation().statusText())
				.isEqualTo(word);
		}
	}

	@ParameterizedTest
	@MethodSource("terminalWords")
	void watchEmitsEachWordUpToTheEnd(DocumentedForm form, BothConnectorsTests.Connector connector, String word,
			OperationStatus status) {
		answer(form, jsonResponse(form.operation(form.running()), 200), jsonResponse(form.operation(word), 200));
		List<String> texts = block(template(form, connector).watch(form.id).map(Operation::statusText).collectList());
		assertThat(texts).containsExactly(form.running(), word);
	}

	@ParameterizedTest
	@MethodSource("faults")
	void fetchWhenServerRefusesFailsWithCodeAndMessage(DocumentedForm form, BothConnectorsTests.Connector connector,
			int status) {
		answer(form,
				aResponse().withStatus(status)
					.withHeader("Content-Type", "application/problem+json")
					.withHeader((form == DocumentedForm.INSIGHTS_QUERIES) ? "X-RateLimit-Reset" : "Retry-After", "45")
					.withBody(form.fault));
		OperationsException failure = failure(OperationsException.class, template(form, connector).fetch(form.id));
		assertThat(failure.getStatusCode()).isEqualTo(status);
		assertThat(failure.getServerMessage()).isEqualTo("Refused");
		assertThat(failure.getCode()).isEqualTo((form == DocumentedForm.COHORTS) ? null : Integer.valueOf(20004));
		if (status == 429) {
			assertThat(failure.getRetryAfter()).isEqualTo(Duration.ofSeconds(45));
		}
	}

	@ParameterizedTest
	@MethodSource("forms")
	void answerToAWriteNamesTheOperation(DocumentedForm form, BothConnectorsTests.Connector connector) {
		HttpHeaders headers = new HttpHeaders();
		form.acceptedHeaders(server.baseUrl()).forEach(headers::set);
		ResponseDefinitionBuilder answer = aResponse().withStatus(202)
			.withHeader("Content-Type", "application/json")
			.withBody(form.acceptedBody(server.baseUrl()));
		form.acceptedHeaders(server.baseUrl()).forEach(answer::withHeader);
		server.stubFor(post(urlPathEqualTo("/write")).willReturn(answer));
		answer(form, jsonResponse(form.operation("COMPLETED"), 200));
		OperationsTemplate template = template(form, connector);
		AcceptedOperation accepted = block(
				template.getWebClient().post().uri("/write").exchangeToMono(AcceptedOperation::from));
		assertThat(accepted.id()).isEqualTo(form.id);
		assertThat(accepted.retryAfter())
			.isEqualTo(headers.containsHeader("Retry-After") ? Duration.ofSeconds(3) : null);
		URI statusUrl = accepted.statusUrl();
		assertThat(statusUrl == null || statusUrl.getPath().equals(path(form))).isTrue();
		assertThat(template.serves(accepted)).isTrue();
		AcceptedOperation atOnce = new AcceptedOperation(accepted.id(), statusUrl, null, accepted.related());
		assertThat(block(template.await(atOnce, MAX_WAIT)).status()).isEqualTo(OperationStatus.COMPLETED);
	}

	@ParameterizedTest
	@MethodSource("forms")
	void fetchWhenOperationIsCompletedReturnsItsResult(DocumentedForm form, BothConnectorsTests.Connector connector) {
		answer(form, jsonResponse(form.operation("COMPLETED"), 200));
		Operation operation = fetch(form, connector);
		switch (form) {
			case CONVERSATIONS -> assertThat(operation.configurationId()).contains("conf_1");
			case MEMORY, KNOWLEDGE -> {
				assertThat(operation.resultId()).contains("result_1");
				assertThat(operation.resultUrl())
					.hasValueSatisfying((url) -> assertThat(url.getPath()).endsWith("result_1"));
			}
			case COHORTS -> assertThat(operation.details()).containsEntry("result",
					Map.of("cohortSnapshotId", "s_1", "profileCount", 12));
			case INSIGHTS_QUERIES -> assertThat(operation.resultId()).contains(form.id);
			case VOICE_TRANSCRIPTIONS -> assertThat(operation.details()).containsKey("transcription");
			case MESSAGES, EMAILS, SENDER_POOLS, PUSH_NOTIFICATIONS ->
				assertThat(operation.stats()).containsExactly(Map.entry("total", 5L), Map.entry("recipients", 5L),
						Map.entry("sent", 3L), Map.entry("failed", 2L));
		}
		boolean counts = form.product.path().startsWith("/v1/") && form != DocumentedForm.MEMORY;
		assertThat(operation.stats().isEmpty()).isEqualTo(!counts);
	}

	static Stream<Arguments> forms() {
		return Stream.of(DocumentedForm.values())
			.flatMap((form) -> Stream.of(BothConnectorsTests.Connector.values())
				.map((connector) -> Arguments.of(form, connector)));
	}

	static Stream<Arguments> words() {
		return forms().flatMap((each) -> ((DocumentedForm) Objects.requireNonNull(each.get()[0])).words.entrySet()
			.stream()
			.map((word) -> Arguments.of(each.get()[0], each.get()[1], word.getKey(), word.getValue())));
	}

	static Stream<Arguments> terminalWords() {
		return words().filter((each) -> ((OperationStatus) Objects.requireNonNull(each.get()[3])).isTerminal());
	}

	static Stream<Arguments> faults() {
		return forms().flatMap((each) -> Stream.of(400, 401, 404, 429, 500, 503)
			.map((status) -> Arguments.of(each.get()[0], each.get()[1], status)));
	}

	private static String path(DocumentedForm form) {
		return form.product.path().replace("{id}", form.id);
	}

	private static void answer(DocumentedForm form, ResponseDefinitionBuilder... answers) {
		for (int i = 0; i < answers.length; i++) {
			server.stubFor(get(urlPathEqualTo(path(form))).inScenario("polls")
				.whenScenarioStateIs((i == 0) ? Scenario.STARTED : "answered " + i)
				.willReturn(answers[i])
				.willSetStateTo("answered " + Math.min(i + 1, answers.length - 1)));
		}
		if (answers.length == 1) {
			server.stubFor(get(urlPathEqualTo(path(form))).willReturn(answers[0]));
		}
	}

	private OperationsTemplate template(DocumentedForm form, BothConnectorsTests.Connector connector) {
		OperationsTemplate template = OperationsTemplate
			.builder(WebClient.builder().clientConnector(Objects.requireNonNull(CONNECTORS.get(connector))))
			.product(form.product)
			.baseUrl(server.baseUrl())
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.retryEnabled(false)
			.polling(new PollingSettings(Duration.ofMillis(5), Duration.ofMillis(20), MAX_WAIT, 100,
					Duration.ofMinutes(5), 8))
			.build();
		this.templates.add(template);
		return template;
	}

	private Operation fetch(DocumentedForm form, BothConnectorsTests.Connector connector) {
		return block(template(form, connector).fetch(form.id));
	}

	private static <T> T block(Mono<T> mono) {
		return Objects.requireNonNull(mono.block(MAX_WAIT));
	}

	private static <T extends Throwable> T failure(Class<T> type, Mono<?> mono) {
		return Objects.requireNonNull(catchThrowableOfType(type, () -> mono.block(MAX_WAIT)));
	}

}
