package io.operations.sample.cluster;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances in processes of their own share operations in one PostgreSQL, at an
 * endpoint that throttles, is away and is slow. The instance that polls is killed, the
 * database is away for a while, its connections are cut, and all instances are killed.
 * There are 2,000 operations and a minute without the database in the profile "soak",
 * else 400 and five seconds.
 */
class CrashIT {

	private static final Log logger = LogFactory.getLog(CrashIT.class);

	private static final int OPERATIONS = Waiting.SOAK ? 2000 : 400;

	private static final int SHORTEST = Waiting.SOAK ? 120 : 20;

	private static final int LONGEST = Waiting.SOAK ? 240 : 36;

	private static final int IN_DELIVERY = 10;

	private static final int SECONDS_TO_DELIVERY = Waiting.SOAK ? 20 : 6;

	private static final int STILL_RUNNING = 40;

	private static final int OPEN_AT_THE_END = 5;

	private static final int IN_FLIGHT = Waiting.SOAK ? 12 : 8;

	private static final int RATE = 50;

	// Also the one that was killed shortly before.
	private static final int INSTANCES = 3;

	private static final Duration HEARTBEAT = Duration.ofSeconds(Waiting.SOAK ? 5 : 1);

	// With the default lease of 4 s and a look each second.
	private static final Duration TAKEOVER = Duration.ofMillis(6500);

	// What the measuring takes, and a machine that is busy.
	private static final Duration MARGIN = Duration.ofSeconds(2);

	private static final Duration MEASURED = Duration.ofSeconds(Waiting.SOAK ? 5 : 2);

	private static final Duration DATABASE_AWAY = Duration.ofSeconds(Waiting.SOAK ? 60 : 5);

	private static final Duration CONNECTIONS_CUT = Duration.ofSeconds(Waiting.SOAK ? 20 : 3);

	private static final String HELD = "SELECT task_instance FROM operations_scheduled"
			+ " WHERE picked AND picked_by LIKE :holder";

	private static final String CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
			+ " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

	private final Map<String, Object> figures = new LinkedHashMap<>();

	private final Map<String, Long> expected = new LinkedHashMap<>();

	private final List<Disturbance> disturbances = new ArrayList<>();

	private long cutAt;

	private long cutUntil;

	private Cluster cluster;

	private OperationsSimulator simulator;

	private @Nullable Disposable faults;

	@BeforeEach
	void start(@TempDir(cleanup = CleanupMode.NEVER) Path directory) {
		this.simulator = OperationsSimulator.start();
		this.cluster = new Cluster(directory, this.simulator);
	}

	@AfterEach
	void stop() {
		if (this.faults != null) {
			this.faults.dispose();
		}
		this.cluster.close();
	}

	@Test
	void everyOperationHasItsOneOutcomeAfterACrashAndAnAbsenceOfTheDatabase() throws SQLException {
		Instance first = startInstance("first");
		Instance second = startInstance("second").awaitReady();
		first.awaitReady();
		Set<String> ids = new HashSet<>();
		Crash crash;
		try (Connection locks = this.cluster.database().connect()) {
			// What these handlers write waits for the locks, so that a crash finds them
			// at work.
			script(IN_DELIVERY, SECONDS_TO_DELIVERY, SECONDS_TO_DELIVERY);
			ids.addAll(this.cluster.write(IN_DELIVERY / 2, first, second));
			Database.lock(locks, "SELECT * FROM configurations FOR UPDATE");
			script(OPERATIONS - IN_DELIVERY, SHORTEST, LONGEST);
			ids.addAll(this.cluster.write((OPERATIONS - IN_DELIVERY) / 2, first, second));
			assertThat(ids).hasSize(OPERATIONS);
			playFaults();
			crash = kill(first, second);
		}
		Instance third = startInstance("third");
		awaitRevival(crash);
		third.awaitReady();
		stopFaults();
		// On a slow machine, all others may have ended by now.
		script(STILL_RUNNING, SHORTEST, LONGEST);
		ids.addAll(this.cluster.write(STILL_RUNNING / 2, crash.survivor, third));
		DatabaseAbsence absence = stopDatabase();
		cutConnections(crash.survivor, third);
		ids.addAll(killAll(crash.survivor, third));
		if (Waiting.SOAK) {
			playFaults();
		}
		Waiting.until("every operation has ended",
				() -> this.cluster.count("SELECT count(*) FROM configurations WHERE status = 'PENDING'") == 0);
		Waiting.until("every outcome is delivered",
				() -> this.cluster.count("SELECT count(*) FROM operations_tracked WHERE state <> 'DELIVERED'") == 0);
		judge(ids, crash, absence, this.cluster.log());
	}

