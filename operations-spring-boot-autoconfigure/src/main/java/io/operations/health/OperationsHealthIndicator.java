package io.operations.health;

import java.time.Duration;
import java.time.Instant;

import io.operations.OperationsActivity;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsThrottledException;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.health.contributor.AbstractReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Reports the health of one client. The health is DOWN if the server rejects the
 * credentials or is unavailable. It is UP after a success, and while the server throttles
 * the client. During the throttling, a detail reports it.
 *
 * @since 0.1.0
 */
public final class OperationsHealthIndicator extends AbstractReactiveHealthIndicator {

	/**
	 * The number of consecutive failed attempts after which the server counts as
	 * unavailable.
	 */
	public static final int RUN_OF_FAULTS = OperationsActivity.FAULTS_IN_A_ROW;

	private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

	private final OperationsTemplate template;

	private final OperationsHealthListener listener;

	private final boolean probe;

	/**
	 * Create the indicator.
	 * @param template the client
	 * @param listener the listener that records the results of the client's calls
	 * @param probe whether each check sends a request to the server
	 */
	public OperationsHealthIndicator(OperationsTemplate template, OperationsHealthListener listener, boolean probe) {
		super("The health check of the operations client '" + template.getName() + "' failed.");
		this.template = template;
		this.listener = listener;
		this.probe = probe;
	}

	@Override
	protected Mono<Health> doHealthCheck(Health.Builder builder) {
		if (!this.probe) {
			return Mono.fromCallable(() -> {
				OperationsHealthListener.Showing kept = this.listener.showing(this.template.getName());
				judge(builder, kept);
				return details(builder, kept).build();
			});
		}
		return TemplateInternals.of(this.template)
			.probe()
			.timeout(PROBE_TIMEOUT)
			.then(Mono.fromCallable(builder::up))
			.onErrorResume((fault) -> Mono.fromCallable(() -> probed(builder, fault)))
			.map((judged) -> details(judged, this.listener.showing(this.template.getName())).build());
	}

	private static Health.Builder probed(Health.Builder builder, Throwable fault) {
		if (fault instanceof OperationsThrottledException) {
			return builder.up().withDetail("probe", text(fault));
		}
		return builder.down().withDetail("probe", text(fault));
	}

	private static void judge(Health.Builder builder, OperationsHealthListener.@Nullable Showing kept) {
		if (kept != null && kept.activity.isServerUnavailable()) {
			builder.down();
		}
		else if (kept == null || (kept.lastSuccessAt == null && kept.lastFaultAt == null)) {
			builder.unknown();
		}
		else {
			builder.up();
		}
	}

	private Health.Builder details(Health.Builder builder, OperationsHealthListener.@Nullable Showing kept) {
		if (kept == null) {
			return builder.withDetail("client", this.template.getName()).withDetail("observed", false);
		}
		builder.withDetail("client", this.template.getName());
		detail(builder, "lastSuccess", kept.lastSuccessAt);
		Throwable fault = kept.lastFault;
		Instant faultAt = kept.lastFaultAt;
		if (fault != null && faultAt != null) {
			builder.withDetail("lastFault", text(fault))
				.withDetail("lastFaultAge", this.listener.since(faultAt).toString());
			if (fault instanceof OperationsAuthenticationException && kept.activity.isServerUnavailable()) {
				String origin = this.template.getCredentialsOrigin();
				builder.withDetail("action",
						"Correct "
								+ ((origin != null) ? origin
										: "the credentials that this client is built with"
												+ " (OperationsTemplate.Builder.credentials)")
								+ ", or allow the account or API key to fetch operations.");
			}
		}
		detail(builder, "throttledSince", kept.throttledSince);
		detail(builder, "pausedByOperatorSince", kept.pausedByOperatorSince);
		return builder.withDetail("awaited", kept.activity.awaitedOperations())
			.withDetail("oldestWait", kept.activity.oldestWait().toString())
			.withDetail("stuck", kept.activity.stuck())
			.withDetail("queued", kept.activity.queued())
			.withDetail("inFlight", kept.activity.inFlight());
	}

	private static void detail(Health.Builder builder, String name, @Nullable Instant time) {
		if (time != null) {
			builder.withDetail(name, time.toString());
		}
	}

	private static String text(Throwable fault) {
		return String.valueOf(fault.getMessage());
	}

}
