package io.operations.autoconfigure;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.operations.OperationsErrorResponse;
import io.operations.OperationsListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Logs a warning when a wait begins inside a transaction, once for each client. A caller
 * that blocks holds a database connection until the wait ends. This class cannot know
 * whether the caller blocks, so it warns in each case.
 */
final class TransactionalWaits implements OperationsListener {

	private static final Log logger = LogFactory.getLog("io.operations");

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	@Override
	public void callerJoined(String client, String operationId, ContextView caller) {
		if (this.warned.contains(client)) {
			return;
		}
		if (TransactionSynchronizationManager.isActualTransactionActive()) {
			warn(client, operationId, TransactionSynchronizationManager.getCurrentTransactionName());
			return;
		}
		org.springframework.transaction.reactive.TransactionSynchronizationManager.forCurrentTransaction()
			.contextWrite(caller)
			.filter((reactive) -> reactive.isActualTransactionActive())
			.subscribe((reactive) -> warn(client, operationId, reactive.getCurrentTransactionName()), (ex) -> {
				// There is no transaction.
			});
	}

	private void warn(String client, String operationId, @Nullable String transaction) {
		if (this.warned.add(client)) {
			logger.warn("[" + client + "] A wait for operation '" + OperationsErrorResponse.printable(operationId)
					+ "' began inside "
					+ ((transaction != null) ? "the transaction '" + transaction + "'" : "a transaction")
					+ ". A transaction that lasts until the wait ends, for example because the caller blocks, holds its"
					+ " database connection for the whole time. A few of these callers exhaust the connection pool."
					+ " Wait before the transaction begins or after it ends, or hand the operation to the"
					+ " OperationTracker. The library logs this warning once for each client.");
		}
	}

}
