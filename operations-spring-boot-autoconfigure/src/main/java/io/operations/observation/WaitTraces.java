package io.operations.observation;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.internal.TraceParent;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Knows the callers of one client whose spans are sampled, by the operation that they
 * wait for. A caller whose span is not sampled takes no memory here. Thread-safe.
 *
 * @since 0.1.0
 */
public final class WaitTraces {

	// The SDK of OpenTelemetry drops further links.
	private static final int MOST_SPANS = 128;

	private static final Log logger = LogFactory.getLog(WaitTraces.class);

	// Each set is guarded by itself, and has the callers in the order in which they came.
	private final Map<String, Set<Caller>> callers = new ConcurrentHashMap<>();

	WaitTraces() {
	}

	/**
	 * Note a caller.
	 * @param operationId the id of the operation that the caller waits for
	 * @param observation the observation of the wait, or of the caller
	 * @param isWait whether it is the observation of the wait
	 * @return the caller to {@link #leave} with, {@code null} if its span is not sampled
	 */
	@Nullable Caller join(String operationId, @Nullable Observation observation, boolean isWait) {
		TraceParent span = SampledSpans.of(observation);
		if (span == null || observation == null) {
			return null;
		}
		Caller caller = new Caller(observation, span, isWait);
		this.callers.compute(operationId, (id, known) -> {
			Set<Caller> all = (known != null) ? known : new LinkedHashSet<>(2);
			synchronized (all) {
				all.add(caller);
			}
			return all;
		});
		return caller;
	}

	/**
	 * Note the caller of a wait that has no observation.
	 * @param operationId the id of the operation that the caller waits for
	 * @param view the Reactor context of the caller
	 * @return the caller, {@code null} if its span is not sampled
	 */
	@Nullable Caller join(String operationId, ContextView view) {
		Observation observation = view.getOrDefault(ObservationThreadLocalAccessor.KEY, null);
		return join(operationId, observation, false);
	}

	void leave(String operationId, @Nullable Caller caller) {
		if (caller != null) {
			this.callers.computeIfPresent(operationId, (id, known) -> {
				synchronized (known) {
					known.remove(caller);
					return known.isEmpty() ? null : known;
				}
			});
		}
	}

	/**
	 * Return the callers that wait for an operation.
	 * @param operationId the operation's id
	 * @param most the maximum number of callers
	 * @return the callers that have waited longest, the oldest first
	 */
	private List<Caller> of(String operationId, int most) {
		Set<Caller> known = this.callers.get(operationId);
		if (known == null) {
			return List.of();
		}
		synchronized (known) {
			return known.stream().limit(most).toList();
		}
	}

	/**
	 * Return for how many operations sampled callers wait.
	 * @return the number of operations
	 */
	int size() {
		return this.callers.size();
	}

	/**
	 * Connect a poll with the callers that wait for its operation, and with the span in
	 * which the application began to track it.
	 * @param poll receives the links
	 * @param tracked the span in which the tracking began, {@code null} if there is none
	 * @return the parent of the poll, {@code null} if there is none
	 */
	@Nullable Observation connect(OperationFetchObservationContext poll, @Nullable TraceParent tracked) {
		List<Caller> waiting = of(poll.getOperationId(), MOST_SPANS);
		for (Caller caller : waiting.subList(Math.min(1, waiting.size()), waiting.size())) {
			poll.addLink(caller.span);
		}
		if (tracked != null) {
			poll.addLink(tracked);
		}
		return waiting.isEmpty() ? null : waiting.get(0).observation;
	}

	/**
	 * Make a call about an operation in the scope of the caller that has waited longest.
	 * @param operationId the operation's id
	 * @param call the call
	 */
	public void about(String operationId, Runnable call) {
		List<Caller> oldest = of(operationId, 1);
		if (oldest.isEmpty()) {
			call.run();
			return;
		}
		in(oldest.get(0).observation, call);
	}

	/**
	 * Make a call in the scope of an observation.
	 * @param observation the observation
	 * @param call the call
	 */
	static void in(Observation observation, Runnable call) {
		GuardedScope scope = GuardedScope.open(observation, WaitTraces::scopeFailed);
		try {
			call.run();
		}
		finally {
			scope.close();
		}
	}

	private static void scopeFailed(RuntimeException fault) {
		logger.debug("The scope of an observation cannot be opened or closed. Log lines may have no trace id.", fault);
	}

	/**
	 * Return the listener that adds events to the spans of the waits.
	 * @return the listener
	 */
	public OperationsListener events() {
		return new Events();
	}

	private void eventOfAll(String name) {
		this.callers.keySet().forEach((id) -> event(id, name));
	}

	private void event(String operationId, String name) {
		for (Caller caller : of(operationId, Integer.MAX_VALUE)) {
			if (caller.isWait) {
				SampledSpans.event(caller.observation, name);
			}
		}
	}

	/**
	 * Represents a caller whose span is sampled. Each has its own identity.
	 */
	static final class Caller {

		private final Observation observation;

		private final TraceParent span;

		private final boolean isWait;

		private Caller(Observation observation, TraceParent span, boolean isWait) {
			this.observation = observation;
			this.span = span;
			this.isWait = isWait;
		}

	}

	private final class Events implements OperationsListener {

		@Override
		public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
			event(snapshot.operation().id(), "status." + snapshot.operation().status().name().toLowerCase(Locale.ROOT));
		}

		@Override
		public void pauseBegan(String client, Duration pause) {
			eventOfAll("pause.began");
		}

		@Override
		public void operatorPauseBegan(String client, Duration pause) {
			eventOfAll("pause.began");
		}

		@Override
		public void pauseEnded(String client) {
			eventOfAll("pause.ended");
		}

		@Override
		public void outageBegan(String client, OperationsException fault) {
			eventOfAll("outage.began");
		}

		@Override
		public void outageEnded(String client, Duration duration) {
			eventOfAll("outage.ended");
		}

	}

}
