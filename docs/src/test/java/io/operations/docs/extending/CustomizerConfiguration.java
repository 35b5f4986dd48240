package io.operations.docs.extending;

import java.time.Duration;

import io.operations.OperationsUnavailableException;
import io.operations.autoconfigure.OperationsRateLimiterConfigCustomizer;
import io.operations.autoconfigure.OperationsRetryConfigCustomizer;
import io.operations.autoconfigure.OperationsTemplateBuilderCustomizer;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Changes the template, its retry and its rate limiter in code.
 */
@Configuration(proxyBeanMethods = false)
class CustomizerConfiguration {

	@Bean
	OperationsTemplateBuilderCustomizer shortExchanges() {
		return (builder) -> builder.requestTimeout(Duration.ofSeconds(5));
	}

	@Bean
	OperationsRetryConfigCustomizer retryOnlyUnavailable() {
		return (retry) -> retry.retryOnException((fault) -> fault instanceof OperationsUnavailableException);
	}

	@Bean
	OperationsRateLimiterConfigCustomizer twoPerTick() {
		return (limiter) -> limiter.limitForPeriod(2).limitRefreshPeriod(Duration.ofMillis(100));
	}

}
