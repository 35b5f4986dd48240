package io.operations.test;

import java.nio.charset.StandardCharsets;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.common.FatalStartupException;
import com.github.tomakehurst.wiremock.core.Options;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import org.jspecify.annotations.Nullable;

/**
 * Runs the HTTP server of the simulator: WireMock, configured to be small and quick and
 * to leave the rest of the process alone.
 */
final class SimulatorServer {

	private static final String LOOPBACK = "127.0.0.1";

	private static final int THREADS = 16;

	private static final long IDLE_MILLIS = 300_000;

	private final int port;

	private final boolean https;

	private final WireMockServer server;

	SimulatorServer(int port, @Nullable KeyStoreFile keyStore, SimulatedEndpoint endpoint) {
		this.port = port;
		this.https = (keyStore != null);
		this.server = new WireMockServer(listener(port, keyStore).bindAddress(LOOPBACK)
			.http2PlainDisabled(true)
			.jettyAcceptors(1)
			.containerThreads(THREADS)
			// A delayed answer must not hold a thread.
			.asynchronousResponseEnabled(true)
			.asynchronousResponseThreads(4)
			// Longer than clients keep idle connections, so that none is reused as it
			// closes.
			.jettyIdleTimeout(IDLE_MILLIS)
			.jettyStopTimeout(0L)
			.gzipDisabled(true)
			.useChunkedTransferEncoding(Options.ChunkedEncodingPolicy.NEVER)
			.disableRequestJournal()
			// This path does not exist. By default WireMock reads the mappings under
			// src/test/resources, which belong to the application.
			.usingFilesUnderClasspath("io/operations/test/no-mappings")
			.disableOptimizeXmlFactoriesLoading(true)
			.extensionScanningEnabled(false)
			.adminAuthenticator((request) -> false)
			.extensions(new EndpointTransformer(endpoint)));
	}

	private static WireMockConfiguration listener(int port, @Nullable KeyStoreFile keyStore) {
		WireMockConfiguration options = WireMockConfiguration.options();
		if (keyStore == null) {
			return options.port(port);
		}
		return options.httpDisabled(true)
			.httpsPort(port)
			.keystorePath(keyStore.path().toString())
			.keystoreType("PKCS12")
			.keystorePassword(keyStore.password())
			.keyManagerPassword(keyStore.password());
	}

	void start() {
		try {
			this.server.start();
		}
		catch (FatalStartupException ex) {
			throw new IllegalStateException(
					"The simulator cannot listen on port " + this.port + ". Choose another port, or 0 for a free one.",
					ex);
		}
		this.server.stubFor(WireMock.any(WireMock.anyUrl()));
	}

	void stop() {
		this.server.stop();
	}

	int port() {
		return this.https ? this.server.httpsPort() : this.server.port();
	}

	// Test certificates name localhost, but not always its address.
	String baseUrl() {
		return (this.https ? "https://localhost:" : "http://" + LOOPBACK + ":") + port();
	}

	/**
	 * Requests each response from the endpoint.
	 */
	private final class EndpointTransformer implements ResponseDefinitionTransformerV2 {

		private final SimulatedEndpoint endpoint;

		private EndpointTransformer(SimulatedEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@Override
		public String getName() {
			return "operations-simulator";
		}

		@Override
		public ResponseDefinition transform(ServeEvent event) {
			Request request = event.getRequest();
			return definition(this.endpoint.answer(SimulatedRequest.of(request.getMethod().getName(), request.getUrl(),
					request.getHeader("Authorization"), baseUrl(), request.getHeader(SimulatedRequest.ORIGIN_HEADER))));
		}

		private static ResponseDefinition definition(Answer answer) {
			byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
			ResponseDefinitionBuilder definition = WireMock.aResponse()
				.withStatus(answer.status())
				.withFixedDelay(Math.toIntExact(answer.delay().toMillis()))
				.withBody(body);
			answer.headers().forEach(definition::withHeader);
			switch (answer.delivery()) {
				case WHOLE -> definition.withHeader("Content-Length", Integer.toString(body.length));
				case CUT_OFF -> definition.withHeader("Content-Length", Integer.toString(body.length * 2));
				case DROPPED ->
					definition.withFault(com.github.tomakehurst.wiremock.http.Fault.CONNECTION_RESET_BY_PEER);
			}
			return definition.build();
		}

	}

}
