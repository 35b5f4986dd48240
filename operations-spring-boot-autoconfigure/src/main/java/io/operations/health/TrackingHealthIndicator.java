package io.operations.health;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;

import io.operations.OperationsErrorResponse;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.boot.health.contributor.AbstractReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.core.NestedExceptionUtils;

/**
 * Reports the health of the store of tracked operations. Each check queries the store.
 * The health is DOWN if the store fails or does not answer within {@link #STORE_TIMEOUT}.
 * If several clients are tracked, the details show the sums and those of each client.
 * Failing deliveries, undelivered outcomes and overdue operations are details only,
 * because neither a restart of an instance nor its removal from the load balancer helps
 * them.
 *
 * @since 0.1.0
 */
public final class TrackingHealthIndicator extends AbstractReactiveHealthIndicator {

	/**
	 * The maximum time that the store may take to answer.
	 */
	public static final Duration STORE_TIMEOUT = Duration.ofSeconds(5);

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
		return summaries().subscribeOn(this.blocking)
			.timeout(STORE_TIMEOUT, Mono.error(
					() -> new TimeoutException("The store did not answer within " + STORE_TIMEOUT.toSeconds() + " s.")),
					this.time)
			.map((clients) -> up(builder, clients))
			.onErrorResume((fault) -> Mono.fromCallable(() -> down(builder, fault)));
	}

	// One client or the whole application: the first entries have the same form.
	private Mono<Map<String, TrackingSummary>> summaries() {
		return Flux.defer(() -> Flux.fromIterable(this.tracker.clients()))
			.concatMap(
					(client) -> this.tracker.forClient(client).summary().map((summary) -> Map.entry(client, summary)))
			.collect(LinkedHashMap::new, (all, entry) -> all.put(entry.getKey(), entry.getValue()));
	}

	private static Health up(Health.Builder builder, Map<String, TrackingSummary> clients) {
		TrackingSummary all = clients.values()
			.stream()
			.reduce(TrackingSummary::plus)
			.orElseThrow(() -> new IllegalStateException("There is no client whose operations are tracked."));
		builder.up().withDetails(details(all));
		if (clients.size() > 1) {
			Map<String, Object> each = new LinkedHashMap<>();
			clients.forEach((client, summary) -> each.put(client, details(summary)));
			builder.withDetail("clients", each);
		}
		return builder.build();
	}

	private static Map<String, Object> details(TrackingSummary summary) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("tracked", summary.count(TrackingState.TRACKED));
		details.put("oldest", summary.oldest().toString());
		details.put("stuck", summary.stuck());
		details.put("backlog", summary.backlog());
		details.put("backlogAge", summary.backlogAge().toString());
		details.put("ended", summary.count(TrackingState.ENDED));
		details.put("failing", summary.failing());
		details.put("undelivered", summary.count(TrackingState.UNDELIVERED));
		return details;
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
