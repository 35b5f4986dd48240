package io.operations.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpResponse;
import org.springframework.util.Assert;

/**
 * Connects all templates of an application to the server. The first request opens the
 * connector, because the client library takes a tenth of the start of a small
 * application. A connector with an SSL bundle opens at once, so that a fault of the
 * bundle fails the start. When the SSL bundle is updated, this class builds the connector
 * again. New connections use the new material, and exchanges in flight finish on their
 * existing connections.
 */
final class OperationsConnector implements ClientHttpConnector {

	// Longer than nearly any exchange takes, because not every exchange has a timeout for
	// its whole duration.
	private static final Duration GRACE = Duration.ofMinutes(10);

	private final Function<HttpClientSettings, OpenConnector> opener;

	private final HttpClientSettings settings;

	private final Scheduler scheduler;

	// The connectors that an update has replaced. They stay open for the grace time, so
	// that the exchanges in flight can end.
	private final Set<OpenConnector> replaced = ConcurrentHashMap.newKeySet();

	// Null until the first request.
	private final AtomicReference<@Nullable OpenConnector> current = new AtomicReference<>();

	private volatile boolean closed;

	/**
	 * Create the connector, and open it if it has an SSL bundle.
	 * @param opener the function that builds a connector
	 * @param settings the settings of the connector
	 * @param scheduler the scheduler that closes replaced connectors, which may block
	 */
	OperationsConnector(Function<HttpClientSettings, OpenConnector> opener, HttpClientSettings settings,
			Scheduler scheduler) {
		this.opener = opener;
		this.settings = settings;
		this.scheduler = scheduler;
		if (settings.sslBundle() != null) {
			open();
		}
	}

	@Override
	public Mono<ClientHttpResponse> connect(HttpMethod method, URI uri,
			Function<? super ClientHttpRequest, Mono<Void>> requestCallback) {
		OpenConnector open = this.current.get();
		return ((open != null) ? open : open()).connector().connect(method, uri, requestCallback);
	}

	// Holds no lock, because it calls customizers of the application.
	private OpenConnector open() {
		Assert.state(!this.closed, "The HTTP client was closed with the application context before its first request");
		OpenConnector opened = this.opener.apply(this.settings);
		OpenConnector other = this.current.compareAndExchange(null, opened);
		if (other != null) {
			closeLater(opened);
			return other;
		}
		if (this.closed && this.current.compareAndSet(opened, null)) {
			closeLater(opened);
		}
		return opened;
	}

	// Closes the connector on a thread that may block.
	private void closeLater(OpenConnector connector) {
		this.scheduler.schedule(connector.close());
	}

	/**
	 * Use other material for new connections. Spring Boot calls this on one thread. If
	 * the connector cannot be built with the bundle, the exception goes to the caller,
	 * and the current connector stays in use.
	 * @param bundle the updated bundle
	 */
	void update(SslBundle bundle) {
		OpenConnector previous = this.current.getAndSet(this.opener.apply(this.settings.withSslBundle(bundle)));
		if (previous != null) {
			this.replaced.add(previous);
			this.scheduler.schedule(() -> closeReplaced(previous), GRACE.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	private void closeReplaced(OpenConnector connector) {
		if (this.replaced.remove(connector)) {
			connector.close().run();
		}
	}

	void close() {
		this.closed = true;
		this.replaced.forEach(this::closeReplaced);
		OpenConnector open = this.current.get();
		if (open != null) {
			open.close().run();
		}
	}

}
