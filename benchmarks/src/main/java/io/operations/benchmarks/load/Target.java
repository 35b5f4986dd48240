package io.operations.benchmarks.load;

import java.time.Duration;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * What a client polls, and what it is told of it.
 *
 * @param baseUrl the server
 * @param account whose operations they are
 * @param limit what the account is allowed
 * @param interval the interval of the clients whose interval is fixed
 */
record Target(String baseUrl, String account, Limit limit, Duration interval) {

	/**
	 * Return what the clients without an HTTP client of their own ask with.
	 * @return the client
	 */
	WebClient webClient() {
		return WebClient.builder()
			.baseUrl(this.baseUrl)
			.defaultHeader("Authorization", StubServer.authorization(this.account))
			.build();
	}

}
