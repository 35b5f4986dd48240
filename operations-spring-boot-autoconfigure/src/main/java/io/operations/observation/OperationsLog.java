package io.operations.observation;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.operations.MalformedOperationException;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationTimeoutException;
import io.operations.OperationWait;
import io.operations.OperationsActivity;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsOverload;
import io.operations.OperationsThrottledException;
import io.operations.internal.KeyPrefix;
import io.operations.internal.ReadableDuration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Logs what happens to operations, to the logger {@code io.operations}.
 * <ul>
 * <li>DEBUG: each request for an operation, and each wait that all its callers
 * cancelled.</li>
 * <li>INFO: each wait that ended without a completed operation. After ten of these lines
 * within a second, one line has the number of the other waits. Each of the other waits is
 * logged at DEBUG.</li>
 * <li>WARN: the beginning and the end of throttling, of a pause that an operator began,
 * of an outage and of the loss of the shared rate limit.</li>
 * <li>WARN: more waits than the rate limit can serve.</li>
 * <li>WARN, once for each wait: an operation that is stuck.</li>
 * <li>WARN, once for each client: a response that names another operation, and a response
 * with an operation of another product.</li>
 * <li>ERROR: a JVM error that ended a request. The log repeats the same error only after
 * a request has succeeded or another error has occurred.</li>
 * </ul>
 * Lines name the client, the operation and, where the server sent one, the
 * {@code Twilio-Request-Id}.
 *
 * @since 0.1.0
 */
public class OperationsLog implements OperationsListener {

	private static final Log logger = LogFactory.getLog("io.operations");

	// The activities of the clients, which know the prefixes of the configuration keys.
	private final Map<String, OperationsActivity> clients = new ConcurrentHashMap<>();

	private final Set<String> throttled = ConcurrentHashMap.newKeySet();

	private final Map<String, Duration> pauses = new ConcurrentHashMap<>();

	private final OperatorPauseLog operatorPauses = new OperatorPauseLog();

	private final Set<String> warnedOfOtherOperations = ConcurrentHashMap.newKeySet();

	private final Set<String> warnedOfOtherProducts = ConcurrentHashMap.newKeySet();

	private final Map<String, String> broken = new ConcurrentHashMap<>();

	private final Map<String, EndedWaits> endedWaits = new ConcurrentHashMap<>();

	private final Scheduler scheduler;

	/**
	 * Create the log with Reactor's scheduler {@link Schedulers#parallel()}.
	 */
	public OperationsLog() {
		this(Schedulers.parallel());
	}

	/**
	 * Create the log.
	 * @param scheduler supplies the time, and runs the timer for lines that summarise
	 * several events
	 */
	public OperationsLog(Scheduler scheduler) {
		this.scheduler = scheduler;
	}

	@Override
	public void opened(String client, OperationsActivity activity) {
		this.clients.put(client, activity);
	}

	private String keys(String client) {
		OperationsActivity activity = this.clients.get(client);
		return (activity != null) ? activity.keyPrefix() : KeyPrefix.DEFAULT;
	}

	private String rateLimitKeys(String client) {
		OperationsActivity activity = this.clients.get(client);
		return (activity != null) ? activity.rateLimitKeyPrefix() : KeyPrefix.DEFAULT;
	}

	@Override
	public void fetched(String client, OperationSnapshot snapshot) {
		String other = snapshot.operation().answeredId().orElse(null);
		if (other != null && this.warnedOfOtherOperations.add(client)) {
			logger.warn("[" + client + "] The server answered a request for operation '"
					+ printable(snapshot.operation().id()) + "' with operation '" + printable(other) + "'"
					+ requestId(snapshot.requestId())
					+ ". A fetch returns this response. A wait ignores it and polls again. Check " + keys(client)
					+ ".path and the proxies and caches between this application and " + keys(client)
					+ ".base-url. The library logs this warning once for each client.");
		}
		if (logger.isDebugEnabled()) {
			logger
				.debug("[" + client + "] Operation '" + printable(snapshot.operation().id()) + "' is "
						+ printable(snapshot.operation().statusText())
						+ ((other != null) ? ", but the response names operation '" + printable(other) + "'" : "")
						+ ((snapshot.retryAfter() != null)
								? ", retry after " + ReadableDuration.of(snapshot.retryAfter()) : "")
						+ requestId(snapshot.requestId()) + ".");
		}
		if (!this.broken.isEmpty()) {
			this.broken.remove(client);
		}
		// Throttling ends with the first answer after a pause. When the pause ends, the
		// server may still throttle the next request.
		if (!this.throttled.isEmpty() && !this.pauses.containsKey(client) && this.throttled.remove(client)) {
			logger.warn("[" + client + "] The throttling is over: the server answers again, first for operation '"
					+ printable(snapshot.operation().id()) + "'" + requestId(snapshot.requestId())
					+ ". The client no longer holds back requests.");
		}
	}

	@Override
	public void failed(String client, String operationId, Throwable fault) {
		if (fault.getCause() instanceof Error error) {
			String text = error.toString();
			// The error returns with each call until its cause is removed.
			if (!text.equals(this.broken.put(client, text))) {
				logger.error("[" + client + "] " + fault.getMessage(), fault);
			}
			return;
		}
		if (fault instanceof MalformedOperationException malformed && malformed.isOfAnotherProduct()
				&& this.warnedOfOtherProducts.add(client)) {
			logger.warn("[" + client + "] " + fault.getMessage() + " A wait ignores this response and polls again."
					+ " The library logs this warning once for each client.");
		}
		if (logger.isDebugEnabled()) {
			logger.debug("[" + client + "] " + EndedWaits.sentence("The request for operation", operationId, fault));
		}
	}

