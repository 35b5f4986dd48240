package io.operations.observation;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;

import io.operations.Operation;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationSnapshot;
import io.operations.OperationTimeoutException;
import io.operations.OperationWait;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The log lines: DEBUG for each attempt, INFO for each wait that ended badly, WARN when
 * throttling or an outage begins and when it is over, and once for answers that name
 * another operation.
 *
 * @since 0.1.0
 */
public class OperationsLog implements OperationsListener {

	private static final Log logger = LogFactory.getLog("io.operations");

	private final Set<String> throttled = ConcurrentHashMap.newKeySet();

	private final Map<String, Duration> pauses = new ConcurrentHashMap<>();

	private final Set<String> toldOfOtherOperations = ConcurrentHashMap.newKeySet();

	private final Map<String, String> broken = new ConcurrentHashMap<>();

	@Override
	public void fetched(String client, OperationSnapshot snapshot) {
		String other = snapshot.operation().answeredId().orElse(null);
		if (other != null && this.toldOfOtherOperations.add(client)) {
			logger.warn("[" + client + "] operation '" + printable(snapshot.operation().id())
					+ "' was asked for, but the answer names operation '" + printable(other)
					+ "'. A fetch returns such an answer, a wait passes it by. Check operations.path, and the proxies"
					+ " and caches between here and operations.base-url. This is not told again"
					+ requestId(snapshot.requestId()));
		}
		if (logger.isDebugEnabled()) {
			logger.debug("[" + client + "] operation '" + printable(snapshot.operation().id()) + "' is "
					+ printable(snapshot.operation().statusText())
					+ ((other != null) ? ", by an answer that names operation '" + printable(other) + "'" : "")
					+ ((snapshot.retryAfter() != null) ? ", retry after " + snapshot.retryAfter() : "")
					+ requestId(snapshot.requestId()));
		}
		if (!this.broken.isEmpty()) {
			this.broken.remove(client);
		}
		// Throttling is over when a call was answered again: a pause that ends may be
		// followed by the next refusal.
		if (!this.throttled.isEmpty() && !this.pauses.containsKey(client) && this.throttled.remove(client)) {
			logger.warn("[" + client + "] throttling is over, calls are answered again, the first for operation '"
					+ printable(snapshot.operation().id()) + "'" + requestId(snapshot.requestId()));
		}
	}

	@Override
	public void failed(String client, String operationId, Throwable fault) {
		if (fault.getCause() instanceof Error error) {
			String text = error.toString();
			// It comes again at each call until somebody mends it.
			if (!text.equals(this.broken.put(client, text))) {
				logger.error("[" + client + "] " + fault.getMessage(), fault);
			}
			return;
		}
		if (logger.isDebugEnabled()) {
			logger.debug("[" + client + "] operation '" + printable(operationId) + "': " + fault.getMessage());
		}
	}

	@Override
	public void pauseBegan(String client, Duration pause) {
		this.pauses.put(client, pause);
	}

	@Override
	public void pauseEnded(String client) {
		this.pauses.remove(client);
	}

	@Override
	public void throttled(String client, OperationsThrottledException fault) {
		if (!fault.isLocal() && this.throttled.add(client)) {
			Duration pause = this.pauses.get(client);
			logger.warn("[" + client + "] the server throttles, all calls are held back"
					+ ((pause != null) ? ", at first for " + pause : "") + ": " + fault.getMessage()
					+ ". If that lasts, lower operations.rate-limit.max-in-flight or"
					+ " operations.rate-limit.requests-per-second.");
		}
	}

	@Override
	public void outageBegan(String client, OperationsException fault) {
		logger.warn("[" + client + "] " + ((fault instanceof OperationsAuthenticationException)
				? "the endpoint refuses the credentials. Each wait ends with that. One tracked operation at a time is"
						+ " polled until the endpoint accepts the credentials: "
				: "the endpoint does not answer. One poll at a time is sent until it does, and waits go on to their"
						+ " deadlines: ")
				+ fault.getMessage());
	}

	@Override
	public void outageEnded(String client, Duration duration) {
		logger.warn("[" + client + "] the outage is over: the endpoint answers again, after " + duration);
	}

	@Override
	public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
		if (reason instanceof CancellationException) {
			logger.debug("[" + client + "] " + reason.getMessage());
			return;
		}
		Throwable fault = (reason != null) ? reason : faultOf(wait);
		// Each deadline has a line of its own.
		if (fault != null && !(fault instanceof OperationTimeoutException)) {
			ended(client, wait, fault);
		}
	}

	@Override
	public void deadlinePassed(String client, OperationWait wait, OperationTimeoutException timeout) {
		ended(client, wait, timeout);
	}

	@Override
	public void stuck(String client, OperationWait wait, Duration age, Duration unusual) {
		Operation operation = wait.lastSeen();
		logger.warn("[" + client + "] operation '" + printable(wait.operationId()) + "' is stuck: it has been "
				+ ((operation != null) ? printable(operation.statusText()) : "out of sight") + " for " + age
				+ ", such operations hardly ever take longer than " + unusual + requestId(wait.lastRequestId()));
	}

	private static void ended(String client, OperationWait wait, Throwable fault) {
		boolean ownRequestId = fault instanceof OperationsException known && known.getRequestId() != null;
		logger.info("[" + client + "] the wait for operation '" + printable(wait.operationId()) + "' ended after "
				+ wait.waited() + " and " + wait.polls() + ((wait.polls() == 1) ? " poll: " : " polls: ")
				+ fault.getMessage() + (ownRequestId ? "" : requestId(wait.lastRequestId())));
	}

	private static @Nullable OperationsException faultOf(OperationWait wait) {
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

	@Override
	public void closed(String client) {
		this.pauses.remove(client);
		this.throttled.remove(client);
		this.toldOfOtherOperations.remove(client);
		this.broken.remove(client);
	}

	private static String requestId(@Nullable String requestId) {
		return (requestId != null)
				? " (" + OperationsErrorResponse.REQUEST_ID_HEADER + ": " + printable(requestId) + ")" : "";
	}

	private static String printable(String text) {
		return OperationsErrorResponse.printable(text);
	}

}