	private Instance startInstance(String name, String... others) {
		List<String> arguments = new ArrayList<>(List.of("--spring.datasource.hikari.maximum-pool-size=20",
				"--operations.rate-limit.requests-per-second=" + RATE,
				"--operations.tracking.jdbc.heartbeat-interval=" + HEARTBEAT,
				// Until the kill, the handlers wait for a lock, in the profile "soak" for
				// minutes.
				"--operations.tracking.delivery.timeout=10m"));
		arguments.addAll(List.of(others));
		return this.cluster.start(name, arguments.toArray(new String[0]));
	}

	private void script(int count, int shortest, int longest) {
		Random random = new Random(count);
		for (int i = 0; i < count; i++) {
			OperationScript script = switch (random.nextInt(10)) {
				case 0 -> expect("FAILED", OperationScript.failed());
				case 1 -> expect("CANCELLED", OperationScript.cancelled());
				default -> expect("COMPLETED", OperationScript.completed());
			};
			long millis = 1000L * shortest + (long) (1000 * (longest - shortest) * random.nextDouble());
			this.simulator.nextScript(script.running(Duration.ofMillis(millis)));
		}
	}

	private OperationScript expect(String outcome, OperationScript script) {
		this.expected.merge(outcome, 1L, Long::sum);
		return script;
	}

	private void playFaults() {
		this.faults = Flux.interval(Duration.ofSeconds(2)).subscribe((round) -> {
			// Else an endpoint that is asked less, since it is slow, stays slow for ever.
			this.simulator.clearFaults();
			switch (Math.toIntExact(round % 3)) {
				case 0 -> this.simulator.fault(20, Fault.unavailable());
				case 1 -> this.simulator.fault(2, Fault.throttled(Duration.ofSeconds(1)));
				default -> this.simulator.fault(30, Fault.delayed(Duration.ofSeconds(2)));
			}
		});
	}

	private void stopFaults() {
		if (this.faults != null) {
			this.faults.dispose();
		}
		this.simulator.clearFaults();
	}

	private Crash kill(Instance one, Instance other) {
		Instance first = this.cluster.awaitHolder(one, other);
		Instance second = (first == one) ? other : one;
		Waiting.until("both instances deliver outcomes", () -> inDelivery(first) >= 1 && inDelivery(second) >= 1);
		stopFaults();
		// What the refusals made of the bound in flight rises by one with each round of
		// answers, and only while polls fill it. So answers are slow until they do.
		Waiting.until("polls are under way", () -> {
			this.simulator.clearFaults();
			this.simulator.fault(60, Fault.delayed(Duration.ofSeconds(1)));
			return this.cluster.endpoint().inFlight(first) >= IN_FLIGHT;
		});
		first.kill();
		long at = System.nanoTime();
		this.simulator.clearFaults();
		List<String> held = this.cluster.jdbc()
			.sql(HELD)
			.param("holder", first.holder())
			.query((row, number) -> row.getString(1))
			.list();
		List<String> delivered = this.cluster.jdbc()
			.sql("SELECT id FROM operations_tracked WHERE state = 'ENDED' AND attempts = 1 AND id IN (:held)")
			.param("held", held)
			.query((row, number) -> row.getString(1))
			.list();
		this.figures.put("deliveries in flight at the kill", delivered.size());
		return new Crash(first, second, at, delivered);
	}

