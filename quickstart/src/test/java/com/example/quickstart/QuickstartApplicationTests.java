package com.example.quickstart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application answers the request of the README.
 */
class QuickstartApplicationTests {

	@Test
	void theApplicationAnswersWithTheIdOfTheNewConfiguration() throws IOException, InterruptedException {
		SpringApplication.Running running = SpringApplication.from(QuickstartApplication::main)
			.with(TestQuickstartApplication.Simulator.class)
			.run("--server.port=0");
		try (ConfigurableApplicationContext context = running.getApplicationContext()) {
			String port = context.getEnvironment().getRequiredProperty("local.server.port");
			HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/configurations"))
				.header("Content-Type", "application/json")
				.POST(HttpRequest.BodyPublishers.ofString("{\"displayName\":\"support\"}"))
				.build();
			HttpResponse<String> response = HttpClient.newHttpClient()
				.send(request, HttpResponse.BodyHandlers.ofString());
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).startsWith("cfg_configuration_");
		}
	}

}
