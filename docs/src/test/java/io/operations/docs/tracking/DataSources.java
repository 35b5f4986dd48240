package io.operations.docs.tracking;

import javax.sql.DataSource;

import io.operations.autoconfigure.tracking.OperationsDataSource;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/**
 * An application with two databases.
 */
@Configuration(proxyBeanMethods = false)
class DataSources {

	@Bean
	@Primary
	DataSource reports(@Value("${reports.url}") String url) {
		return DataSourceBuilder.create().url(url).build();
	}

	@Bean
	@OperationsDataSource
	DataSource orders(@Value("${orders.url}") String url) {
		return DataSourceBuilder.create().url(url).build();
	}

}
