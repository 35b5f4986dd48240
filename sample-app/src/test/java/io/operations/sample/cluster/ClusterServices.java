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
 * What the instances of the profile "cluster" share: a PostgreSQL and the simulated
 * endpoint, where the profile looks for them, until the process is stopped. Nothing of it
 * is kept.
 */
@TestConfiguration(proxyBeanMethods = false)
public class ClusterServices {

	private static final Log logger = LogFactory.getLog(ClusterServices.class);

	/**
	 * Start both.
	 * @param args {@code --database.port}, {@code --endpoint.port}, if not the usual ones
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
		// Operations that are under way long enough to kill the instance that has them.
		OperationsSimulator simulator = OperationsSimulator.builder()
			.port(port)
			.defaultScript(OperationScript.completed().pending(Duration.ofSeconds(5)).running(Duration.ofSeconds(55)))
			.start();
		logger.info("Simulated endpoint: " + simulator.baseUrl() + ", key " + simulator.username() + ", secret "
				+ simulator.password() + ", its operations take a minute");
		return simulator;
	}

}
