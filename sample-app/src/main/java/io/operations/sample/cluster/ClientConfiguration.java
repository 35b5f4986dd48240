package io.operations.sample.cluster;

import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpHeaders;

/**
 * Lets the endpoint's log tell the instances apart.
 */
@Configuration(proxyBeanMethods = false)
@Profile("cluster")
class ClientConfiguration {

	@Bean
	WebClientCustomizer userAgent() {
		String instance = "operations-sample/" + ProcessHandle.current().pid();
		return (builder) -> builder.defaultHeader(HttpHeaders.USER_AGENT, instance);
	}

}
