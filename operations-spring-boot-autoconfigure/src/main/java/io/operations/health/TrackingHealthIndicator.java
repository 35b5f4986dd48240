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
 * Health of the store of tracked operations, which is asked each time. DOWN when it does
 * not answer in time or at all. Outcomes that were not delivered and operations that are
 * behind are details: restarting or leaving out an instance would not help them.
 *
 * @since 0.1.0
 */
public final class TrackingHealthIndicator extends AbstractReactiveHealthIndicator {

	/**
	 * How long the store may take to answer.
	 */
	public static final Duration PATIENCE = Duration.ofSeconds(5);

	private final OperationTracker tracker;

	private final Scheduler blocking;

	private final Scheduler time;

	/**
	 * Create the indicator.
	 * @param tracker is asked how its store stands
	 * @param blocking where it is asked, since that may block
	 * @param time tells when its time is over
	 */
	public TrackingHealthIndicator(OperationTracker tracker, Scheduler blocking, Scheduler time) {
		super("The health check of the store of tracked operations failed");
		this.tracker = tracker;
		this.blocking = blocking;
		this.time = time;
	}

	// A fault is answered here, since the superclass would log it at each check.
	@Override
	protected Mono<Health> doHealthCheck(Health.Builder builder) {
		return this.tracker.summary()
			.subscribeOn(this.blocking)
			.timeout(PATIENCE, Mono
				.error(() -> new TimeoutException("The store did not answer within " + PATIENCE.toSeconds() + " s")),
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
