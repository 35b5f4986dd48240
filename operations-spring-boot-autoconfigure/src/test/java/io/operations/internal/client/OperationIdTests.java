package io.operations.internal.client;

import java.net.URI;
import java.time.Duration;

import io.operations.OperationsException;
import io.operations.OperationsRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class OperationIdTests {

	@RegisterExtension
	static final Endpoint endpoint = new Endpoint();

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			proc_job_01h9d8r0  | proc_job_01h9d8r0
			../../v1/x         | ..%2F..%2Fv1%2Fx
			a/b?c=d#e          | a%2Fb%3Fc%3Dd%23e
			%2e%2e             | %252e%252e
			é ü                | %C3%A9%20%C3%BC
			{x}                | %7Bx%7D
			{id}               | %7Bid%7D
			...                | ...
			a+b&c;d=e:f@g      | a%2Bb%26c%3Bd%3De%3Af%40g
			a\\b               | a%5Cb
			😀                 | %F0%9F%98%80
			""")
	void idIsOneEncodedPathSegment(String id, String segment) {
		endpoint.answersWithOperation();
		assertThat(Endpoint.fetch(endpoint.fetcher(), id).operation().id()).isEqualTo(id);
		assertThat(endpoint.requests()).singleElement()
			.extracting((request) -> request.getUrl())
			.isEqualTo("/v2/ControlPlane/Operations/" + segment);
	}

	@Test
	void idOf512CharactersIsSent() {
		endpoint.answersWithOperation();
		String id = "x".repeat(512);
		assertThat(Endpoint.fetch(endpoint.fetcher(), id).operation().id()).isEqualTo(id);
	}

	static String[] refusedIds() {
		return new String[] { "", "   ", "\t", "\u2003", ".", "..", "x".repeat(513), "a\nb", "a\r\nb", "a\u0000",
				"a\u007f", "\u0085a" };
	}

	@ParameterizedTest
	@MethodSource("refusedIds")
	void fetchWhenIdIsInvalidFailsBeforeAnyRequest(String id) {
		endpoint.answersWithOperation();
		OperationsException failure = Endpoint.failure(endpoint.fetcher(), id);
		assertThat(failure).isInstanceOf(OperationsRequestException.class)
			.hasMessageContaining("No request was sent")
			.message()
			.matches("\\P{Cntrl}+")
			.hasSizeLessThan(400);
		assertThat(failure.getOperationId()).isEqualTo(id);
		assertThat(failure.getStatusCode()).isNull();
		assertThat(failure.isTransient()).isFalse();
		assertThat(endpoint.requests()).isEmpty();
	}

	@Test
	@SuppressWarnings("NullAway")
	void nullIsNoId() {
		endpoint.answersWithOperation();
		StepVerifier.create(endpoint.fetcher().fetch(null))
			.expectError(NullPointerException.class)
			.verify(Duration.ofSeconds(30));
		assertThat(endpoint.requests()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "'', /v1/{id}, /v1/a%2Fb", "/proxy/x/, /v1/{id}/status, /proxy/x/v1/a%2Fb/status",
			"/proxy, /v1?op={id}&x=y, /proxy/v1?op=a%2Fb&x=y" })
	void baseUrlAndPathMayBeAny(String prefix, String path, String expected) {
		endpoint.answersWithOperation();
		WebClientOperationFetcher fetcher = new WebClientOperationFetcher(WebClient.create(), Endpoint.FORMAT,
				URI.create(endpoint.url() + prefix), path, Duration.ofSeconds(15), Schedulers.parallel());
		Endpoint.fetch(fetcher, "a/b");
		assertThat(endpoint.requests()).singleElement().extracting((request) -> request.getUrl()).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "v2/{id}", "/v2", "/v2/{ID}", "/v2/{id}/{id}" })
	void pathMustHoldTheIdOnce(String path) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new WebClientOperationFetcher(WebClient.create(), Endpoint.FORMAT, endpoint.url(), path,
					Duration.ofSeconds(15), Schedulers.parallel()))
			.withMessageContaining("'path'");
	}

}
