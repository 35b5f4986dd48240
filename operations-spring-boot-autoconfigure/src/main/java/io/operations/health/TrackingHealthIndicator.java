package io.operations.health;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

import io.operations.OperationsErrorResponse;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.boot.health.contributor.AbstractReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.core.NestedExceptionUtils;

/**
 * Reports the health of the store of tracked operations. Each check queries the store.
 * The health is DOWN if the store fails or does not answer within {@link #PATIENCE}.
 * Undelivered outcomes and overdue operations are details only, because neither a restart
 * of an instance nor its removal from the load balancer helps them.
 *
 * @since 0.1.0
 */
public final class TrackingHealthIndicator extends AbstractReactiveHealthIndicator {

	/**
	 * The maximum time that the store may take to answer.
	 */
	public static final Duration PATIENCE = Duration.ofSeconds(5);

	private final OperationTracker tracker;

	private final Scheduler blocking;

	private final Scheduler time;

	/**
	 * Create the indicator.
	 * @param tracker the tracker that summarizes the store
	 * @param blocking the scheduler of the query, which may block
	 * @param time the scheduler of the timeout
	 */
	public TrackingHealthIndicator(OperationTracker tracker, Scheduler blocking, Scheduler time) {
		super("The health check of the store of tracked operations failed.");
		this.tracker = tracker;
		this.blocking = blocking;
		this.time = time;
	}

	// Errors are handled here, because the superclass would log them at each check.
	@Override
	protected Mono<Health> doHealthCheck(Health.Builder builder) {
		return this.tracker.summary()
			.subscribeOn(this.blocking)
			.timeout(PATIENCE, Mono
				.error(() -> new TimeoutException("The store did not answer within " + PATIENCE.toSeconds() + " s.")),
					this.time)
			.map((summary) -> up(builder, summary))
			.onErrorResume((fault) -> Mono.fromCallable(() -> down(builder, fault)));
	}

	private static Health up(Health.Builder builder, TrackingSummary summary) {
		return builder.up()
			.withDetail("tracked", summary.count(TrackingState.TRACKED))
			.withDetail("oldest", summary.oldest().toString())
			.withDetail("stuck", summary.stuck())
			.withDetail("backlog", summary.backlog())
			.withDetail("backlogAge", summary.backlogAge().toString())
			.withDetail("undelivered", summary.count(TrackingState.UNDELIVERED))
			.build();
	}

	private static Health down(Health.Builder builder, Throwable fault) {
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(fault);
		return builder.down()
			.withDetail("store", "cannot be reached")
			.withDetail("fault",
					cause.getClass().getName() + ": "
							+ OperationsErrorResponse.printable(String.valueOf(cause.getMessage())))
			.build();
	}

}
