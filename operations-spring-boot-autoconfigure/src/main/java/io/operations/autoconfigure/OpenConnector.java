package io.operations.autoconfigure;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.util.component.LifeCycle;
import reactor.netty.resources.LoopResources;

import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.boot.http.client.reactive.HttpComponentsClientHttpConnectorBuilder;
import org.springframework.boot.http.client.reactive.JdkClientHttpConnectorBuilder;
import org.springframework.boot.http.client.reactive.JettyClientHttpConnectorBuilder;
import org.springframework.boot.http.client.reactive.ReactorClientHttpConnectorBuilder;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.HttpComponentsClientHttpConnector;

/**
 * Pairs a connector with a way to close it. The HTTP client of the connector never
 * follows a redirect, because the redirected request would carry the credentials to
 * another host. The client does not repeat a request that the server has seen, because a
 * repetition would bypass the rate limit and the deadline. Only the JDK's client repeats
 * a GET once if its connection drops. The application's customizers cannot change this. A
 * builder of an unknown type is used as it is.
 *
 * @param connector the connector
 * @param close closes the HTTP client and its connections, and may block; does nothing
 * for a client that needs no closing
 */
record OpenConnector(ClientHttpConnector connector, Runnable close) {

	/**
	 * Build a connector.
	 * @param builder the builder, customized by the application
	 * @param settings the settings
	 * @param ownEventLoops whether a Reactor Netty client gets its own event loops,
	 * because no bean closes the shared ones
	 * @return the connector
	 */
	static OpenConnector open(ClientHttpConnectorBuilder<?> builder, HttpClientSettings settings,
			boolean ownEventLoops) {
		// Boot's builder classes load even if the client library is missing.
		if (builder instanceof ReactorClientHttpConnectorBuilder reactor) {
			return ReactorNetty.open(reactor, settings, ownEventLoops);
		}
		if (builder instanceof HttpComponentsClientHttpConnectorBuilder httpComponents) {
			return HttpComponents.open(httpComponents, settings);
		}
		if (builder instanceof JettyClientHttpConnectorBuilder jetty) {
			return Jetty.open(jetty, settings);
		}
		if (builder instanceof JdkClientHttpConnectorBuilder jdk) {
			return neverClosed(
					jdk.withHttpClientCustomizer((client) -> client.followRedirects(Redirect.NEVER)).build(settings));
		}
		return neverClosed(builder.build(settings));
	}

	private static OpenConnector neverClosed(ClientHttpConnector connector) {
		return new OpenConnector(connector, () -> {
		});
	}

	/**
	 * Opens connectors with Reactor Netty. Reactor Netty repeats a request only if the
	 * connection was reset before the client wrote any byte of the request. The server
	 * never sees such a request twice, so the repetition stays enabled.
	 */
	private static final class ReactorNetty {

		private static final Duration LIMIT = Duration.ofSeconds(5);

		static OpenConnector open(ReactorClientHttpConnectorBuilder builder, HttpClientSettings settings,
				boolean ownEventLoops) {
			ReactorClientHttpConnectorBuilder strict = builder
				.withHttpClientCustomizer((client) -> client.followRedirect(false));
			if (!ownEventLoops) {
				return neverClosed(strict.build(settings));
			}
			LoopResources loops = LoopResources.create("operations-http");
			return new OpenConnector(strict.withHttpClientCustomizer((client) -> client.runOn(loops)).build(settings),
					() -> loops.disposeLater(Duration.ZERO, LIMIT).block(LIMIT.multipliedBy(2)));
		}

	}

	/**
	 * Opens connectors with Apache HttpComponents.
	 */
	private static final class HttpComponents {

		static OpenConnector open(HttpComponentsClientHttpConnectorBuilder builder, HttpClientSettings settings) {
			HttpComponentsClientHttpConnector connector = builder
				.withHttpClientCustomizer((client) -> client.disableAutomaticRetries().disableRedirectHandling())
				.build(settings);
			return new OpenConnector(connector, () -> close(connector));
		}

		private static void close(Closeable client) {
			try {
				client.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

	/**
	 * Opens connectors with Jetty.
	 */
	private static final class Jetty {

		static OpenConnector open(JettyClientHttpConnectorBuilder builder, HttpClientSettings settings) {
			AtomicReference<HttpClient> built = new AtomicReference<>();
			ClientHttpConnector connector = builder.withHttpClientCustomizer((client) -> {
				client.setFollowRedirects(false);
				client.addEventListener(new WithoutAuthentication());
				built.set(client);
			}).build(settings);
			return new OpenConnector(connector, () -> LifeCycle.stop(built.get()));
		}

		/**
		 * Removes Jetty's handler of authentication challenges. The handler treats a 401
		 * without a challenge as a violation of the protocol, and the status is lost. The
		 * client sends the credentials with each request, so it needs no challenge. The
		 * handler exists only after the client has started.
		 */
		private static final class WithoutAuthentication implements LifeCycle.Listener {

			@Override
			public void lifeCycleStarted(LifeCycle client) {
				((HttpClient) client).getProtocolHandlers().remove(WWWAuthenticationProtocolHandler.NAME);
			}

		}

	}

}
