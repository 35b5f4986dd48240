package io.operations.autoconfigure;

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
 * Opens the connector of the templates with the settings of {@code operations.http.*},
 * updates its SSL material, and closes it with the context. The connector is not a bean
 * of type {@link ClientHttpConnector}, because Spring Boot would use that for all clients
 * of the application.
 */
final class OperationsHttpClient implements DisposableBean {

	private final @Nullable OperationsConnector connector;

	OperationsHttpClient(ObjectProvider<ClientHttpConnectorBuilder<?>> builders, OperationsProperties properties,
			ObjectProvider<HttpClientSettings> globalSettings, ObjectProvider<SslBundles> sslBundles,
			Environment environment, ListableBeanFactory beans) {
		ClientHttpConnectorBuilder<?> builder = builders.getIfAvailable();
		// A bean of this type closes the shared resources of Reactor Netty's clients.
		boolean ownEventLoops = beans.getBeanNamesForType(ReactorResourceFactory.class, true, false).length == 0;
		SslBundles bundles = sslBundles.getIfAvailable();
		this.connector = (builder != null) ? open(builder, properties,
				globalSettings.getIfAvailable(HttpClientSettings::defaults), bundles, ownEventLoops) : null;
		String bundle = bundleName(properties, environment);
		if (this.connector != null && bundles != null && StringUtils.hasText(bundle)) {
			bundles.addBundleUpdateHandler(bundle, this.connector::update);
		}
	}

	private static OperationsConnector open(ClientHttpConnectorBuilder<?> builder, OperationsProperties properties,
			HttpClientSettings globalSettings, @Nullable SslBundles bundles, boolean ownEventLoops) {
		try {
			HttpClientSettings settings = new HttpClientSettingsPropertyMapper(bundles, globalSettings)
				.map(properties.getHttp())
				.withRedirects(HttpRedirects.DONT_FOLLOW);
			return new OperationsConnector((with) -> OpenConnector.open(builder, with, ownEventLoops), settings,
					Schedulers.boundedElastic());
		}
		catch (RuntimeException ex) {
			String fault = String.valueOf(NestedExceptionUtils.getMostSpecificCause(ex).getMessage());
			throw new OperationsConfigurationException(
					"The HTTP client cannot be created from the settings in operations.http.* and"
							+ " spring.http.clients.*: " + fault + (fault.endsWith(".") ? "" : "."),
					"Correct the property that causes this error, for example operations.http.ssl.bundle.", ex);
		}
	}

	private static @Nullable String bundleName(OperationsProperties properties, Environment environment) {
		String own = properties.getHttp().getSsl().getBundle();
		return StringUtils.hasText(own) ? own : environment.getProperty("spring.http.clients.ssl.bundle");
	}

	/**
	 * Return the connector.
	 * @return the connector, {@code null} if the application has no connector builder
	 */
	@Nullable ClientHttpConnector getConnector() {
		return this.connector;
	}

	@Override
	public void destroy() {
		if (this.connector != null) {
			this.connector.close();
		}
	}

}
