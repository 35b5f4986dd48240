package io.operations.sample.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
 * The network between the instance that polls and the database loses everything, and
 * neither side hears of it. Another instance takes over. Both poll, until the first one
 * hears that it has lost the lease. In the profile "soak" only.
 */
@EnabledIfSystemProperty(named = "operations.soak", matches = "true")
class CutOffIT {

	private static final Log logger = LogFactory.getLog(CutOffIT.class);

	private static final int OPERATIONS = 200;

	private static final int SECONDS = 90;

	private static final Duration SILENT = Duration.ofSeconds(60);

	private final Map<String, Object> figures = new LinkedHashMap<>();

	private Cluster cluster;

	private Gateway gateway;

	@BeforeEach
	void start(@TempDir(cleanup = CleanupMode.NEVER) Path directory) {
		this.cluster = new Cluster(directory, OperationsSimulator.start());
		this.gateway = new Gateway(this.cluster.database().port());
	}

	@AfterEach
	void stop() {
		this.cluster.close();
		this.gateway.close();
	}

	@Test
	void whenTheHolderAloneLosesTheDatabaseAnotherTakesOverAndItStopsPollingAfterwards() {
		Instance alone = this.cluster
			.startAt(this.gateway.port(), "alone", "--operations.rate-limit.requests-per-second=50")
			.awaitReady();
		this.cluster.awaitHolder(alone);
		Instance other = this.cluster.start("other", "--operations.rate-limit.requests-per-second=50").awaitReady();
		for (int i = 0; i < OPERATIONS; i++) {
			Duration running = Duration.ofMillis((long) (1000 * SECONDS * (0.2 + 0.8 * Math.random())));
			this.cluster.simulator().nextScript(OperationScript.completed().running(running));
		}
		List<String> ids = new ArrayList<>(this.cluster.write(OPERATIONS / 2, alone, other));
		this.gateway.fallSilent();
		long at = System.nanoTime();
		Waiting.until("another instance polls", () -> this.cluster.isHolder(other));
		this.figures.put("seconds until another instance held the lease", PollLog.seconds(System.nanoTime() - at));
		Waiting.pause(SILENT.minusNanos(System.nanoTime() - at));
		this.gateway.recover();
		long recovered = System.nanoTime();
		Waiting.until("the old holder knows that it has lost the lease",
				() -> alone.log().contains("has lost the lease"));
		this.figures.put("seconds until the old one knows", PollLog.seconds(System.nanoTime() - recovered));
		long known = System.nanoTime();
		Waiting.until("every outcome is delivered",
				() -> this.cluster.count("SELECT count(*) FROM operations_tracked WHERE state <> 'DELIVERED'") == 0);
		other.kill();
		this.figures.put("polls of one operation at once", this.cluster.log().overlaps());
		this.figures.put("polls of the old one afterwards",
				this.cluster.log().of(alone).between(known + Duration.ofMillis(500).toNanos(), System.nanoTime()));
		logger.info(Waiting.table(this.figures));
		assertThat(this.cluster.texts("SELECT operation_id FROM configurations WHERE outcomes = 1"))
			.containsExactlyInAnyOrderElementsOf(ids);
		assertThat(this.figures.get("polls of the old one afterwards")).isEqualTo(0L);
		Waiting.until("the old one takes the lease again", () -> this.cluster.isHolder(alone));
	}

}
