package io.operations.internal.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationsException;
import io.operations.OperationsProduct;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.web.reactive.function.client.WebClient;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Starts a server on a real socket, and a fetcher that sends requests to it.
 */
final class Endpoint implements AfterEachCallback, AfterAllCallback {

	static final String ID = "proc_job_1";

	static final OperationFormat FORMAT = OperationFormat.of(OperationsProduct.CONVERSATIONS);

	static final String PATH = "/v2/ControlPlane/Operations/{id}";

	static final int MAX_RESPONSE_SIZE = 256 * 1024;

	static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(15);

	private static final Duration MAX_WAIT = Duration.ofSeconds(30);

	private final WireMockServer server = new WireMockServer(WireMockConfiguration.options().dynamicPort());

	Endpoint() {
		this.server.start();
	}

	URI url() {
		return URI.create("http://localhost:" + this.server.port());
	}

	void answers(ResponseDefinitionBuilder answer) {
		this.server.stubFor(any(anyUrl()).willReturn(answer));
	}

	void answersWithOperation() {
		answers(okJson("{\"operationId\": \"" + ID + "\", \"status\": \"RUNNING\"}"));
	}

	List<LoggedRequest> requests() {
		return this.server.findAll(anyRequestedFor(anyUrl()));
	}

	WebClientOperationFetcher fetcher() {
		return fetcher(WebClient.builder());
	}

	WebClientOperationFetcher fetcher(WebClient.Builder builder) {
		return fetcher(builder, url(), Schedulers.parallel());
	}

	static WebClientOperationFetcher fetcher(WebClient.Builder builder, URI url, Scheduler scheduler) {
		WebClient webClient = builder.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(MAX_RESPONSE_SIZE))
			.build();
		return new WebClientOperationFetcher(webClient, FORMAT, url, PATH, REQUEST_TIMEOUT, scheduler);
	}

	OperationSnapshot fetch() {
		return fetch(fetcher(), ID);
	}

	static OperationSnapshot fetch(OperationFetcher fetcher, String id) {
		return Objects.requireNonNull(fetcher.fetch(id).block(MAX_WAIT));
	}

	OperationsException failure() {
		return failure(fetcher(), ID);
	}

	static OperationsException failure(OperationFetcher fetcher, String id) {
		return Objects
			.requireNonNull(catchThrowableOfType(OperationsException.class, () -> fetcher.fetch(id).block(MAX_WAIT)));
	}

	@Override
	public void afterEach(ExtensionContext context) {
		this.server.resetAll();
	}

	@Override
	public void afterAll(ExtensionContext context) {
		this.server.stop();
	}

}
