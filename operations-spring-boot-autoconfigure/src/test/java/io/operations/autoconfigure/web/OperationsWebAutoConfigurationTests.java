package io.operations.autoconfigure.web;

import java.net.ConnectException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

import io.operations.Operation;
import io.operations.OperationFailedException;
import io.operations.OperationStatus;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.codec.autoconfigure.CodecsAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.AbstractApplicationContextRunner;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.servlet.client.MockMvcWebTestClient;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Problem details on both web stacks.
 */
@ExtendWith(OutputCaptureExtension.class)
class OperationsWebAutoConfigurationTests {

	private static final String ENABLED = "operations.web.problem-details=true";

	@Test
	void withoutWebApplicationThereIsNoHandler() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(OperationsWebAutoConfiguration.class))
			.withPropertyValues(ENABLED)
			.run((context) -> assertThat(context).doesNotHaveBean(OperationsProblemDetailsHandler.class));
	}

	@ParameterizedTest
	@EnumSource
	void byDefaultThereIsNoHandler(Stack stack) {
		stack.runner()
			.run((context) -> assertThat(context.getBeanNamesForType(OperationsProblemDetailsHandler.class)).isEmpty());
	}

	@ParameterizedTest
	@EnumSource
	void exceptionIsAnsweredWithAProblem(Stack stack) {
		run(stack,
				(client) -> client.get()
					.uri("/throttled")
					.exchange()
					.expectStatus()
					.isEqualTo(503)
					.expectHeader()
					.contentType(MediaType.APPLICATION_PROBLEM_JSON)
					.expectHeader()
					.valueEquals("Retry-After", "2")
					.expectBody()
					.jsonPath("$.status")
					.isEqualTo(503)
					.jsonPath("$.title")
					.isEqualTo("Service Unavailable")
					.jsonPath("$.operationId")
					.isEqualTo("op1")
					.jsonPath("$.instance")
					.isEqualTo("/throttled"));
	}

	@ParameterizedTest
	@EnumSource
	void exceptionInAWrapperIsAnsweredWithAProblem(Stack stack) {
		run(stack, (client) -> client.get().uri("/wrapped").exchange().expectStatus().isEqualTo(503));
	}

	@ParameterizedTest
	@EnumSource
	void eventsThatCannotBeginAreAnsweredWithAProblem(Stack stack) {
		run(stack,
				(client) -> client.get()
					.uri("/events")
					.accept(MediaType.TEXT_EVENT_STREAM)
					.exchange()
					.expectStatus()
					.isEqualTo(503)
					.expectHeader()
					.contentType(MediaType.APPLICATION_PROBLEM_JSON));
	}

	@ParameterizedTest
	@EnumSource
	void otherExceptionIsLeftToTheApplication(Stack stack) {
		run(stack, (client) -> client.get().uri("/other").exchange().expectBody(String.class).isEqualTo("general"),
				GeneralAdvice.class);
	}

	@ParameterizedTest
	@EnumSource
	void handlerOfTheControllerWins(Stack stack) {
		run(stack, (client) -> client.get().uri("/own").exchange().expectStatus().isEqualTo(418));
	}

	@ParameterizedTest
	@EnumSource
	void adviceOfTheApplicationWins(Stack stack) {
		run(stack, (client) -> {
			client.get().uri("/failed").exchange().expectStatus().isEqualTo(422);
			client.get().uri("/throttled").exchange().expectStatus().isEqualTo(503);
		}, FailedAdvice.class);
	}

	@ParameterizedTest
	@EnumSource
	void generalAdviceOfTheApplicationWins(Stack stack) {
		run(stack, (client) -> client.get().uri("/throttled").exchange().expectBody(String.class).isEqualTo("general"),
				GeneralAdvice.class);
	}

	@ParameterizedTest
	@EnumSource
	void messageForTheOperatorIsInTheLogAndNotInTheResponse(Stack stack, CapturedOutput output) {
		run(stack, (client) -> {
			String body = client.get()
				.uri("/rejected")
				.exchange()
				.expectStatus()
				.isEqualTo(502)
				.expectBody(String.class)
				.returnResult()
				.getResponseBody();
			assertThat(body).contains("RQ1").doesNotContain("operations.api-key").doesNotContain("AC1");
		});
		assertThat(output).contains("is answered with HTTP 502: Check operations.api-key");
	}

	@ParameterizedTest
	@EnumSource
	void transientErrorIsNotLogged(Stack stack, CapturedOutput output) {
		run(stack, (client) -> client.get().uri("/throttled").exchange().expectStatus().isEqualTo(503));
		assertThat(output).doesNotContain("is answered with");
	}

	@ParameterizedTest
	@EnumSource
	void failedWriteIsLoggedBecauseNothingElseReportsIt(Stack stack, CapturedOutput output) {
		run(stack, (client) -> client.get().uri("/write").exchange().expectStatus().isEqualTo(503));
		assertThat(output).contains("is answered with HTTP 503: The write failed. Check operations.base-url.");
	}

	private static void run(Stack stack, Consumer<WebTestClient> test, Class<?>... advices) {
		stack.runner()
			.withPropertyValues(ENABLED)
			.withUserConfiguration(TestController.class, OwnController.class)
			.withUserConfiguration(advices)
			.run((context) -> test.accept(stack.client(context)));
	}

	enum Stack {

		MVC {
			@Override
			AbstractApplicationContextRunner<?, ?, ?> runner() {
				return new WebApplicationContextRunner().withConfiguration(AutoConfigurations.of(
						JacksonAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class,
						WebMvcAutoConfiguration.class, OperationsWebAutoConfiguration.class));
			}

			@Override
			WebTestClient client(ApplicationContext context) {
				return MockMvcWebTestClient.bindToApplicationContext((WebApplicationContext) context).build();
			}
		},

		WEBFLUX {
			@Override
			AbstractApplicationContextRunner<?, ?, ?> runner() {
				return new ReactiveWebApplicationContextRunner().withConfiguration(
						AutoConfigurations.of(JacksonAutoConfiguration.class, CodecsAutoConfiguration.class,
								HttpHandlerAutoConfiguration.class, WebFluxAutoConfiguration.class,
								ErrorWebFluxAutoConfiguration.class, OperationsWebAutoConfiguration.class));
			}

			@Override
			WebTestClient client(ApplicationContext context) {
				return WebTestClient.bindToApplicationContext(context).build();
			}
		};

		abstract AbstractApplicationContextRunner<?, ?, ?> runner();

		abstract WebTestClient client(ApplicationContext context);

	}

	@RestController
	static class TestController {

		@GetMapping("/throttled")
		Mono<String> throttled() {
			return Mono.error(new OperationsThrottledException("full", "op1", Duration.ofMillis(1001)));
		}

		@GetMapping("/wrapped")
		Mono<String> wrapped() {
			return Mono
				.error(new CompletionException(new OperationsThrottledException("full", "op1", (Duration) null)));
		}

		@GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> events() {
			return Flux.error(new OperationsThrottledException("full", "op1", Duration.ofSeconds(1)));
		}

		@GetMapping("/failed")
		Mono<String> failed() {
			return Mono.error(new OperationFailedException(
					new Operation("op1", OperationStatus.FAILED, "FAILED", null, null, null, null, Map.of(), Map.of()),
					null));
		}

		@GetMapping("/rejected")
		String rejected() {
			throw new OperationsAuthenticationException("Check operations.api-key.", "op1",
					new OperationsErrorResponse(401, 20003, "AC1", "RQ1", null, null));
		}

		@GetMapping("/write")
		Mono<String> write() {
			return Mono.error(new OperationsUnavailableException("The write failed. Check operations.base-url.", null,
					new ConnectException("refused")));
		}

		@GetMapping("/other")
		Mono<String> other() {
			return Mono.error(new IllegalStateException("other"));
		}

	}

	@RestController
	static class OwnController {

		@GetMapping("/own")
		Mono<String> own() {
			return Mono.error(new OperationsThrottledException("full", "op1", Duration.ofSeconds(1)));
		}

		@ExceptionHandler
		ResponseEntity<String> handle(OperationsThrottledException ex) {
			return ResponseEntity.status(418).body("own");
		}

	}

	@RestControllerAdvice
	static class FailedAdvice {

		@ExceptionHandler
		ResponseEntity<String> handle(OperationFailedException ex) {
			return ResponseEntity.status(422).body("failed");
		}

	}

	@RestControllerAdvice
	static class GeneralAdvice {

		@ExceptionHandler
		ResponseEntity<String> handle(Exception ex) {
			return ResponseEntity.ok("general");
		}

	}

}