	private long inDelivery(Instance instance) {
		return this.cluster.jdbc()
			.sql("SELECT count(*) FROM operations_tracked WHERE state = 'ENDED' AND attempts = 1 AND id IN (" + HELD
					+ ")")
			.param("holder", instance.holder())
			.query(Long.class)
			.single();
	}

	private void awaitRevival(Crash crash) {
		Waiting.until("all that the killed instance held was taken over",
				() -> this.cluster.jdbc()
					.sql(HELD)
					.param("holder", crash.instance.holder())
					.query((row, number) -> row.getString(1))
					.list()
					.isEmpty());
		double seconds = PollLog.seconds(System.nanoTime() - crash.at);
		this.figures.put("seconds until all of that was taken over", seconds);
	}

	private DatabaseAbsence stopDatabase() {
		Waiting.pause(MEASURED);
		awaitPoll(System.nanoTime() - MEASURED.toNanos());
		long stopped = System.nanoTime();
		Instant from = Instant.now();
		this.cluster.database().stop();
		this.disturbances.add(new Disturbance(from, Instant.now()));
		Waiting.pause(DATABASE_AWAY);
		awaitPoll(stopped + DATABASE_AWAY.toNanos() / 2);
		long returning = System.nanoTime();
		this.cluster.database().start();
		Waiting.pause(MEASURED.multipliedBy(3));
		PollLog log = this.cluster.log();
		double before = log.rate(stopped - MEASURED.toNanos(), stopped);
		double seconds = log.secondsToRate(0.9 * before, returning, System.nanoTime());
		this.figures.put("polls a second before the database's stop", before);
		double away = log.rate(stopped + DATABASE_AWAY.toNanos() / 2, returning);
		this.figures.put("  while it was away", away);
		this.figures.put("seconds from its start to the full rate", seconds);
		return new DatabaseAbsence(before, away, seconds);
	}

	// On a slow machine, only the last operations run by now, and their first polls are
	// not yet due.
	private void awaitPoll(long since) {
		Waiting.until("operations are polled", () -> this.cluster.log().between(since, System.nanoTime()) > 0);
	}

	private void cutConnections(Instance... alive) {
		Instant from = Instant.now();
		long warnings = warnings(alive);
		long began = System.nanoTime();
		Waiting.until("connections were cut for a time", () -> {
			this.cluster.jdbc().sql(CUT).query().listOfRows();
			return System.nanoTime() - began >= CONNECTIONS_CUT.toNanos();
		});
		this.cutAt = began;
		this.cutUntil = System.nanoTime();
		this.disturbances.add(new Disturbance(from, Instant.now()));
		this.figures.put("warnings while connections were cut", warnings(alive) - warnings);
		this.figures.put("polls a second meanwhile", this.cluster.log().rate(began, System.nanoTime()));
		assertThat(warnings(alive) - warnings).isLessThanOrEqualTo(alive.length);
	}

	private static long warnings(Instance... instances) {
		return Stream.of(instances)
			.flatMap((instance) -> instance.log().lines())
			.filter((line) -> line.contains(" WARN ") && line.contains("cannot be reached"))
			.count();
	}

	private List<String> killAll(Instance... alive) {
		// By then, the pools have replaced the connections that were cut.
		Waiting.pause(Duration.ofSeconds(2));
		// On a fast machine, all others may have ended by now.
		script(alive.length * OPEN_AT_THE_END, SECONDS_TO_DELIVERY, SECONDS_TO_DELIVERY);
		List<String> open = this.cluster.write(OPEN_AT_THE_END, alive);
		Instant from = Instant.now();
		long at = System.nanoTime();
		Stream.of(alive).forEach(Instance::kill);
		this.disturbances.add(new Disturbance(from, Instant.now()));
		this.figures.put("open operations when all were killed",
				this.cluster.count("SELECT count(*) FROM operations_tracked WHERE state = 'TRACKED'"));
		// The last operations are shorter than those that the adaptive schedule has
		// learned
		// from, so it would poll them half a minute later.
		Instance next = startInstance("fourth", "--operations.polling.schedule=backoff").awaitReady();
		Waiting.until("the next one polls", () -> this.cluster.log().of(next).size() > 0);
		this.figures.put("seconds from that to the first poll of the next",
				this.cluster.log().of(next).secondsToFirst(at));
		return open;
	}

