package io.operations.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Objects;

/**
 * The server's process, and what it is asked outside the measurement.
 */
final class StubControl implements AutoCloseable {

	private final HttpClient client = HttpClient.newHttpClient();

	private final ChildProcess process;

	private final String baseUrl;

	private StubControl(ChildProcess process, String baseUrl) {
		this.process = process;
		this.baseUrl = baseUrl;
	}

	static StubControl start() {
		ChildProcess process = new ChildProcess(StubServer.class);
		String baseUrl = process.line(ChildProcess.READY, Instant.now().plusSeconds(60));
		return new StubControl(process, Objects.requireNonNull(baseUrl, "The server did not start"));
	}

	String baseUrl() {
		return this.baseUrl;
	}

	void open(String account, Cell cell) {
		send(HttpRequest
			.newBuilder(URI.create(this.baseUrl + "/accounts/" + account + "/" + cell.operations() + "/"
					+ cell.limit().name() + "/" + cell.distribution().name()))
			.PUT(HttpRequest.BodyPublishers.noBody()));
	}

	Tally tally(String account) {
		return Tally.read(send(HttpRequest.newBuilder(URI.create(this.baseUrl + "/accounts/" + account))));
	}

	private String send(HttpRequest.Builder request) {
		try {
			HttpResponse<String> response = this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
			if (response.statusCode() >= 300) {
				throw new IllegalStateException(response + ": " + response.body());
			}
			return response.body();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.process.close();
	}

}
