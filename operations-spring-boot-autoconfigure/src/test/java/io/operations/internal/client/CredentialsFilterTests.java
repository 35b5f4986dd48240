package io.operations.internal.client;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

import io.operations.BasicCredentials;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.WebClient;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CredentialsFilterTests {

	private static final String SECRET = "top-secret-word";

	private static final OperationsCredentials CREDENTIALS = OperationsCredentials.of("SK1", SECRET);

	@RegisterExtension
	static final Endpoint endpoint = new Endpoint();

	@RegisterExtension
	static final Endpoint elsewhere = new Endpoint();

	@Test
	void requestsToTheBaseUrlCarryTheCredentials() {
		endpoint.answersWithOperation();
		Endpoint.fetch(endpoint.fetcher(webClient(endpoint.url(), CREDENTIALS)), Endpoint.ID);
		assertThat(authorizations(endpoint)).containsExactly(basic("SK1", SECRET));
	}

	@Test
	void requestToTheSameOriginCarriesCredentials() {
		endpoint.answersWithOperation();
		get(endpoint.url() + "/any/where");
		assertThat(authorizations(endpoint)).containsExactly(basic("SK1", SECRET));
	}

	@Test
	void requestToAnotherPortCarriesNoCredentials() {
		elsewhere.answersWithOperation();
		get(elsewhere.url() + "/v2");
		assertThat(elsewhere.requests()).singleElement()
			.satisfies((request) -> assertThat(request.containsHeader(HttpHeaders.AUTHORIZATION)).isFalse());
	}

	@Test
	void requestToAnotherHostCarriesNoCredentials() {
		endpoint.answersWithOperation();
		get("http://127.0.0.1:" + endpoint.url().getPort() + "/v2");
		assertThat(endpoint.requests()).singleElement()
			.satisfies((request) -> assertThat(request.containsHeader(HttpHeaders.AUTHORIZATION)).isFalse());
	}

	@Test
	void redirectToAnotherOriginIsNotFollowed() {
		endpoint.answers(aResponse().withStatus(307).withHeader("Location", elsewhere.url() + "/v2"));
		elsewhere.answersWithOperation();
		Endpoint.failure(endpoint.fetcher(webClient(endpoint.url(), CREDENTIALS)), Endpoint.ID);
		assertThat(elsewhere.requests()).isEmpty();
	}

	@Test
	void eachRequestReadsTheCredentialsAgain() {
		endpoint.answersWithOperation();
		Iterator<BasicCredentials> rotation = List
			.of(new BasicCredentials("SK1", "old"), new BasicCredentials("SK2", "new"))
			.iterator();
		WebClientOperationFetcher fetcher = endpoint.fetcher(webClient(endpoint.url(), rotation::next));
		Endpoint.fetch(fetcher, Endpoint.ID);
		Endpoint.fetch(fetcher, Endpoint.ID);
		assertThat(authorizations(endpoint)).containsExactly(basic("SK1", "old"), basic("SK2", "new"));
	}

	@Test
	void credentialsReplaceThoseOfARequest() {
		endpoint.answersWithOperation();
		WebClient.Builder builder = webClient(endpoint.url(), CREDENTIALS).defaultHeader(HttpHeaders.AUTHORIZATION,
				"Bearer other");
		Endpoint.fetch(endpoint.fetcher(builder), Endpoint.ID);
		assertThat(authorizations(endpoint)).containsExactly(basic("SK1", SECRET));
	}

	@Test
	void filtersDoNotSeeTheCredentials() {
		endpoint.answersWithOperation();
		List<HttpHeaders> seen = new ArrayList<>();
		ExchangeFilterFunction logging = (request, next) -> {
			seen.add(request.headers());
			assertThat(request.toString()).doesNotContain(basic("SK1", SECRET));
			return next.exchange(request);
		};
		WebClient.Builder builder = WebClient.builder()
			.filter(logging)
			.filter(new CredentialsFilter(endpoint.url(), CREDENTIALS))
			.filter(logging);
		Endpoint.fetch(endpoint.fetcher(builder), Endpoint.ID);
		assertThat(authorizations(endpoint)).containsExactly(basic("SK1", SECRET));
		assertThat(seen).hasSize(2).noneMatch((headers) -> headers.containsHeader(HttpHeaders.AUTHORIZATION));
	}

	@Test
	void requestWithoutAcceptHeaderGetsOne() {
		endpoint.answersWithOperation();
		get(endpoint.url() + "/v2");
		get(webClient(endpoint.url(), CREDENTIALS).defaultHeader(HttpHeaders.ACCEPT, "text/csv").build(),
				endpoint.url() + "/v2");
		WebClient copying = webClient(endpoint.url(), CREDENTIALS)
			.filter((request, next) -> next.exchange(ClientRequest.from(request).build()))
			.build();
		get(copying, endpoint.url() + "/v2");
		assertThat(endpoint.requests()).extracting((request) -> request.getHeader(HttpHeaders.ACCEPT))
			.containsExactlyInAnyOrder("application/json, application/problem+json", "text/csv",
					"application/json, application/problem+json");
	}

	@Test
	void copyOfARequestCarriesCredentialsToTheirOriginOnly() {
		endpoint.answersWithOperation();
		elsewhere.answersWithOperation();
		WebClient client = webClient(endpoint.url(), CREDENTIALS).filter(
				(request, next) -> next.exchange(ClientRequest.from(request).header("Idempotency-Key", "k").build()))
			.build();
		get(client, endpoint.url() + "/v2");
		assertThat(authorizations(endpoint)).containsExactly(basic("SK1", SECRET));
		WebClient diverted = client.mutate()
			.filter((request, next) -> next
				.exchange(ClientRequest.from(request).url(URI.create(elsewhere.url() + "/v2")).build()))
			.build();
		get(diverted, endpoint.url() + "/v2");
		assertThat(elsewhere.requests()).hasSize(1)
			.allSatisfy((request) -> assertThat(request.containsHeader(HttpHeaders.AUTHORIZATION)).isFalse());
	}

	@ParameterizedTest
	@CsvSource({ "https://h.example, https://H.EXAMPLE:443/x, true", "http://h.example:80/a, HTTP://h.example, true",
			"https://h.example, http://h.example, false", "https://h.example, https://h.example:444, false",
			"https://h.example, https://h.example.evil.example, false",
			"https://h.example, https://h.example@evil.example, false" })
	void originIsSchemeHostAndPort(URI one, URI other, boolean same) {
		assertThat(Origin.of(one)).isNotNull();
		assertThat(Origin.of(other)).isNotNull();
		assertThat(Objects.equals(Origin.of(one), Origin.of(other))).isEqualTo(same);
	}

	@Test
	void baseUrlMustBeAbsolute() {
		assertThatIllegalArgumentException().isThrownBy(() -> new CredentialsFilter(URI.create("/v2"), CREDENTIALS))
			.withMessage("'baseUrl' must be absolute");
	}

	@Test
	void nothingShowsTheSecret() {
		endpoint.answers(aResponse().withStatus(401));
		CredentialsFilter filter = new CredentialsFilter(endpoint.url(), CREDENTIALS);
		WebClientOperationFetcher fetcher = endpoint.fetcher(webClient(endpoint.url(), CREDENTIALS));
		OperationsException failure = Endpoint.failure(fetcher, Endpoint.ID);
		assertThat(authorizations(endpoint)).hasSize(1);
		String encoded = basic("SK1", SECRET).substring("Basic ".length());
		for (Object holder : List.of(CREDENTIALS, CREDENTIALS.get(), filter, fetcher, failure)) {
			assertThat(holder.toString()).doesNotContain(SECRET, encoded);
		}
		assertThat(Throwables.getStackTrace(failure)).contains("HTTP 401").doesNotContain(SECRET, encoded);
	}

	private static void get(String url) {
		get(webClient(endpoint.url(), CREDENTIALS).build(), url);
	}

	private static void get(WebClient client, String url) {
		client.get().uri(url).retrieve().toBodilessEntity().block(Duration.ofSeconds(30));
	}

	private static WebClient.Builder webClient(URI baseUrl, OperationsCredentials credentials) {
		return WebClient.builder().filter(new CredentialsFilter(baseUrl, credentials));
	}

	private static List<String> authorizations(Endpoint endpoint) {
		return endpoint.requests().stream().map((request) -> request.getHeader(HttpHeaders.AUTHORIZATION)).toList();
	}

	private static String basic(String username, String password) {
		return "Basic " + HttpHeaders.encodeBasicAuth(username, password, null);
	}

}
