package io.operations.internal.polling;

import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationTimeoutException;
import io.operations.OperationWait;
import io.operations.OperationsActivity;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsOverload;
import io.operations.OperationsThrottledException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Calls several listeners in turn. If one of them throws an exception, this class logs it
 * and calls the others.
 *
 * @since 0.1.0
 */
public final class OperationsListeners implements OperationsListener {

	private static final Log logger = LogFactory.getLog(OperationsListeners.class);

	private final List<OperationsListener> listeners;

	private final List<PollListener> pollListeners;

	private final @Nullable BiConsumer<String, Runnable> scopes;

	/**
	 * Create the composite.
	 * @param listeners the listeners, in the order in which they are called
	 */
	public OperationsListeners(List<OperationsListener> listeners) {
		this(listeners, null);
	}

	/**
	 * Create the composite.
	 * @param listeners the listeners, in the order in which they are called
	 * @param scopes runs calls about an awaited operation in the scope of its trace,
	 * {@code null} if there is no tracing
	 */
	public OperationsListeners(List<OperationsListener> listeners, @Nullable BiConsumer<String, Runnable> scopes) {
		this.listeners = List.copyOf(listeners);
		this.pollListeners = listeners.stream()
			.filter(PollListener.class::isInstance)
			.map(PollListener.class::cast)
			.toList();
		this.scopes = scopes;
	}

	/**
	 * Return a composite, which logs and ignores the exceptions of its listeners.
	 * @param listener the listener, which may be a composite
	 * @return the composite
	 */
	static OperationsListeners of(OperationsListener listener) {
		return (listener instanceof OperationsListeners composite) ? composite
				: new OperationsListeners(List.of(listener));
	}

	/**
	 * Return whether a listener receives the result of each poll.
	 * @return whether {@link #polled} notifies anybody
	 */
	boolean receivePolls() {
		return !this.pollListeners.isEmpty();
	}

	/**
	 * Notify the listeners that receive the result of each poll.
	 * @param client the name of the client
	 * @param poll the poll
	 */
	void polled(String client, PollEvent poll) {
		each(this.pollListeners, (listener) -> listener.polled(client, poll));
	}

	/**
	 * Notify the same listeners that the poller no longer polls an operation.
	 * @param client the name of the client
	 * @param operationId the operation's id
	 * @param isTracked whether it was a tracked operation, not a wait
	 */
	void abandoned(String client, String operationId, boolean isTracked) {
		each(this.pollListeners, (listener) -> listener.abandoned(client, operationId, isTracked));
	}

	@Override
	public void opened(String client, OperationsActivity activity) {
		each((listener) -> listener.opened(client, activity));
	}

	@Override
	public void closed(String client) {
		each((listener) -> listener.closed(client));
	}

	@Override
	public void fetched(String client, OperationSnapshot snapshot) {
		each((listener) -> listener.fetched(client, snapshot));
	}

	@Override
	public void failed(String client, String operationId, Throwable fault) {
		each((listener) -> listener.failed(client, operationId, fault));
	}

	@Override
	public void throttled(String client, OperationsThrottledException fault) {
		each((listener) -> listener.throttled(client, fault));
	}

	@Override
	public void pauseBegan(String client, Duration pause) {
		each((listener) -> listener.pauseBegan(client, pause));
	}

	@Override
	public void operatorPauseBegan(String client, Duration pause) {
		each((listener) -> listener.operatorPauseBegan(client, pause));
	}

	@Override
	public void pauseEnded(String client) {
		each((listener) -> listener.pauseEnded(client));
	}

	@Override
	public void budgetUnavailable(String client, Throwable fault) {
		each((listener) -> listener.budgetUnavailable(client, fault));
	}

	@Override
	public void budgetAvailable(String client, Duration duration) {
		each((listener) -> listener.budgetAvailable(client, duration));
	}

	@Override
	public void outageBegan(String client, OperationsException fault) {
		each((listener) -> listener.outageBegan(client, fault));
	}

	@Override
	public void outageEnded(String client, Duration duration) {
		each((listener) -> listener.outageEnded(client, duration));
	}

	@Override
	public void waitBegan(String client, String operationId) {
		each((listener) -> listener.waitBegan(client, operationId));
	}

	@Override
	public void callerJoined(String client, String operationId, ContextView caller) {
		each((listener) -> listener.callerJoined(client, operationId, caller));
	}

	@Override
	public void pollScheduled(String client, String operationId, Duration delay) {
		each((listener) -> listener.pollScheduled(client, operationId, delay));
	}

	@Override
	public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
		about(snapshot.operation().id(), (listener) -> listener.statusSeen(client, snapshot, previous));
	}

	@Override
	public void stuck(String client, OperationWait wait, Duration age, Duration unusual) {
		about(wait.operationId(), (listener) -> listener.stuck(client, wait, age, unusual));
	}

	@Override
	public void waitsOverloaded(String client, OperationsOverload overload) {
		each((listener) -> listener.waitsOverloaded(client, overload));
	}

	@Override
	public void deadlinePassed(String client, OperationWait wait, OperationTimeoutException timeout) {
		about(wait.operationId(), (listener) -> listener.deadlinePassed(client, wait, timeout));
	}

	@Override
	public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
		about(wait.operationId(), (listener) -> listener.waitEnded(client, wait, reason));
	}

	private void about(String operationId, Consumer<OperationsListener> call) {
		if (this.scopes != null) {
			this.scopes.accept(operationId, () -> each(call));
		}
		else {
			each(call);
		}
	}

	private void each(Consumer<OperationsListener> call) {
		each(this.listeners, call);
	}

	private static <L extends OperationsListener> void each(List<L> listeners, Consumer<L> call) {
		for (L listener : listeners) {
			try {
				call.accept(listener);
			}
			catch (VirtualMachineError ex) {
				throw ex;
			}
			catch (Exception | Error ex) {
				logger.warn("Listener " + listener.getClass().getName()
						+ " threw an exception. The client ignores it and notifies the other listeners. Fix the listener.",
						ex);
			}
		}
	}

}
