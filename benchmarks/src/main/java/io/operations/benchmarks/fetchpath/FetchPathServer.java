package io.operations.benchmarks.fetchpath;

import java.io.IOException;
import java.io.OutputStream;

import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * Answers each request with the same running operation, at once. Its status URL is the
 * URL that was asked, as it is in reality; two of its properties are none that the
 * contract names.
 */
public final class FetchPathServer {

	private static final String OPERATION = """
			{"operationId":"proc_job_01h9d8r0vte3hz8tykdj329t7r","status":"RUNNING","createdAt":"2025-01-15T10:30:00Z",\
			"completedAt":null,"statusUrl":"http://HOST/v2/ControlPlane/Operations/\
			proc_job_01h9d8r0vte3hz8tykdj329t7r","related":{"configurationId":\
			"cfg_configuration_01h9d8r0vte3hz8tykdj329t7r"},"error":null,"progress":40,"region":"us1"}""";

	private FetchPathServer() {
	}

	/**
	 * Serve on a free port, which is printed, until the standard input ends.
	 * @param args none
	 * @throws IOException if the standard input cannot be read
	 */
	public static void main(String[] args) throws IOException {
		DisposableServer server = HttpServer.create()
			.host("127.0.0.1")
			.port(0)
			.handle((request, response) -> response.header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE)
				.header(HttpHeaders.DATE, "Wed, 15 Jan 2025 10:30:05 GMT")
				.header("Twilio-Request-Id", "RQ0123456789abcdef0123456789abcdef")
				.sendString(Mono.just(OPERATION.replace("HOST", request.requestHeaders().get(HttpHeaders.HOST)))))
			.bindNow();
		System.out.println(server.port());
		System.in.transferTo(OutputStream.nullOutputStream());
		server.disposeNow();
	}

}