	private void judge(Set<String> ids, Crash crash, DatabaseAbsence absence, PollLog log) {
		double takeover = log.secondsToOther(crash.instance, crash.at);
		List<String> repeated = this.cluster.texts("SELECT operation_id FROM configurations WHERE attempt > 1");
		// Counted before, and rolled back.
		List<String> disturbed = new ArrayList<>();
		for (Disturbance disturbance : this.disturbances) {
			disturbed.addAll(this.cluster.jdbc()
				.sql("SELECT operation_id FROM configurations JOIN operations_tracked ON id = operation_id"
						+ " WHERE attempt > 1 AND operations_tracked.ended_at <= :until"
						+ " AND configurations.ended_at > :from")
				.param("from", disturbance.from.atOffset(ZoneOffset.UTC))
				.param("until", disturbance.until.atOffset(ZoneOffset.UTC))
				.query((row, number) -> row.getString(1))
				.list());
		}
		this.figures.put("seconds until another instance polled", takeover);
		this.figures.put("operations, outcomes",
				ids.size() + ", " + this.cluster.count("SELECT sum(outcomes) FROM configurations"));
		this.figures.put("repeats: for the kill, for the rest",
				crash.delivered.stream().filter(repeated::contains).count() + ", " + disturbed.size());
		this.figures.put("polls", log.size());
		this.figures.put("polls of one operation at once", log.overlaps());
		this.figures.put("  without the time in which connections were cut",
				log.without(this.cutAt, this.cutUntil).overlaps());
		logger.info(Waiting.table(this.figures));
		assertThat(this.cluster.texts("SELECT operation_id FROM configurations WHERE outcomes = 1"))
			.containsExactlyInAnyOrderElementsOf(ids);
		assertThat(this.cluster.texts("SELECT id FROM operations_tracked WHERE state = 'DELIVERED'"))
			.containsExactlyInAnyOrderElementsOf(ids);
		assertThat(this.cluster.count("SELECT count(*) FROM operations_scheduled")).isZero();
		Map<String, Long> outcomes = this.cluster.texts("SELECT status FROM configurations")
			.stream()
			.collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
		assertThat(outcomes).isEqualTo(this.expected);
		// For a moment, the holder alone may be cut off.
		assertThat(log.without(this.cutAt, this.cutUntil).overlaps()).isZero();
		assertThat(log.instances()).hasSizeGreaterThan(1);
		assertThat(crash.delivered).isNotEmpty();
		assertThat(repeated).containsAll(crash.delivered)
			.allMatch((id) -> crash.delivered.contains(id) || disturbed.contains(id));
		assertThat(absence.rateAway).as("polls go on").isPositive();
		if (Waiting.TIMED) {
			assertThat(takeover).isLessThan(PollLog.seconds(TAKEOVER.plus(MARGIN).toNanos()));
			// Each instance has its share of the rate.
			assertThat(absence.rateAway).isGreaterThan(0.8 * absence.rate / INSTANCES);
			assertThat(absence.secondsToRate).isLessThan(2 + PollLog.seconds(MARGIN.toNanos()));
		}
	}

	/**
	 * What was so when an instance was killed.
	 */
	private record Crash(Instance instance, Instance survivor, long at, List<String> delivered) {
	}

	/**
	 * The time without a database.
	 */
	private record DatabaseAbsence(double rate, double rateAway, double secondsToRate) {
	}

	/**
	 * A time that undoes deliveries.
	 */
	private record Disturbance(Instant from, Instant until) {
	}

}
