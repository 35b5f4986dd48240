package io.operations.sample.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;

import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Starts the services that the instances of the profile "cluster" share: a PostgreSQL and
 * a simulated server, on the ports that the profile uses. Both run until the process
 * stops, and keep no data.
 */
@TestConfiguration(proxyBeanMethods = false)
public class ClusterServices {

	private static final Log logger = LogFactory.getLog(ClusterServices.class);

	/**
	 * Start both services.
	 * @param args {@code --database.port} and {@code --endpoint.port} for other ports
	 */
	public static void main(String[] args) {
		new SpringApplicationBuilder(ClusterServices.class).web(WebApplicationType.NONE)
			.properties("spring.main.keep-alive=true")
			.logStartupInfo(false)
			.run(args);
	}

	@Bean
	Database database(@Value("${database.port:15432}") int port) throws IOException {
		Database database = new Database(Files.createTempDirectory("operations-sample"), port).start();
		logger.info("PostgreSQL: " + database.url() + ", user postgres, no password");
		return database;
	}

	@Bean
	OperationsSimulator simulator(@Value("${endpoint.port:15480}") int port) {
		// The operations run long enough to kill the instance that polls them.
		OperationsSimulator simulator = OperationsSimulator.builder()
			.port(port)
			.defaultScript(OperationScript.completed().pending(Duration.ofSeconds(5)).running(Duration.ofSeconds(55)))
			.start();
		logger.info("Simulated server: " + simulator.baseUrl() + ", API key " + simulator.username() + ", secret "
				+ simulator.password() + ", each operation takes one minute");
		return simulator;
	}

}
