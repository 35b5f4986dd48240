package io.operations.observation;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationWait;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The log lines: DEBUG for each attempt, INFO for each wait that ended badly, WARN when
 * throttling begins and when it is over.
 *
 * @since 0.1.0
 */
public final class OperationsLog implements OperationsListener {

	private static final Log logger = LogFactory.getLog("io.operations");

	private final Set<String> throttled = ConcurrentHashMap.newKeySet();

	private final Set<String> paused = ConcurrentHashMap.newKeySet();

	@Override
	public void fetched(String client, OperationSnapshot snapshot) {
		if (logger.isDebugEnabled()) {
			logger.debug("[" + client + "] operation '" + printable(snapshot.operation().id()) + "' is "
					+ printable(snapshot.operation().statusText())
					+ ((snapshot.retryAfter() != null) ? ", retry after " + snapshot.retryAfter() : "")
					+ requestId(snapshot.requestId()));
		}
		// Not before a call was answered again is the throttling over: a pause alone may
		// be
		// followed by the next refusal.
		if (!this.throttled.isEmpty() && !this.paused.contains(client) && this.throttled.remove(client)) {
			logger.warn("[" + client + "] throttling is over, calls are answered again");
		}
	}

	@Override
	public void failed(String client, String operationId, Throwable fault) {
		if (logger.isDebugEnabled()) {
			logger.debug("[" + client + "] operation '" + printable(operationId) + "': " + fault.getMessage());
		}
	}

	@Override
	public void pauseBegan(String client, Duration pause) {
		this.paused.add(client);
		if (this.throttled.add(client)) {
			logger.warn("[" + client + "] the server throttles: all calls are held back, at first for " + pause
					+ ". If that lasts, lower operations.rate-limit.max-in-flight or"
					+ " operations.rate-limit.requests-per-second.");
		}
	}

	@Override
	public void pauseEnded(String client) {
		this.paused.remove(client);
	}

	@Override
	public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
		Operation operation = wait.lastSeen();
		if (reason instanceof CancellationException) {
			logger.debug("[" + client + "] " + reason.getMessage());
		}
		else if (reason != null) {
			logger.info("[" + client + "] " + ended(wait) + ": " + reason.getMessage());
		}
		else if (operation != null && operation.status() != OperationStatus.COMPLETED) {
			logger.info(
					"[" + client + "] " + ended(wait) + " with " + printable(operation.statusText())
							+ ((operation.error() != null)
									? ": " + printable(String.valueOf(operation.error().getDetail())) : "")
							+ requestId(wait.lastRequestId()));
		}
	}

	@Override
	public void closed(String client) {
		this.paused.remove(client);
		this.throttled.remove(client);
	}

	private static String ended(OperationWait wait) {
		return "the wait for operation '" + printable(wait.operationId()) + "' ended after " + wait.waited() + " and "
				+ wait.polls() + " polls";
	}

	private static String requestId(@Nullable String requestId) {
		return (requestId != null)
				? " (" + OperationsErrorResponse.REQUEST_ID_HEADER + ": " + printable(requestId) + ")" : "";
	}

	private static String printable(String text) {
		return OperationsErrorResponse.printable(text);
	}

}
