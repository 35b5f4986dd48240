package io.operations.benchmarks.load;

import java.time.Duration;

import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.http.client.reactive.ReactorClientHttpConnector;
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
	 * The account that a client may use before it is measured.
	 */
	static final String WARM_UP = "AC0";

	/**
	 * Return where to warm up.
	 * @return the same of another account
	 */
	Target warmUp() {
		return new Target(this.baseUrl, WARM_UP, Limit.NONE, Duration.ofMillis(50));
	}

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

	/**
	 * Return what operations are begun with, whatever polls are under way.
	 * @return a client with connections of its own
	 */
	WebClient writer() {
		ConnectionProvider connections = ConnectionProvider.builder("writes").pendingAcquireMaxCount(-1).build();
		return webClient().mutate()
			.clientConnector(new ReactorClientHttpConnector(HttpClient.create(connections)))
			.build();
	}

}
