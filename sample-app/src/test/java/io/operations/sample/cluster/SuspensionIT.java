package io.operations.sample.cluster;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The instance that polls is suspended for longer than its lease: with polls in flight,
 * between polls and the writes of what they have seen, and in handlers. It continues when
 * another instance has taken over and has delivered all of that, after 60 s. In the
 * profile "soak" only.
 */
@EnabledIfSystemProperty(named = "operations.soak", matches = "true")
class SuspensionIT {

	private static final Log logger = LogFactory.getLog(SuspensionIT.class);

	private static final int OF_A_KIND = 40;

	// By each instance. Fewer than polls may be in flight at once.
	private static final int UNWRITTEN = 3;

	private static final int IN_FLIGHT = 3;

	private static final Duration SUSPENDED = Duration.ofSeconds(60);

	// Beyond that, so that the next holder has not seen those ends yet.
	private static final Duration UNSEEN = SUSPENDED.plusSeconds(15);

	private static final Duration AFTERWARDS = Duration.ofSeconds(10);

	private static final String IN_DELIVERY = "SELECT count(*) FROM operations_scheduled JOIN operations_tracked"
			+ " ON id = task_instance WHERE picked AND state = 'ENDED' AND picked_by LIKE '%s'";

	private static final String DELIVERED = "SELECT concat_ws(' ', t.*, c.*) FROM operations_tracked t"
			+ " JOIN configurations c ON operation_id = id WHERE state = 'DELIVERED' ORDER BY id";

	// The status of those that run for longer may change.
	private static final String OPEN = "SELECT id FROM operations_tracked WHERE state <> 'DELIVERED' ORDER BY id";

	private final Map<String, Object> figures = new LinkedHashMap<>();

	private Cluster cluster;

	@BeforeEach
	void start(@TempDir(cleanup = CleanupMode.NEVER) Path directory) {
		this.cluster = new Cluster(directory, OperationsSimulator.start());
	}

	@AfterEach
	void stop() {
		this.cluster.close();
	}

	@Test
	void holderThatWasSuspendedNeitherPollsNorStoresNorDeliversAnythingStale() throws SQLException {
		Instance one = startInstance("one");
		Instance two = startInstance("two").awaitReady();
		one.awaitReady();
		Instance suspended = this.cluster.awaitHolder(one, two);
		Instance other = (suspended == one) ? two : one;
		List<String> ids = new ArrayList<>();
		long at;
		try (Connection handlers = this.cluster.database().connect();
				Connection writes = this.cluster.database().connect()) {
			List<String> unwritten = write(UNWRITTEN, Duration.ofSeconds(3), one, two);
			ids.addAll(unwritten);
			Database.lock(writes, "SELECT * FROM operations_tracked WHERE state = 'TRACKED' FOR UPDATE");
			Waiting.until("polls have seen ends that are not stored",
					() -> this.cluster.log().ends().containsAll(unwritten));
			ids.addAll(write(OF_A_KIND, Duration.ofSeconds(1), one, two));
			Database.lock(handlers, "SELECT * FROM configurations FOR UPDATE");
			Waiting.until("handlers are at work", () -> inDelivery(suspended) > 0);
			ids.addAll(write(OF_A_KIND, SUSPENDED.plusSeconds(20), one, two));
			ids.addAll(write(OF_A_KIND, Duration.ofSeconds(3), one, two));
			this.cluster.simulator().fault(1000, Fault.delayed(Duration.ofMillis(1500)));
			Waiting.until("polls are in flight, too",
					() -> inDelivery(suspended) > 0 && this.cluster.endpoint().inFlight(suspended) >= IN_FLIGHT);
			suspended.suspend();
			at = System.nanoTime();
			this.cluster.simulator().clearFaults();
			unwritten.forEach((id) -> this.cluster.simulator().fault(id, 1, Fault.delayed(UNSEEN)));
			this.figures.put("in flight when suspended: polls, deliveries", this.cluster.endpoint().inFlight(suspended)
					+ ", " + this.cluster.count(IN_DELIVERY.formatted(suspended.holder())));
		}
		Waiting.until("another instance polls", () -> this.cluster.isHolder(other));
		this.figures.put("seconds until another instance held the lease", PollLog.seconds(System.nanoTime() - at));
		// But for those that it has not seen yet, and those that run for longer.
		Waiting.until("it has delivered what ended",
				() -> this.cluster.count("SELECT count(*) FROM operations_tracked WHERE state <> 'DELIVERED'") <= 2L
						* (OF_A_KIND + UNWRITTEN));
		this.figures.put("seconds until it had delivered what ended", PollLog.seconds(System.nanoTime() - at));
		Waiting.pause(SUSPENDED.minusNanos(System.nanoTime() - at));
		List<String> before = this.cluster.texts(DELIVERED);
		List<String> open = this.cluster.texts(OPEN);
		long resumed = System.nanoTime();
		suspended.resume();
		Waiting.pause(AFTERWARDS);
		long polls = this.cluster.log().of(suspended).between(resumed, System.nanoTime());
		this.figures.put("polls of the old holder afterwards", polls);
		// One may have been on its way to the socket already.
		assertThat(polls).as("polls of the old holder").isLessThanOrEqualTo(1);
		assertThat(this.cluster.texts(DELIVERED)).as("what was delivered meanwhile").containsAll(before);
		assertThat(this.cluster.texts(OPEN)).as("ends that only the old holder has seen").isEqualTo(open);
		Waiting.until("every outcome is delivered",
				() -> this.cluster.count("SELECT count(*) FROM operations_tracked WHERE state <> 'DELIVERED'") == 0);
		judge(ids, suspended);
	}

	private long inDelivery(Instance instance) {
		return this.cluster.count(IN_DELIVERY.formatted(instance.holder()));
	}

	private void judge(List<String> ids, Instance suspended) {
		PollLog log = this.cluster.log();
		this.figures.put("operations, outcomes",
				ids.size() + ", " + this.cluster.count("SELECT sum(outcomes) FROM configurations"));
		this.figures.put("deliveries repeated",
				this.cluster.count("SELECT count(*) FROM configurations WHERE attempt > 1"));
		this.figures.put("polls", log.size());
		this.figures.put("polls of one operation at once", log.overlaps());
		logger.info(Waiting.table(this.figures));
		assertThat(this.cluster.texts("SELECT operation_id FROM configurations WHERE outcomes = 1"))
			.containsExactlyInAnyOrderElementsOf(ids);
		assertThat(this.cluster.count("SELECT count(*) FROM operations_scheduled")).isZero();
		assertThat(log.overlaps()).isZero();
		assertThat(suspended.log()).contains("has lost the lease");
	}

	private Instance startInstance(String name) {
		return this.cluster.start(name, "--spring.datasource.hikari.maximum-pool-size=20",
				// A permit of its own, so that only the lease keeps it from polling.
				"--operations.rate-limit.requests-per-second=50", "--operations.rate-limit.across-instances=none",
				"--operations.http.request-timeout=5m", "--operations.http.read-timeout=5m",
				"--operations.tracking.delivery.timeout=3s", "--operations.tracking.jdbc.heartbeat-interval=1s");
	}

	private List<String> write(int count, Duration running, Instance... writers) {
		for (int i = 0; i < count * writers.length; i++) {
			this.cluster.simulator().nextScript(OperationScript.completed().running(running));
		}
		return this.cluster.write(count, writers);
	}

}
