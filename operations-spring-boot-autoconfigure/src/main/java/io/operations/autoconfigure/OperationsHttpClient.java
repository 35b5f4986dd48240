package io.operations.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.autoconfigure.HttpClientSettingsPropertyMapper;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.util.StringUtils;

/**
 * Opens the connectors of the templates with the settings of {@code operations.http.*},
 * updates their SSL material, and closes them with the context. A connector is not a bean
 * of type {@link ClientHttpConnector}, because Spring Boot would use this bean for all
 * clients of the application.
 */
final class OperationsHttpClient implements DisposableBean {

	private final Map<HttpClientSettings, OperationsConnector> connectors = new ConcurrentHashMap<>();

	private final @Nullable ClientHttpConnectorBuilder<?> builder;

	private final HttpClientSettings globalSettings;

	private final @Nullable SslBundles bundles;

	private final @Nullable String globalBundle;

	private final boolean ownEventLoops;

	private final List<OperationsConnectorDecorator> decorators;

	OperationsHttpClient(ObjectProvider<ClientHttpConnectorBuilder<?>> builders,
			ObjectProvider<HttpClientSettings> globalSettings, ObjectProvider<SslBundles> sslBundles,
			Environment environment, ListableBeanFactory beans) {
		this.builder = builders.getIfAvailable();
		this.globalSettings = globalSettings.getIfAvailable(HttpClientSettings::defaults);
		this.bundles = sslBundles.getIfAvailable();
		this.globalBundle = environment.getProperty("spring.http.clients.ssl.bundle");
		// A bean of this type closes the shared resources of Reactor Netty's clients.
		this.ownEventLoops = beans.getBeanNamesForType(ReactorResourceFactory.class, true, false).length == 0;
		this.decorators = beans.getBeanProvider(OperationsConnectorDecorator.class).orderedStream().toList();
	}

	/**
	 * Return the connector with the settings of a client and its decorators. Clients with
	 * the same settings share one connector.
	 * @param http the settings
	 * @return the connector, {@code null} if the application has no connector builder
	 */
	@Nullable ClientHttpConnector getConnector(OperationsProperties.Http http) {
		ClientHttpConnector connector = (this.builder != null) ? connector(this.builder, http) : null;
		for (OperationsConnectorDecorator decorator : this.decorators) {
			// Without a connector builder, the WebClient would choose the connector.
			connector = decorator
				.decorate((connector != null) ? connector : ClientHttpConnectorBuilder.detect().build());
		}
		return connector;
	}

	private OperationsConnector connector(ClientHttpConnectorBuilder<?> builder, OperationsProperties.Http http) {
		try {
			HttpClientSettings settings = new HttpClientSettingsPropertyMapper(this.bundles, this.globalSettings)
				.map(http)
				.withRedirects(HttpRedirects.DONT_FOLLOW);
			return this.connectors.computeIfAbsent(settings, (with) -> open(builder, with, http));
		}
		catch (OperationsConfigurationException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw failure(ex);
		}
	}

	private static OperationsConfigurationException failure(RuntimeException cause) {
		String fault = String.valueOf(NestedExceptionUtils.getMostSpecificCause(cause).getMessage());
		return new OperationsConfigurationException(
				"The HTTP client cannot be created from the settings in operations.http.* and"
						+ " spring.http.clients.*: " + fault + (fault.endsWith(".") ? "" : "."),
				"Correct the property that causes this error, for example operations.http.ssl.bundle.", cause);
	}

	private OperationsConnector open(ClientHttpConnectorBuilder<?> builder, HttpClientSettings settings,
			OperationsProperties.Http http) {
		OperationsConnector connector = new OperationsConnector((with) -> open(builder, with), settings,
				Schedulers.boundedElastic());
		String own = http.getSsl().getBundle();
		String bundle = StringUtils.hasText(own) ? own : this.globalBundle;
		if (this.bundles != null && StringUtils.hasText(bundle)) {
			this.bundles.addBundleUpdateHandler(bundle, connector::update);
		}
		return connector;
	}

	private OpenConnector open(ClientHttpConnectorBuilder<?> builder, HttpClientSettings settings) {
		try {
			return OpenConnector.open(builder, settings, this.ownEventLoops);
		}
		catch (RuntimeException ex) {
			throw failure(ex);
		}
	}

	@Override
	public void destroy() {
		this.connectors.values().forEach(OperationsConnector::close);
	}

}
