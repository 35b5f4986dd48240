package io.operations.sample.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

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
 * With the default settings, the time until another instance polls when the one that
 * polls is killed or is stopped, 20 times each. In the profile "soak" only.
 */
@EnabledIfSystemProperty(named = "operations.soak", matches = "true")
class TakeoverIT {

	private static final Log logger = LogFactory.getLog(TakeoverIT.class);

	private static final int ROUNDS = 20;

	private static final int OPERATIONS = 40;

	// A machine that is busy.
	private static final double MARGIN = 4;

	private final Map<String, Object> figures = new LinkedHashMap<>();

	private Cluster cluster;

	@BeforeEach
	void start(@TempDir(cleanup = CleanupMode.NEVER) Path directory) {
		this.cluster = new Cluster(directory,
				OperationsSimulator.builder()
					.maxOperations(100_000)
					.defaultScript(OperationScript.completed().running(Duration.ofHours(1)))
					.start());
	}

	@AfterEach
	void stop() {
		this.cluster.close();
	}

	@Test
	void whenTheHolderDiesOrStopsAnotherInstancePollsWithinSeconds() {
		Instance one = this.cluster.start("one");
		Instance two = this.cluster.start("two").awaitReady();
		one.awaitReady();
		List<Instance> alive = new ArrayList<>(List.of(one, two));
		List<Double> afterKill = rounds(alive, Instance::kill);
		List<Double> afterStop = rounds(alive, Instance::terminate);
		show("kill", afterKill);
		show("stop", afterStop);
		logger.info(Waiting.table(this.figures));
		assertThat(Collections.max(afterKill)).isLessThan(6.5 + (Waiting.TIMED ? 0 : MARGIN));
		assertThat(Collections.max(afterStop)).isLessThan(2 + (Waiting.TIMED ? 0 : MARGIN));
		assertThat(median(afterKill)).isLessThan(5 + (Waiting.TIMED ? 0 : MARGIN));
		assertThat(this.cluster.log().overlaps()).isZero();
	}

	private List<Double> rounds(List<Instance> alive, Consumer<Instance> end) {
		List<Double> seconds = new ArrayList<>();
		for (int i = 0; i < ROUNDS; i++) {
			Instance holder = this.cluster.awaitHolder(alive.toArray(new Instance[0]));
			// New ones are polled often.
			this.cluster.write(OPERATIONS, alive.get(0));
			Waiting.pause(Duration.ofMillis((long) (1000 * Math.random())));
			long at = System.nanoTime();
			end.accept(holder);
			Waiting.until("another instance polls",
					() -> this.cluster.log().secondsToOther(holder, at) < Double.POSITIVE_INFINITY);
			seconds.add(this.cluster.log().secondsToOther(holder, at));
			holder.awaitEnd();
			alive.remove(holder);
			alive.add(this.cluster.start("next").awaitReady());
		}
		return seconds;
	}

	private void show(String what, List<Double> seconds) {
		this.figures.put("seconds after a " + what + ": median, worst",
				"%.1f, %.1f".formatted(median(seconds), Collections.max(seconds)));
		this.figures.put("  all after a " + what, seconds.stream().sorted().map("%.1f"::formatted).toList());
	}

	private static double median(List<Double> values) {
		return values.stream().sorted().toList().get(values.size() / 2);
	}

}
