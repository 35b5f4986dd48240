package io.operations.sample.cluster;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * With the default settings, an instance ends in time after SIGTERM, whatever its
 * handlers and its database do.
 */
@EnabledIfSystemProperty(named = "operations.soak", matches = "true")
class StopIT {

	private static final Log logger = LogFactory.getLog(StopIT.class);

	private static final int OPERATIONS = 30;

	private static final double MOST_SECONDS = 25;

	private Cluster cluster;

	private Instance instance;

	@BeforeEach
	void start(@TempDir(cleanup = CleanupMode.NEVER) Path directory) {
		this.cluster = new Cluster(directory, OperationsSimulator.start());
		this.instance = this.cluster.start("stops", "--spring.datasource.hikari.maximum-pool-size=20").awaitReady();
		this.cluster.awaitHolder(this.instance);
	}

	@AfterEach
	void stop() {
		this.cluster.database().resume();
		this.cluster.close();
	}

	@Test
	void whileItPolls() {
		write(Duration.ofHours(1));
		judge("while it polls");
	}

	@Test
	void whileHandlersWaitForALock() throws SQLException {
		try (Connection locks = this.cluster.database().connect()) {
			lockHandlers(locks);
			judge("while handlers wait for a lock");
		}
	}

	@Test
	void whileTheDatabaseIsStopped() {
		write(Duration.ofHours(1));
		this.cluster.database().stop();
		Waiting.pause(Duration.ofSeconds(3));
		judge("while the database is stopped");
	}

	@Test
	void whileTheDatabaseDoesNotAnswer() {
		write(Duration.ofHours(1));
		this.cluster.database().suspend();
		Waiting.pause(Duration.ofSeconds(3));
		judge("while the database does not answer");
	}

	@Test
	void whileTheDatabaseDoesNotAnswerHandlers() throws SQLException {
		try (Connection locks = this.cluster.database().connect()) {
			lockHandlers(locks);
			this.cluster.database().suspend();
			Waiting.pause(Duration.ofSeconds(3));
			judge("while the database does not answer handlers");
			this.cluster.database().resume();
		}
	}

	private void lockHandlers(Connection locks) throws SQLException {
		write(Duration.ofSeconds(5));
		Database.lock(locks, "SELECT * FROM configurations FOR UPDATE");
		Waiting.until("handlers are at work", () -> this.cluster
			.count("SELECT count(*) FROM operations_tracked WHERE state = 'ENDED' AND attempts = 1") >= 5);
	}

	private void write(Duration running) {
		this.cluster.simulator().defaultScript(OperationScript.completed().running(running));
		this.cluster.write(OPERATIONS, this.instance);
	}

	private void judge(String what) {
		long at = System.nanoTime();
		this.instance.terminate();
		Waiting.until("the library has stopped", () -> this.instance.log().contains("Commencing graceful shutdown"));
		double seconds = PollLog.seconds(System.nanoTime() - at);
		this.instance.awaitEnd();
		// HikariCP may wait for a connection for its own timeout.
		logger.info("Seconds of a stop " + what + ": " + "%.1f, and until the end of the process %.1f"
			.formatted(seconds, PollLog.seconds(System.nanoTime() - at)));
		assertThat(seconds).isLessThan(MOST_SECONDS);
	}

}
