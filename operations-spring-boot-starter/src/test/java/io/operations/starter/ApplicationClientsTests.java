package io.operations.starter;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The HTTP clients of an application's own, over https, with the starter on the class
 * path.
 */
class ApplicationClientsTests {

	private static final String PATH = "/v2/ControlPlane/Operations/" + HttpsEndpoint.ID;

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientsOfTheApplicationReachHttps(boolean enabled) {
		try (ConfigurableApplicationContext context = StarterApplication.run("operations.enabled=" + enabled,
				"spring.http.clients.ssl.bundle=api"); HttpsEndpoint endpoint = HttpsEndpoint.asking("authority")) {
			assertThat(webClient(context, endpoint)).contains(HttpsEndpoint.ID);
			assertThat(restClient(context).get().uri(endpoint.url() + PATH).retrieve().body(String.class))
				.contains(HttpsEndpoint.ID);
		}
	}

	private static String webClient(ConfigurableApplicationContext context, HttpsEndpoint endpoint) {
		return context.getBean(WebClient.Builder.class)
			.build()
			.get()
			.uri(endpoint.url() + PATH)
			.retrieve()
			.bodyToMono(String.class)
			.block(Duration.ofSeconds(20));
	}

	// What Boot's RestClient.Builder is made of: its module is not the starter's.
	private static RestClient restClient(ConfigurableApplicationContext context) {
		HttpClientSettings settings = context.getBean(HttpClientSettings.class);
		return RestClient.builder()
			.requestFactory(context.getBean(ClientHttpRequestFactoryBuilder.class).build(settings))
			.build();
	}

}
