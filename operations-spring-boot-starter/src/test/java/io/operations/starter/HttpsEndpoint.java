package io.operations.starter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLParameters;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;

import org.springframework.boot.ssl.SslBundle;

/**
 * The vendor's endpoint over https: it accepts each write, and each operation is RUNNING
 * at the first poll and COMPLETED from the second one on.
 */
final class HttpsEndpoint implements AutoCloseable {

	static final String ID = "proc_job_01";

	private final AtomicInteger polls = new AtomicInteger();

	private final Set<Integer> clientPorts = ConcurrentHashMap.newKeySet();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final HttpsServer server;

	private HttpsEndpoint(SslBundle bundle, boolean needsClientCertificate) {
		try {
			this.server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.setHttpsConfigurator(new HttpsConfigurator(bundle.createSslContext()) {

			@Override
			public void configure(HttpsParameters params) {
				SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
				parameters.setNeedClientAuth(needsClientCertificate);
				params.setSSLParameters(parameters);
			}

		});
		this.server.setExecutor(this.threads);
		this.server.createContext("/", this::answer);
		this.server.start();
	}

	/**
	 * Start an endpoint.
	 * @param owner whose certificate the endpoint presents
	 * @return the endpoint
	 */
	static HttpsEndpoint presenting(String owner) {
		return new HttpsEndpoint(Certificates.bundle(owner, null), false);
	}

	/**
	 * Start an endpoint that asks for a client certificate.
	 * @param authority the authority that must have signed the client's certificate
	 * @return the endpoint
	 */
	static HttpsEndpoint asking(String authority) {
		return new HttpsEndpoint(Certificates.bundle("server", authority), true);
	}

	String url() {
		return "https://localhost:" + this.server.getAddress().getPort();
	}

	/**
	 * Return the ports of the connections that requests came over.
	 * @return the ports, one for each connection
	 */
	Set<Integer> clientPorts() {
		return this.clientPorts;
	}

	private void answer(HttpExchange exchange) throws IOException {
		try (exchange) {
			this.clientPorts.add(exchange.getRemoteAddress().getPort());
			boolean write = !exchange.getRequestMethod().equals("GET");
			String status = (!write && this.polls.getAndIncrement() == 0) ? "RUNNING" : "COMPLETED";
			String body = write ? "{\"related\":{\"configurationId\":\"cfg_01\"}}"
					: "{\"operationId\":\"%s\",\"status\":\"%s\"}".formatted(ID, status);
			byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
			exchange.getRequestBody().readAllBytes();
			exchange.getResponseHeaders().set("Content-Type", "application/json");
			exchange.getResponseHeaders().set("Operation-Id", ID);
			exchange.sendResponseHeaders(write ? 202 : 200, bytes.length);
			exchange.getResponseBody().write(bytes);
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
