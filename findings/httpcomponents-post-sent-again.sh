#!/usr/bin/env bash
# Guess: An HTTP client repeats by itself only what is idempotent; a POST that is answered 429 or 503
#   comes back to the caller, who decides.
# Truth: The default retry strategy looks at the method only when the exchange failed with an exception.
#   When it was answered 429 or 503, the async client waits as long as Retry-After says and sends the
#   request once more, POST too, and the caller sees the second answer alone. Under Spring's WebClient
#   this hits the requests without a body: the client cannot repeat the body that Spring hands over, so a
#   POST with a body is not sent again.
# Version: httpclient5 5.6.4, httpcore5-reactive 5.4.3, spring-web and spring-webflux 7.0.9.
# Source: org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy,
#   retryRequest(HttpResponse, int, HttpContext), in which no method is asked for.
# For users: A retry, rate limit or meter of the application counts one request where the server got two.
#   HttpAsyncClientBuilder.disableAutomaticRetries() leaves the decision to the application.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>findings</groupId>
	<artifactId>post-sent-again</artifactId>
	<version>1</version>
	<dependencies>
		<dependency>
			<groupId>org.springframework</groupId>
			<artifactId>spring-webflux</artifactId>
			<version>7.0.9</version>
		</dependency>
		<dependency>
			<groupId>org.apache.httpcomponents.client5</groupId>
			<artifactId>httpclient5</artifactId>
			<version>5.6.4</version>
		</dependency>
		<dependency>
			<groupId>org.apache.httpcomponents.core5</groupId>
			<artifactId>httpcore5-reactive</artifactId>
			<version>5.4.3</version>
		</dependency>
		<dependency>
			<groupId>org.slf4j</groupId>
			<artifactId>slf4j-nop</artifactId>
			<version>1.7.36</version>
		</dependency>
	</dependencies>
</project>
EOF

cat >Main.java <<'EOF'
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpServer;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.springframework.http.client.reactive.HttpComponentsClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

public class Main {

	public static void main(String[] args) throws Exception {
		post("default client, no body", HttpAsyncClients.createDefault(), null);
		post("default client, body", HttpAsyncClients.createDefault(), "text");
		post("disableAutomaticRetries, no body", HttpAsyncClients.custom().disableAutomaticRetries().build(), null);
		System.exit(0);
	}

	private static void post(String title, CloseableHttpAsyncClient client, String body) throws Exception {
		AtomicInteger requests = new AtomicInteger();
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
		server.createContext("/", (exchange) -> {
			exchange.getRequestBody().readAllBytes();
			boolean first = requests.incrementAndGet() == 1;
			if (first) {
				exchange.getResponseHeaders().set("Retry-After", "1");
			}
			exchange.sendResponseHeaders(first ? 429 : 204, -1);
			exchange.close();
		});
		server.start();
		try (HttpComponentsClientHttpConnector connector = new HttpComponentsClientHttpConnector(client)) {
			WebClient.RequestBodySpec request = WebClient.builder()
				.clientConnector(connector)
				.build()
				.post()
				.uri("http://127.0.0.1:" + server.getAddress().getPort() + "/");
			int status = ((body != null) ? request.bodyValue(body) : request)
				.exchangeToMono((response) -> Mono.just(response.statusCode().value()))
				.block(Duration.ofSeconds(15));
			System.out.println(title + ": status " + status + ", requests " + requests);
		}
		finally {
			server.stop(0);
		}
	}

}
EOF

mvn -q -B -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath \
	-Dmdep.outputFile=classpath
java -cp "$(cat classpath)" Main.java 2>log | tee seen || { cat log >&2; exit 1; }

cat >expected <<'EOF'
default client, no body: status 204, requests 2
default client, body: status 429, requests 1
disableAutomaticRetries, no body: status 429, requests 1
EOF
if ! diff expected seen >difference; then
	echo "This finding no longer holds (< as found, > seen now):" >&2
	cat difference >&2
	[[ ! -s log ]] || cat log >&2
	exit 1
fi
