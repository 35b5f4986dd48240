package io.operations.internal.client;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;

import reactor.core.publisher.Mono;

import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.web.reactive.function.BodyInserter;

/**
 * Represents the body of one attempt of a write. The attempt is either written or
 * abandoned. An abandoned attempt is never written, so the write can be sent again
 * without a key.
 */
final class WriteAttempt implements BodyInserter<Object, ClientHttpRequest> {

	private enum State {

		OPEN, WRITTEN, ABANDONED

	}

	private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

	private final WriteBody body;

	WriteAttempt(WriteBody body) {
		this.body = body;
	}

	/**
	 * Return whether the HTTP client has begun to write the request.
	 * @return {@code false} if no part of the request can have reached the server
	 */
	boolean isWritten() {
		return this.state.get() == State.WRITTEN;
	}

	/**
	 * Forbid the HTTP client to write the request.
	 * @return {@code false} if it has already begun to do so
	 */
	boolean abandon() {
		this.state.compareAndSet(State.OPEN, State.ABANDONED);
		return this.state.get() == State.ABANDONED;
	}

	@Override
	public Mono<Void> insert(ClientHttpRequest request, Context context) {
		// The HTTP client may write twice, if the first connection was broken.
		this.state.compareAndSet(State.OPEN, State.WRITTEN);
		return isWritten() ? this.body.insert(request, context) : Mono
			.error(() -> new CancellationException("The request was not written, because it has already failed"));
	}

}
