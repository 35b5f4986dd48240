package io.operations.docs.using;

import java.time.Duration;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The declarative client of the page starts an operation.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE)
@AutoConfigureOperationsSimulator
class DeclarativeClientTests {

	@Test
	void aWriteIsAwaited(@Autowired DeclarativeConfigurations configurations) {
		assertThat(configurations.create(Map.of("displayName", "support"))
			.map(Operation::status)
			.block(Duration.ofSeconds(30))).isEqualTo(OperationStatus.COMPLETED);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
	@Import({ DeclarativeClients.class, DeclarativeConfigurations.class })
	static class Application {

	}

}
