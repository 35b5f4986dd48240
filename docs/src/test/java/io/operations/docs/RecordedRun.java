package io.operations.docs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import io.operations.AcceptedOperation;
import io.operations.core.OperationsTemplate;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.awaitility.Awaitility;
import reactor.core.Disposable;

/**
 * Runs an application through healthy and faulty phases, and records a scrape every 30
 * seconds. The time passes in jumps.
 */
final class RecordedRun {

	static final Duration INTERVAL = Duration.ofSeconds(30);

	private static final Duration LONG = Duration.ofHours(10);

	private static final Duration WORK = Duration.ofSeconds(40);

	private static final int JUMPS = 8;

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final String CLIENT = "{client=\"operations\"}";

	private static final Pattern BUSY = Pattern.compile("^operations_"
			+ "(waits|paused_seconds|server_unavailable|credentials_rejected|retrying|queued)\\{[^}]*} (?!0\\.0$)",
			Pattern.MULTILINE);

	private final Map<String, Recording> phases = new LinkedHashMap<>();

	private final OperationsTemplate operations;

	private final OperationTracker tracker;

	private final OperationsSimulator simulator;

	private final Supplier<String> scrape;

	private final AtomicBoolean handlerFails;

	private final AtomicBoolean storeFails;

	private int number;

	RecordedRun(OperationsTemplate operations, OperationTracker tracker, OperationsSimulator simulator,
			Supplier<String> scrape, AtomicBoolean handlerFails, AtomicBoolean storeFails) {
		this.operations = operations;
		this.tracker = tracker;
		this.simulator = simulator;
		this.scrape = scrape;
		this.handlerFails = handlerFails;
		this.storeFails = storeFails;
	}

	/**
	 * Return the scrapes of each phase.
	 */
	Map<String, Recording> phases() {
		return this.phases;
	}

	void run() {
		this.simulator.defaultScript(script());
		record("healthy", 32, JUMPS, this::work);
		throttled();
		rest();
		paused();
		rest();
		away();
		rest();
		malformed();
		rest();
		denied();
		rest();
		stuck();
		rest();
		undelivered();
		rest();
		storeLost();
		rest();
		nearBound();
		rest();
		atBound();
		rest();
		timingOut();
		rest();
		record("late", 44, 1, this::work);
		rest();
		record("healthy again", 20, JUMPS, this::work);
	}

	private void throttled() {
		this.simulator.fault(Integer.MAX_VALUE, Fault.throttled(Duration.ofSeconds(20)));
		List<Disposable> waits = waits(5, OperationScript.completed().running(LONG));
		record("throttled", 18, 3, () -> {
		});
		end(waits);
	}

	private void paused() {
		this.simulator.fault(Integer.MAX_VALUE, Fault.throttled(Duration.ofMinutes(30)));
		List<Disposable> waits = waits(20, script());
		pass(1);
		record("paused", 26, 3, () -> waits.addAll(waits(1, script())));
		end(waits);
	}

	private void malformed() {
		this.simulator.fault(Integer.MAX_VALUE, Fault.html());
		List<Disposable> waits = waits(5, OperationScript.completed().running(LONG));
		record("malformed", 14, 3, () -> {
		});
		end(waits);
	}

	private void away() {
		this.simulator.fault(Integer.MAX_VALUE, Fault.unavailable());
		List<Disposable> waits = waits(5, OperationScript.completed().running(LONG));
		record("unavailable", 16, 3, () -> {
		});
		end(waits);
	}

	private void denied() {
		this.simulator.fault(Integer.MAX_VALUE, Fault.status(401));
		record("denied", 10, 3, () -> waits(1, script()));
		this.simulator.clearFaults();
	}

	private void stuck() {
		List<Disposable> waits = waits(1, OperationScript.endingAs("RUNNING"));
		String tracked = track(OperationScript.endingAs("RUNNING"));
		record("stuck", 30, 3, this::work);
		end(waits);
		this.tracker.forget(tracked).block();
	}

	private void undelivered() {
		this.handlerFails.set(true);
		record("undelivered", 14, 3, () -> {
			this.work();
			track(script());
		});
		this.handlerFails.set(false);
		List<TrackedOperation> failed = this.tracker.stream(TrackingFilter.of(TrackingState.UNDELIVERED))
			.collectList()
			.block();
		failed.forEach((operation) -> this.tracker.redeliver(operation.id()).block());
	}

	private void storeLost() {
		this.storeFails.set(true);
		record("store lost", 12, 1, () -> this.tracker.find("unknown").onErrorComplete().block());
		this.storeFails.set(false);
	}

	private void nearBound() {
		List<Disposable> waits = waits(RecordedAlertsTests.MAX_WAITS - 5, OperationScript.completed().running(LONG));
		record("near a bound", 14, 3, () -> {
		});
		end(waits);
	}

	private void atBound() {
		List<Disposable> waits = waits(RecordedAlertsTests.MAX_WAITS, OperationScript.completed().running(LONG));
		record("at a bound", 14, 3, () -> waits(1, script()));
		end(waits);
	}

	private void timingOut() {
		record("timing out", 14, 3, () -> {
			waits(2, script());
			this.operations.await(this.simulator.accept(script()), WORK.dividedBy(2)).onErrorComplete().subscribe();
		});
	}

	// Everything that a healthy application does.
	private void work() {
		waits(2, script());
		track(script());
		this.operations.getWebClient()
			.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(Map.of())
			.exchangeToMono(AcceptedOperation::from)
			.block();
	}

	private static OperationScript script() {
		return OperationScript.completed().running(WORK);
	}

	private List<Disposable> waits(int count, OperationScript script) {
		List<Disposable> waits = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			waits.add(this.operations.await(this.simulator.accept(script), LONG).onErrorComplete().subscribe());
		}
		return waits;
	}

	private String track(OperationScript script) {
		String id = this.simulator.accept(script);
		this.tracker.track(id, Map.of("number", Integer.toString(this.number++))).block();
		return id;
	}

	private void end(List<Disposable> waits) {
		this.simulator.clearFaults();
		waits.forEach(Disposable::dispose);
	}

	private void record(String phase, int scrapes, int jumps, Runnable work) {
		Recording recording = this.phases.computeIfAbsent(phase, (name) -> new Recording());
		recording.add(this.scrape.get());
		for (int i = 0; i < scrapes; i++) {
			work.run();
			pass(jumps);
			recording.add(this.scrape.get());
		}
	}

	private void pass(int jumps) {
		for (int i = 0; i < jumps; i++) {
			this.simulator.advance(INTERVAL.dividedBy(jumps));
			if (this.handlerFails.get()) {
				Awaitility.await()
					.pollInSameThread()
					.atMost(PATIENCE)
					.pollInterval(Duration.ofMillis(1))
					.until(this::isDelivered);
			}
		}
	}

	// A jump does not wait for handlers.
	private boolean isDelivered() {
		return this.tracker.summary().block().backlog() == 0
				&& this.scrape.get().contains("\noperations_deliveries_active" + CLIENT + " 0.0\n");
	}

	// Until nothing of a phase is left.
	private void rest() {
		Awaitility.await().pollInSameThread().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
			this.operations.fetch(this.simulator.accept(script())).onErrorComplete().subscribe();
			pass(1);
			return isIdle();
		});
	}

	private boolean isIdle() {
		return !BUSY.matcher(this.scrape.get()).find() && this.tracker.summary()
			.block()
			.states()
			.entrySet()
			.stream()
			.allMatch((state) -> state.getKey() == TrackingState.DELIVERED || state.getValue() == 0);
	}

}
