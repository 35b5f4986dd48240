package io.operations.sample.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;

import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * What the instances of the profile "cluster" share: a PostgreSQL and the simulated
 * endpoint, where the profile looks for them, until the process is stopped. Nothing of it
 * is kept.
 */
public final class ClusterServices {

	private static final Log logger = LogFactory.getLog(ClusterServices.class);

	private static final int DATABASE_PORT = 15432;

	private static final int ENDPOINT_PORT = 15480;

	private ClusterServices() {
	}

	/**
	 * Start both.
	 * @param args the port of the database and that of the endpoint, if not the usual
	 * ones
	 * @throws IOException if there is no room for the data
	 */
	@SuppressWarnings("resource")
	public static void main(String[] args) throws IOException {
		int databasePort = (args.length > 0) ? Integer.parseInt(args[0]) : DATABASE_PORT;
		int endpointPort = (args.length > 1) ? Integer.parseInt(args[1]) : ENDPOINT_PORT;
		Database database = new Database(Files.createTempDirectory("operations-sample"), databasePort);
		Runtime.getRuntime().addShutdownHook(new Thread(database::close));
		database.start();
		OperationsSimulator simulator = OperationsSimulator.builder()
			.port(endpointPort)
			// Long enough to kill the instance that tracks them.
			.defaultScript(OperationScript.completed().pending(Duration.ofSeconds(5)).running(Duration.ofSeconds(55)))
			.start();
		logger.info("PostgreSQL: " + database.url() + ", user postgres");
		logger.info("Simulated endpoint: " + simulator.baseUrl() + ", its operations take a minute");
		logger.info("Both are gone, with all data, when this process is stopped (Ctrl+C)");
	}

}
