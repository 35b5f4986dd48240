package io.operations.observation;

import org.jspecify.annotations.Nullable;
import reactor.core.observability.DefaultSignalListener;
import reactor.core.publisher.SignalType;
import reactor.util.context.ContextView;

/**
 * Notes the caller of a wait that has no observation for as long as the wait lasts. The
 * parent of the polls is then the caller's own span.
 */
final class JoinedCaller<T> extends DefaultSignalListener<T> {

	private final @Nullable WaitTraces traces;

	private final String operationId;

	private final ContextView view;

	private volatile WaitTraces.@Nullable Caller caller;

	JoinedCaller(@Nullable WaitTraces traces, String operationId, ContextView view) {
		this.traces = traces;
		this.operationId = operationId;
		this.view = view;
	}

	@Override
	public void doFirst() {
		if (this.traces != null) {
			this.caller = this.traces.join(this.operationId, this.view);
		}
	}

	@Override
	public void doFinally(SignalType end) {
		if (this.traces != null) {
			this.traces.leave(this.operationId, this.caller);
		}
	}

}
