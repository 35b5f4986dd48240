package io.operations.observation;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.operations.Operation;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationWait;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Bounds the lines about waits of one client that ended without a completed operation. A
 * few lines a second pass. One more line counts the others, because thousands of waits
 * may reach their deadlines together.
 */
final class EndedWaits {

	private static final int LINES = 10;

	private static final long PERIOD_MILLIS = 1000;

	private final Scheduler scheduler;

	private final Consumer<String> summary;

	// The fields below are guarded by "this".
	private final Map<String, Integer> others = new HashMap<>();

	private long periodBegan = Long.MIN_VALUE;

	private int lines;

	private @Nullable Disposable timer;

	/**
	 * Create the bound.
	 * @param scheduler runs the timer and is the clock
	 * @param summary logs the number of waits that had no line of their own
	 */
	EndedWaits(Scheduler scheduler, Consumer<String> summary) {
		this.scheduler = scheduler;
		this.summary = summary;
	}

	// The messages of our own exceptions name the operation.
	static String sentence(String subject, String operationId, Throwable fault) {
		String message = String.valueOf(fault.getMessage());
		String text = (fault instanceof OperationsException) ? message
				: subject + " '" + OperationsErrorResponse.printable(operationId) + "' failed: " + message;
		return text.endsWith(".") ? text : text + ".";
	}

	/**
	 * Record the end of a wait.
	 * @param reason why it ended
	 * @return {@code false} if the wait gets no line of its own
	 */
	synchronized boolean admit(Throwable reason) {
		long now = this.scheduler.now(TimeUnit.MILLISECONDS);
		// The timer ends a period with other waits. The clock may have been set back.
		if (this.others.isEmpty() && (now >= this.periodBegan + PERIOD_MILLIS || now < this.periodBegan)) {
			this.periodBegan = now;
			this.lines = 0;
		}
		if (this.lines < LINES) {
			this.lines++;
			return true;
		}
		this.others.merge(reason.getClass().getSimpleName(), 1, Integer::sum);
		if (this.timer == null) {
			this.timer = this.scheduler.schedule(this::flush, this.periodBegan + PERIOD_MILLIS - now,
					TimeUnit.MILLISECONDS);
		}
		return false;
	}

	/**
	 * Log the number of waits that had no line of their own, if there are any.
	 */
	void flush() {
		Map<String, Integer> counted;
		synchronized (this) {
			counted = Map.copyOf(this.others);
			this.others.clear();
			this.periodBegan = Long.MIN_VALUE;
			if (this.timer != null) {
				this.timer.dispose();
				this.timer = null;
			}
		}
		if (counted.isEmpty()) {
			return;
		}
		int all = counted.values().stream().mapToInt(Integer::intValue).sum();
		this.summary.accept(all + ((all == 1) ? " more wait" : " more waits")
				+ " ended without a completed operation within a second: "
				+ counted.entrySet()
					.stream()
					.sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
						.thenComparing(Map.Entry.comparingByKey()))
					.map((entry) -> entry.getValue() + " " + entry.getKey())
					.collect(Collectors.joining(", "))
				+ ". Each caller received its exception. To log each of these waits, set the level of io.operations"
				+ " to DEBUG.");
	}

	/**
	 * Return why a wait ended without a completed operation.
	 * @param wait the wait
	 * @return the error; {@code null} if its operation completed or has no status yet
	 */
	static @Nullable OperationsException faultOf(OperationWait wait) {
		Operation operation = wait.lastSeen();
		if (operation == null) {
			return null;
		}
		return switch (operation.status()) {
			case FAILED -> new OperationFailedException(operation, null);
			case CANCELLED -> new OperationCancelledException(operation, null);
			default -> null;
		};
	}

}
