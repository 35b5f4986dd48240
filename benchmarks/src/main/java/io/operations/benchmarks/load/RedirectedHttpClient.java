package io.operations.benchmarks.load;

import java.net.URI;

import com.twilio.http.HttpClient;
import com.twilio.http.NetworkHttpClient;
import com.twilio.http.Request;
import com.twilio.http.Response;
import org.jspecify.annotations.Nullable;

/**
 * The SDK's own HTTP client, sent to the stub in place of the vendor's hosts.
 */
final class RedirectedHttpClient extends HttpClient {

	private final String baseUrl;

	private final HttpClient client = new NetworkHttpClient();

	RedirectedHttpClient(String baseUrl) {
		this.baseUrl = baseUrl;
	}

	@Override
	public @Nullable Response makeRequest(Request request) {
		Request redirected = new Request(request.getMethod(), this.baseUrl + URI.create(request.getUrl()).getRawPath());
		redirected.setAuth(request.getUsername(), request.getPassword());
		return this.client.makeRequest(redirected);
	}

}
