package io.operations.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationsThrottledException;
import io.operations.actuate.OperationsHistory;
import io.operations.internal.polling.PollEvent;
import io.operations.internal.polling.PollListener;

/**
 * What the history of a wait costs in heap: after each number of polls, one of them
 * throttled, with a change of the status each third poll. A hundred histories of 1,000
 * waits each make the figure exact.
 */
public final class HistoryFootprint {

	private static final int HISTORIES = 100;

	private static final int WAITS = 1000;

	private static final long INTERVAL = 3000;

	private HistoryFootprint() {
	}

	/**
	 * Run the measurement.
	 * @param args none
	 * @throws InterruptedException if it is interrupted
	 */
	public static void main(String[] args) throws InterruptedException {
		measure(1);
		System.out.println("| polls | heap for each history |");
		System.out.println("|---|---|");
		for (int polls : new int[] { 1, 4, 10, 20, 100 }) {
			System.out.println(String.format(Locale.ROOT, "| %d | %d bytes |", polls, measure(polls)));
		}
	}

	private static long measure(int polls) throws InterruptedException {
		List<String> ids = new ArrayList<>();
		for (int i = 0; i < WAITS; i++) {
			ids.add("proc_job_" + i);
		}
		List<OperationsHistory> histories = new ArrayList<>();
		long before = heap();
		for (int i = 0; i < HISTORIES; i++) {
			OperationsHistory history = new OperationsHistory(() -> Instant.EPOCH);
			for (String id : ids) {
				poll((PollListener) history.listener(), id, polls);
			}
			histories.add(history);
		}
		long each = (heap() - before) / HISTORIES / WAITS;
		if (histories.size() != HISTORIES) {
			throw new IllegalStateException("The histories must be in memory until here");
		}
		return each;
	}

	private static void poll(PollListener history, String id, int polls) {
		Operation before = null;
		for (int poll = 0; poll < polls; poll++) {
			long time = INTERVAL * (poll + 1);
			Operation seen = (poll % 10 == 1) ? null : operation(id, poll);
			history.polled("operations", new PollEvent(id, false, 0, time - 1, time, seen,
					(seen != null) ? null : new OperationsThrottledException("full", id, (Duration) null), before));
			before = (seen != null) ? seen : before;
		}
	}

	private static Operation operation(String id, int poll) {
		String text = (poll / 3 % 2 == 0) ? "PENDING" : "RUNNING";
		return new Operation(id, OperationStatus.RUNNING, text, null, null, null, null, Map.of(), Map.of());
	}

	private static long heap() throws InterruptedException {
		for (int i = 0; i < 3; i++) {
			System.gc();
			Thread.sleep(200);
		}
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

}