	@Override
	public void pauseBegan(String client, Duration pause) {
		this.pauses.put(client, pause);
	}

	@Override
	public void operatorPauseBegan(String client, Duration pause) {
		this.operatorPauses.began(client, pause);
	}

	@Override
	public void pauseEnded(String client) {
		this.pauses.remove(client);
		this.operatorPauses.ended(client);
	}

	@Override
	public void throttled(String client, OperationsThrottledException fault) {
		Duration pause = fault.isLocal() ? null : this.pauses.get(client);
		// Without a pause the 429 is a single one, and only its request waits.
		if (pause != null && this.throttled.add(client)) {
			logger.warn("[" + client
					+ "] The server throttles the account. The client holds back all requests, at first for "
					+ ReadableDuration.of(pause) + ". If the throttling lasts, lower " + rateLimitKeys(client)
					+ ".rate-limit.max-in-flight or " + rateLimitKeys(client)
					+ ".rate-limit.requests-per-second. First error: " + fault.getMessage());
		}
	}

	@Override
	public void budgetUnavailable(String client, Throwable fault) {
		logger.warn("[" + client + "] The database of the shared rate limit is unavailable. This instance sends only"
				+ " its share of the rate until the database answers again: the rate divided by the number of"
				+ " instances seen last. Check the database and the network path to it." + " First error: " + fault);
	}

	@Override
	public void budgetAvailable(String client, Duration duration) {
		logger.warn("[" + client + "] The database of the shared rate limit answers again, after "
				+ ReadableDuration.of(duration) + ". All instances share the rate again.");
	}

	@Override
	public void outageBegan(String client, OperationsException fault) {
		logger.warn("[" + client + "] " + ((fault instanceof OperationsAuthenticationException)
				? "The server rejects the credentials. Each wait ends with this error. The client polls only one"
						+ " tracked operation at a time until the server accepts the credentials. Last error: "
				: "The server is unavailable: " + OperationsActivity.FAULTS_IN_A_ROW + " attempts in a row failed."
						+ " The client sends only one poll at a time until the server answers again. Waits continue until their"
						+ " deadlines. If the outage lasts, check " + keys(client)
						+ ".base-url, the network path to it and the state of the server. Last error: ")
				+ fault.getMessage());
	}

	@Override
	public void outageEnded(String client, Duration duration) {
		logger.warn("[" + client + "] The outage is over: the server answers again, after "
				+ ReadableDuration.of(duration) + ". Polling continues at its usual pace.");
	}

	@Override
	public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
		if (reason instanceof CancellationException) {
			logger.debug("[" + client + "] " + reason.getMessage());
			return;
		}
		Throwable fault = (reason != null) ? reason : EndedWaits.faultOf(wait);
		// A deadline that passes has its own line.
		if (fault != null && !(fault instanceof OperationTimeoutException)) {
			boolean ownRequestId = fault instanceof OperationsException known && known.getRequestId() != null;
			ended(client, fault,
					() -> EndedWaits.sentence("The wait for operation", wait.operationId(), fault)
							+ " The wait ended after " + ReadableDuration.of(wait.waited()) + " and " + wait.polls()
							+ ((wait.polls() == 1) ? " poll" : " polls")
							+ (ownRequestId ? "" : requestId(wait.lastRequestId())) + ".");
		}
	}

	@Override
	public void deadlinePassed(String client, OperationWait wait, OperationTimeoutException timeout) {
		// The message names the operation, the timeout and the polls.
		String requestId = wait.lastRequestId();
		ended(client, timeout, () -> timeout.getMessage() + ((requestId != null)
				? " Last " + OperationsErrorResponse.REQUEST_ID_HEADER + ": " + printable(requestId) + "." : ""));
	}

	private void ended(String client, Throwable reason, Supplier<String> line) {
		if (!logger.isInfoEnabled()) {
			return;
		}
		String prefix = "[" + client + "] ";
		EndedWaits ended = this.endedWaits.computeIfAbsent(client,
				(name) -> new EndedWaits(this.scheduler, (summary) -> logger.info(prefix + summary)));
		if (ended.admit(reason)) {
			logger.info(prefix + line.get());
		}
		else if (logger.isDebugEnabled()) {
			logger.debug(prefix + line.get());
		}
	}

	@Override
	public void stuck(String client, OperationWait wait, Duration age, Duration unusual) {
		Operation operation = wait.lastSeen();
		logger.warn("[" + client + "] Operation '" + printable(wait.operationId()) + "' is stuck: "
				+ ((operation != null) ? "it is still " + printable(operation.statusText()) : "no poll has seen it")
				+ " after " + ReadableDuration.of(age) + ", but operations of its kind should not take longer than "
				+ ReadableDuration.of(unusual) + requestId(wait.lastRequestId())
				+ ". Polling continues until the deadlines of its waits. If the operation does not end, report it to"
				+ " the vendor's support.");
	}

	@Override
	public void waitsOverloaded(String client, OperationsOverload overload) {
		logger.warn("[" + client + "] " + OverloadText.of(overload, keys(client), rateLimitKeys(client)));
	}

	@Override
	public void closed(String client) {
		this.clients.remove(client);
		this.pauses.remove(client);
		this.operatorPauses.closed(client);
		this.throttled.remove(client);
		this.warnedOfOtherOperations.remove(client);
		this.warnedOfOtherProducts.remove(client);
		this.broken.remove(client);
		EndedWaits ended = this.endedWaits.remove(client);
		if (ended != null) {
			ended.flush();
		}
	}

	private static String requestId(@Nullable String requestId) {
		return (requestId != null)
				? " (" + OperationsErrorResponse.REQUEST_ID_HEADER + ": " + printable(requestId) + ")" : "";
	}

	private static String printable(String text) {
		return OperationsErrorResponse.printable(text);
	}

}
