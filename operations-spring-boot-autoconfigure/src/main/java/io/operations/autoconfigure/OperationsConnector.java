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
 * The connector of all templates of an application. When its SSL bundle is updated, it is
 * built again: new connections use the new material, and exchanges under way end on the
 * connections that they have.
 */
final class OperationsConnector implements ClientHttpConnector {

	// Writes have no time-out: longer than any of them takes.
	private static final Duration GRACE = Duration.ofMinutes(10);

	private final Function<HttpClientSettings, OpenConnector> opener;

	private final HttpClientSettings settings;

	private final Scheduler scheduler;

	// Those that an update has replaced, until the exchanges under way have ended.
	private final Set<OpenConnector> replaced = ConcurrentHashMap.newKeySet();

	private volatile OpenConnector current;

	/**
	 * Open the connector.
	 * @param opener builds a connector
	 * @param settings the settings to build it with
	 * @param scheduler closes replaced connectors, which may block
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
	 * Use other material for new connections. Spring Boot calls this on one thread.
	 * @param bundle the bundle; if no connector can be built with it, the fault is the
	 * caller's to report, and the connector stays as it is
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
