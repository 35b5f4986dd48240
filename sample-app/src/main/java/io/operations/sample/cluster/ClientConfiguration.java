package io.operations.sample.cluster;

import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpHeaders;

/**
 * Sets a user agent for each instance, so that the server's log shows which one polls.
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
