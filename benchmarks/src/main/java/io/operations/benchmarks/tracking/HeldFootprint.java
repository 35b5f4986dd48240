package io.operations.benchmarks.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationsCredentials;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.polling.PolledOperation;
import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.TrackedRow;
import io.operations.internal.tracking.TrackingEngine;
import io.operations.internal.tracking.TrackingListeners;
import io.operations.internal.tracking.TrackingSettings;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * What a million tracked operations cost in heap while the poller holds them, with
 * everything that belongs to them: ids, entries, map and queue.
 */
public final class HeldFootprint {

	private static final int OPERATIONS = 1_000_000;

	private static final int PAGE = 1000;

	// Nothing is delivered.
	private static final TrackingSettings.Delivery DELIVERY = new TrackingSettings.Delivery(1, Duration.ofSeconds(1), 1,
			Duration.ofSeconds(1), Duration.ofMinutes(1));

	private HeldFootprint() {
	}

	/**
	 * Run the measurement.
	 * @param args none
	 * @throws InterruptedException if it is interrupted
	 */
	public static void main(String[] args) throws InterruptedException {
		try (OperationsTemplate operations = OperationsTemplate.builder(WebClient.builder())
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.build()) {
			TrackingEngine engine = new TrackingEngine(TemplateInternals.of(operations).polls(),
					new TrackingSettings(Duration.ofHours(24), null, OPERATIONS, DELIVERY), List::of,
					new TrackingListeners(List.of()));
			// Nothing is polled, so that the heap stays as it is.
			HeldOperations held = engine.hold((change) -> {
			}, () -> false);
			load(held, 0, PAGE);
			held.releaseAll();
			System.out.println("| operations held | to load | heap for each | to summarize | to release |");
			System.out.println("|---|---|---|---|---|");
			long before = heap();
			long began = System.nanoTime();
			load(held, 0, OPERATIONS);
			double loaded = seconds(began);
			long each = (heap() - before) / OPERATIONS;
			long summarizing = System.nanoTime();
			long tracked = held.summary().unseen() + held.held();
			double summarized = seconds(summarizing);
			long releasing = System.nanoTime();
			held.releaseAll();
			System.out.println(String.format(Locale.ROOT, "| %d | %.1f s | %d bytes | %.2f s | %.2f s |", tracked,
					loaded, each, summarized, seconds(releasing)));
		}
	}

	private static double seconds(long began) {
		return (System.nanoTime() - began) / 1e9;
	}

	private static void load(HeldOperations held, int from, int to) {
		Instant now = Instant.now();
		for (int first = from; first < to; first += PAGE) {
			List<TrackedRow> rows = new ArrayList<>(PAGE);
			for (int i = first; i < first + PAGE; i++) {
				rows.add(row(i, now));
			}
			held.load(rows);
		}
	}

	// As a store reads it: no string is shared with another row.
	private static TrackedRow row(int number, Instant now) {
		String id = String.format(Locale.ROOT, "proc_job_%026d", number);
		String kind = String.join(",", "configurationId", "serviceId");
		Operation seen = new Operation(id, OperationStatus.RUNNING, "RUNNING".toLowerCase(Locale.ROOT), null, null,
				null, null, Map.of(), Map.of());
		Instant since = now.minusMillis(number);
		PolledOperation polled = new PolledOperation(id, kind, true, since, since, Duration.ofMillis(number), 3, null,
				Map.of("configurationId", "cfg_" + number), seen);
		return new TrackedRow("operations", polled, Map.of("tenant", "t" + number), Duration.ofDays(1),
				since.plus(Duration.ofDays(1)), null, null, false, TrackedRow.Ending.NONE, now.toEpochMilli());
	}

	private static long heap() throws InterruptedException {
		for (int i = 0; i < 3; i++) {
			System.gc();
			Thread.sleep(200);
		}
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

}
