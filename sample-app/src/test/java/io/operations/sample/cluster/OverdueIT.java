package io.operations.sample.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.operations.test.Fault;
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

import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An instance that starts with many operations overdue: 2,000, or as many as the system
 * property {@code sample.overdue} says. In the profile "soak" only.
 */
@EnabledIfSystemProperty(named = "operations.soak", matches = "true")
class OverdueIT {

	private static final Log logger = LogFactory.getLog(OverdueIT.class);

	private static final int OPERATIONS = Integer.getInteger("sample.overdue", 2000);

	private static final int RATE = 20;

	private static final int RATE_BEFORE = 500;

	private static final String NEVER_ASKED_FOR = "SELECT count(*) FROM operations_tracked WHERE polls = 0";

	private static final Duration MEASURED = Duration.ofSeconds(20);

	private static final Duration LIMIT = Duration.ofMinutes(5);

	private final Map<String, Object> figures = new LinkedHashMap<>();

	private final List<Instance> instances = new ArrayList<>();

	private Database database;

	private JdbcClient jdbc;

	private OperationsSimulator simulator;

	private RecordedEndpoint endpoint;

	@BeforeEach
	void start(@TempDir(cleanup = CleanupMode.NEVER) Path directory) {
		this.database = new Database(directory, 0).start();
		this.jdbc = this.database.client();
		this.simulator = OperationsSimulator.builder()
			.maxOperations(2 * OPERATIONS)
			.defaultScript(OperationScript.completed().running(Duration.ofHours(1)))
			.start();
		this.endpoint = new RecordedEndpoint(this.simulator);
	}

	@AfterEach
	void stop() {
		this.instances.forEach(Instance::close);
		this.endpoint.close();
		this.simulator.close();
		this.database.close();
	}

	@Test
	void restartKeepsToTheRateAndAsksForANewOperationWithinSeconds() {
		// The pause of the account below is not to reach the next instance.
		Instance before = startInstance("before", RATE_BEFORE, "--operations.rate-limit.across-instances=none")
			.awaitReady();
		before.write(OPERATIONS / 2).blockLast(LIMIT);
		Waiting.until("all were asked for", () -> count(NEVER_ASKED_FOR) == 0);
		// From here on the account is paused, and what is new is not asked for.
		this.simulator.fault(OPERATIONS, Fault.throttled(LIMIT));
		Waiting.pause(Duration.ofSeconds(1));
		this.simulator.clearFaults();
		before.write(OPERATIONS / 2).blockLast(LIMIT);
		// What no instance has seen yet is new for the next one.
		Waiting.until("the instance has seen all", () -> count("SELECT count(*) FROM operations_inbox") == 0);
		before.kill();
		this.figures.put("overdue, of these never asked for", OPERATIONS + ", " + count(NEVER_ASKED_FOR));
		Instance after = startInstance("after", RATE).awaitReady();
		long started = System.nanoTime();
		String id = Objects.requireNonNull(after.write(1).blockLast(LIMIT));
		long written = System.nanoTime();
		Waiting.pause(MEASURED);
		PollLog log = new PollLog(this.endpoint.polls()).of(after);
		long end = System.nanoTime();
		this.figures.put("polls a second, in the mean", log.rate(started, end));
		this.figures.put("polls a second, at most", log.mostInASecond(started, end));
		this.figures.put("seconds to the first poll", log.secondsToFirst(written));
		this.figures.put("seconds to the first poll of a new operation", log.secondsToPoll(id, written));
		logger.info(Waiting.table(this.figures));
		assertThat(log.mostInASecond(started, end)).as("no burst").isLessThan(2 * RATE);
		assertThat(log.secondsToPoll(id, written)).as("long before %d overdue ones could all be asked for", OPERATIONS)
			.isLessThan(0.25 * OPERATIONS / RATE);
		if (Waiting.TIMED) {
			assertThat(log.mostInASecond(started, end)).isLessThanOrEqualTo(RATE + RATE / 10);
			// A part of the rate is kept free of what is overdue.
			assertThat(log.rate(started, end)).isGreaterThan(0.7 * RATE);
			assertThat(log.secondsToPoll(id, written)).isLessThan(5);
		}
	}

	private Instance startInstance(String name, int rate, String... others) {
		List<String> arguments = new ArrayList<>(List.of("--spring.datasource.url=" + this.database.url(),
				"--operations.base-url=" + this.endpoint.baseUrl(),
				"--operations.rate-limit.requests-per-second=" + rate));
		arguments.addAll(List.of(others));
		Instance instance = Instance.start(name, arguments);
		this.instances.add(instance);
		return instance;
	}

	private long count(String sql) {
		return this.jdbc.sql(sql).query(Long.class).single();
	}

}
