package io.operations.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.operations.MalformedOperationException;
import io.operations.Operation;
import io.operations.OperationFetcher;
import io.operations.OperationFetcherDecorator;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationsListener;
import io.operations.OperationsProduct;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.core.OperationsTemplate;
import io.operations.polling.PollingSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is set, and what beans an application brings, is seen at the endpoint.
 */
@ExtendWith(OutputCaptureExtension.class)
class PropertiesReachTheClientTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	@RegisterExtension
	static final WireMockExtension server = WireMockExtension.newInstance()
		.options(WireMockConfiguration.wireMockConfig().dynamicPort())
		.build();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret",
				"operations.retry.initial-interval=1ms", "operations.rate-limit.requests-per-second=1000",
				"operations.polling.min-interval=5ms", "operations.polling.max-interval=10ms")
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class));

	private void run(TemplateConsumer test, String... properties) {
		this.runner.withPropertyValues("operations.base-url=" + server.baseUrl())
			.withPropertyValues(properties)
			.run((context) -> test.accept(context.getBean(OperationsTemplate.class)));
	}

	private static void answer(String status) {
		server.stubFor(get(anyUrl()).willReturn(okJson("{\"operationId\":\"a\",\"status\":\"" + status + "\"}")));
	}

	private static void answer(int status) {
		server.stubFor(get(anyUrl()).willReturn(aResponse().withStatus(status)));
	}

	@Test
	void withAPathOperationsAreAskedForThere() {
		answer("COMPLETED");
		run((template) -> template.fetch("a").block(MAX_WAIT), "operations.path=/v1/Other/{id}");
		server.verify(getRequestedFor(urlPathEqualTo("/v1/Other/a")).withHeader("Authorization",
				equalTo("Basic U0sxOnNlY3JldA==")));
	}

	@ParameterizedTest
	@EnumSource(OperationsProduct.class)
	void withAProductOperationsAreFetchedFromItsPath(OperationsProduct product) {
		answer(404);
		run((template) -> assertThatExceptionOfType(OperationNotFoundException.class)
			.isThrownBy(() -> template.fetch("a").block(MAX_WAIT))
			.withMessageContaining(product.path()), "operations.product=" + product);
		server.verify(getRequestedFor(urlPathEqualTo(product.path().replace("{id}", "a"))));
	}

	@ParameterizedTest
	@EnumSource(OperationsProduct.class)
	void withAProductItsBaseUrlFollows(OperationsProduct product) {
		this.runner.withPropertyValues("operations.product=" + product, "operations.retry.enabled=false")
			.withBean(WebClientCustomizer.class,
					() -> (builder) -> builder
						.exchangeFunction((request) -> Mono.just(ClientResponse.create(HttpStatus.NOT_FOUND).build())))
			.run((context) -> assertThatExceptionOfType(OperationNotFoundException.class)
				.isThrownBy(() -> context.getBean(OperationsTemplate.class).fetch("a").block(MAX_WAIT))
				.withMessageContaining("(" + product.baseUrl() + ")"));
	}

	@Test
	void withAWordOfAStatusAnOperationEndsWithIt() {
		answer("Active");
		run((template) -> {
			Operation operation = Objects.requireNonNull(template.await("a").block(MAX_WAIT));
			assertThat(operation.status()).isEqualTo(OperationStatus.COMPLETED);
			assertThat(operation.statusText()).isEqualTo("Active");
		}, "operations.status-words.completed=SUCCEEDED,ACTIVE");
	}

	@Test
	void whenTheOperationIsNotFoundBaseUrlAndPathAreNamed() {
		answer(404);
		run((template) -> {
			assertThatExceptionOfType(OperationNotFoundException.class)
				.isThrownBy(() -> template.fetch("a").block(MAX_WAIT))
				.withMessageContainingAll("(" + server.baseUrl() + "/gateway)", "(/v1/Other/{id})")
				.withMessageNotContaining("hidden");
			assertThatExceptionOfType(OperationNotFoundException.class)
				.isThrownBy(() -> template.await("a").block(MAX_WAIT))
				.withMessageContaining("(" + server.baseUrl() + "/gateway)");
		}, "operations.base-url=" + server.baseUrl() + "/gateway", "operations.path=/v1/Other/{id}?key=hidden");
		server.verify(2, getRequestedFor(urlPathEqualTo("/gateway/v1/Other/a")));
	}

	@ParameterizedTest
	@CsvSource({ "/v2, true", "/gateway/v2/, true", "/gateway, false", "/v2/gateway, false", "'', false", "/v, false" })
	void whenTheBaseUrlEndsAsThePathBeginsThereIsAWarning(String path, boolean warned, CapturedOutput output) {
		run((template) -> {
			assertThat(output.toString().contains("twice")).isEqualTo(warned);
			template.mutate().name("other").baseUrl(server.baseUrl() + "/v9").path("/v9/{id}").build().close();
			assertThat(output).contains("[other] The base URL (" + server.baseUrl() + "/v9)");
		}, "operations.base-url=" + server.baseUrl() + path);
	}

	@Test
	void withMaxAttemptsThatManyRequestsAreSent() {
		answer(503);
		run((template) -> assertThatExceptionOfType(OperationsUnavailableException.class)
			.isThrownBy(() -> template.fetch("a").block(MAX_WAIT)), "operations.retry.max-attempts=4");
		server.verify(4, getRequestedFor(anyUrl()));
	}

	@Test
	void withRetryDisabledOneRequestIsSent() {
		answer(503);
		run((template) -> assertThatExceptionOfType(OperationsUnavailableException.class)
			.isThrownBy(() -> template.fetch("a").block(MAX_WAIT)), "operations.retry.enabled=false");
		server.verify(1, getRequestedFor(anyUrl()));
	}

	@Test
	void withRetryDisabledOneRequestIsSentWhateverTheApplicationsRegistrySays() {
		answer(503);
		RetryRegistry registry = RetryRegistry.ofDefaults();
		registry.retry("operations", RetryConfig.custom().maxAttempts(5).build());
		this.runner.withBean(RetryRegistry.class, () -> registry)
			.withPropertyValues("operations.base-url=" + server.baseUrl(), "operations.retry.enabled=false")
			.run((context) -> assertThatExceptionOfType(OperationsUnavailableException.class)
				.isThrownBy(() -> context.getBean(OperationsTemplate.class).fetch("a").block(MAX_WAIT)));
		server.verify(1, getRequestedFor(anyUrl()));
	}

	@Test
	void withTheApplicationsRegistryItsAttemptsAreMade() {
		answer(503);
		RetryRegistry registry = RetryRegistry.ofDefaults();
		registry.retry("operations", RetryConfig.custom().maxAttempts(5).build());
		this.runner.withBean(RetryRegistry.class, () -> registry)
			.withPropertyValues("operations.base-url=" + server.baseUrl())
			.run((context) -> assertThatExceptionOfType(OperationsUnavailableException.class)
				.isThrownBy(() -> context.getBean(OperationsTemplate.class).fetch("a").block(MAX_WAIT)));
		server.verify(5, getRequestedFor(anyUrl()));
	}

	@Test
	void withAStatusAddedItIsRepeated() {
		answer(500);
		run((template) -> assertThatExceptionOfType(OperationsUnavailableException.class)
			.isThrownBy(() -> template.fetch("a").block(MAX_WAIT)), "operations.retry.statuses=500");
		server.verify(3, getRequestedFor(anyUrl()));
	}

	@Test
	void withARetryAfterBeyondTheMaximumAFetchFailsAtOnce() {
		server.stubFor(get(anyUrl()).willReturn(aResponse().withStatus(429).withHeader("Retry-After", "30")));
		run((template) -> assertThatExceptionOfType(OperationsThrottledException.class)
			.isThrownBy(() -> template.fetch("a").block(MAX_WAIT))
			.satisfies((ex) -> assertThat(ex.getRetryAfter()).isEqualTo(Duration.ofSeconds(30))),
				"operations.retry.max-retry-after=20s");
		server.verify(1, getRequestedFor(anyUrl()));
	}

	@Test
	void withARequestTimeoutASlowAnswerIsGivenUp() {
		server.stubFor(get(anyUrl()).willReturn(aResponse().withFixedDelay(2000)));
		run((template) -> assertThatExceptionOfType(OperationsUnavailableException.class)
			.isThrownBy(() -> template.fetch("a").block(MAX_WAIT))
			.withMessageContaining("100ms"), "operations.http.request-timeout=100ms",
				"operations.retry.max-attempts=1");
	}

	@Test
	void withAReadTimeoutASlowAnswerIsGivenUp() {
		server.stubFor(get(anyUrl()).willReturn(aResponse().withFixedDelay(2000)));
		run((template) -> assertThatExceptionOfType(OperationsUnavailableException.class)
			.isThrownBy(() -> template.fetch("a").block(MAX_WAIT))
			.withMessageContaining("ReadTimeout"), "operations.http.read-timeout=100ms",
				"operations.retry.max-attempts=1");
	}

	@Test
	void withAMaximumSizeALargerAnswerIsRefused() {
		server.stubFor(get(anyUrl()).willReturn(okJson("{\"operationId\":\"" + "a".repeat(2000) + "\"}")));
		run((template) -> assertThatExceptionOfType(MalformedOperationException.class)
			.isThrownBy(() -> template.fetch("a").block(MAX_WAIT))
			.withMessageContaining("operations.http.max-response-size"), "operations.http.max-response-size=1KB");
	}

	@Test
	void withAPollingTimeoutAWaitEndsThere() {
		answer("RUNNING");
		run((template) -> assertThatExceptionOfType(OperationTimeoutException.class)
			.isThrownBy(() -> template.await("a").block(MAX_WAIT)), "operations.polling.timeout=100ms");
	}

	@Test
	void withMaxWaitingAFurtherWaitIsRefused() {
		answer("RUNNING");
		run((template) -> {
			var waiting = template.await("a").onErrorComplete().subscribe();
			assertThatExceptionOfType(OperationsThrottledException.class)
				.isThrownBy(() -> template.await("b").block(MAX_WAIT));
			waiting.dispose();
		}, "operations.polling.max-waits=1");
	}

	@Test
	void withMaxQueuedAFurtherFetchIsRefused() {
		answer("RUNNING");
		run((template) -> {
			template.fetch("a").block(MAX_WAIT);
			var queued = template.fetch("b").onErrorComplete().subscribe();
			assertThatExceptionOfType(OperationsThrottledException.class)
				.isThrownBy(() -> template.fetch("c").block(MAX_WAIT))
				.withMessageContaining("operations.rate-limit.max-queued");
			queued.dispose();
		}, "operations.rate-limit.max-queued=1", "operations.rate-limit.requests-per-second=0.01");
	}

	@Test
	void withAnSslBundleThatDoesNotExistTheStartFailsAndNamesIt() {
		this.runner.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
			.withPropertyValues("operations.http.ssl.bundle=none-such")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("operations.http.*")
				.hasStackTraceContaining("none-such"));
	}

	@ParameterizedTest
	@CsvSource({ "operations.writes.admitted=true, 3, true", "operations.writes.admitted=false, 1, false",
			"operations.writes.idempotency-key=false, 3, false", "operations.retry.max-attempts=2, 2, true",
			"operations.product=messages, 3, false" })
	void withPropertiesOfWritesAThrottledWriteIsRepeatedAndHasAKey(String property, int requests, boolean key) {
		server.stubFor(post(anyUrl()).willReturn(aResponse().withStatus(429)));
		run((template) -> assertThatExceptionOfType(WebClientResponseException.TooManyRequests.class).isThrownBy(
				() -> template.getWebClient().post().uri("/v2/x").retrieve().toBodilessEntity().block(MAX_WAIT)),
				property);
		assertThat(server.findAll(postRequestedFor(anyUrl()))).hasSize(requests)
			.allSatisfy((request) -> assertThat(request.containsHeader("Idempotency-Key")).isEqualTo(key));
	}

	@Test
	void theOperationsWebClientCarriesTheCredentialsAndTheBaseUrl() {
		server.stubFor(post(anyUrl()).willReturn(aResponse().withStatus(202)));
		this.runner.withPropertyValues("operations.base-url=" + server.baseUrl())
			.run((context) -> context.getBean("operationsWebClient", WebClient.class)
				.post()
				.uri("/v2/ControlPlane/Configurations")
				.retrieve()
				.toBodilessEntity()
				.block(MAX_WAIT));
		server.verify(postRequestedFor(urlPathEqualTo("/v2/ControlPlane/Configurations")).withHeader("Authorization",
				equalTo("Basic U0sxOnNlY3JldA==")));
	}

	@Test
	void beansOfTheApplicationAreUsed() {
		answer("COMPLETED");
		this.runner.withPropertyValues("operations.base-url=http://unused.localhost")
			.withUserConfiguration(Beans.class)
			.run((context) -> {
				Beans beans = context.getBean(Beans.class);
				OperationsTemplate template = context.getBean(OperationsTemplate.class);
				template.fetch("a").block(MAX_WAIT);
				server.verify(getRequestedFor(anyUrl()).withHeader("X-Customized", equalTo("yes")));
				assertThat(beans.seen).containsExactly("outer", "inner", "fetched a");
				answer("RUNNING");
				assertThatExceptionOfType(OperationTimeoutException.class)
					.isThrownBy(() -> template.await("b", Duration.ofMillis(300)).block(MAX_WAIT));
				assertThat(beans.seen).contains("schedule b");
			});
	}

	@FunctionalInterface
	interface TemplateConsumer {

		void accept(OperationsTemplate template);

	}

	@Configuration(proxyBeanMethods = false)
	static class Beans {

		final List<String> seen = new CopyOnWriteArrayList<>();

		@Bean
		WebClientCustomizer webClientCustomizer() {
			return (builder) -> builder.defaultHeader("X-Customized", "yes");
		}

		@Bean
		OperationsTemplateBuilderCustomizer templateCustomizer() {
			return (builder) -> builder.baseUrl(server.baseUrl());
		}

		@Bean
		OperationFetcherDecorator inner() {
			return decorator("inner", 2);
		}

		@Bean
		OperationFetcherDecorator outer() {
			return decorator("outer", 1);
		}

		@Bean
		OperationsListener listener() {
			return new OperationsListener() {
				@Override
				public void fetched(String client, OperationSnapshot snapshot) {
					Operation operation = snapshot.operation();
					Beans.this.seen.add("fetched " + operation.id());
				}
			};
		}

		@Bean
		PollingSchedule schedule() {
			return (state) -> {
				this.seen.add("schedule " + state.operationId());
				return Duration.ofMillis(10);
			};
		}

		private OperationFetcherDecorator decorator(String name, int order) {
			return new NamedDecorator(name, order, this.seen);
		}

	}

	record NamedDecorator(String name, int order, List<String> seen) implements OperationFetcherDecorator {

		@Override
		public OperationFetcher decorate(OperationFetcher next) {
			return (id) -> Mono.defer(() -> {
				this.seen.add(this.name);
				return next.fetch(id);
			});
		}

		@Override
		public int getOrder() {
			return this.order;
		}

	}

}
