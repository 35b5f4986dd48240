package io.operations.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpResponse;

/**
 * The connector of all templates of an application. When the SSL bundle is updated, this
 * class builds the connector again. New connections use the new material, and exchanges
 * in flight finish on their existing connections.
 */
final class OperationsConnector implements ClientHttpConnector {

	// Longer than any write takes, because writes have no timeout.
	private static final Duration GRACE = Duration.ofMinutes(10);

	private final Function<HttpClientSettings, OpenConnector> opener;

	private final HttpClientSettings settings;

	private final Scheduler scheduler;

	// Replaced by an update, and open until the exchanges in flight have ended.
	private final Set<OpenConnector> replaced = ConcurrentHashMap.newKeySet();

	private volatile OpenConnector current;

	/**
	 * Open the connector.
	 * @param opener the function that builds a connector
	 * @param settings the settings of the connector
	 * @param scheduler the scheduler that closes replaced connectors, which may block
	 */
	OperationsConnector(Function<HttpClientSettings, OpenConnector> opener, HttpClientSettings settings,
			Scheduler scheduler) {
		this.opener = opener;
		this.settings = settings;
		this.scheduler = scheduler;
		this.current = opener.apply(settings);
	}

	@Override
	public Mono<ClientHttpResponse> connect(HttpMethod method, URI uri,
			Function<? super ClientHttpRequest, Mono<Void>> requestCallback) {
		return this.current.connector().connect(method, uri, requestCallback);
	}

	/**
	 * Use other material for new connections. Spring Boot calls this on one thread. If
	 * the connector cannot be built with the bundle, the exception goes to the caller,
	 * and the current connector stays in use.
	 * @param bundle the updated bundle
	 */
	void update(SslBundle bundle) {
		OpenConnector previous = this.current;
		this.current = this.opener.apply(this.settings.withSslBundle(bundle));
		this.replaced.add(previous);
		this.scheduler.schedule(() -> closeReplaced(previous), GRACE.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void closeReplaced(OpenConnector connector) {
		if (this.replaced.remove(connector)) {
			connector.close().run();
		}
	}

	void close() {
		this.replaced.forEach(this::closeReplaced);
		this.current.close().run();
	}

}
