package io.operations.docs.http;

import reactor.netty.transport.ProxyProvider;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.reactive.ReactorClientHttpConnectorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ProxyConfiguration {

	@Bean
	ClientHttpConnectorBuilderCustomizer<ReactorClientHttpConnectorBuilder> proxy(
			@Value("${proxy.password}") String password) {
		return (connectors) -> connectors
			.withHttpClientCustomizer((client) -> client.proxy((proxy) -> proxy.type(ProxyProvider.Proxy.HTTP)
				.host("proxy.example.com")
				.port(3128)
				.username("me")
				.password((user) -> password)));
	}

}
