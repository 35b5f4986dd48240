package io.operations.internal.client;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * Holds the response to one attempt of a write, on its way to the caller. If nobody read
 * the body of the response, the connection would be lost. So this class reads the body
 * itself when the write is repeated, and when the caller cancels before it reads the
 * body.
 */
final class HeldResponse {

	private enum State {

		COMING, HERE, READ, LEFT

	}

	private final AtomicReference<State> state = new AtomicReference<>(State.COMING);

	private volatile @Nullable ClientResponse received;

	private volatile @Nullable ClientResponse response;

	/**
	 * Note that the response has arrived.
	 * @param received the response
	 * @return the response for the caller
	 */
	ClientResponse arrived(ClientResponse received) {
		ClientResponse guarded = received.mutate()
			.body((body) -> Flux.defer(() -> this.state.compareAndSet(State.HERE, State.READ) ? body
					: Flux.error(() -> new IllegalStateException(unreadable()))))
			.build();
		this.received = received;
		this.response = guarded;
		if (!this.state.compareAndSet(State.COMING, State.HERE)) {
			discard(received);
		}
		return guarded;
	}

	/**
	 * Return the response, if the caller can still read it.
	 * @return the response; {@code null} if there is none
	 */
	@Nullable ClientResponse get() {
		return (this.state.get() == State.HERE) ? this.response : null;
	}

	/**
	 * Note that the caller will not read the response, which may still arrive.
	 */
	void leave() {
		State before = this.state.getAndUpdate((now) -> (now == State.COMING || now == State.HERE) ? State.LEFT : now);
		ClientResponse known = this.received;
		if (before == State.HERE && known != null) {
			discard(known);
		}
	}

	// The messages are like those of Spring's own responses.
	private String unreadable() {
		return (this.state.get() == State.LEFT)
				? "The client response body has been released already, because the caller left or the request was repeated."
				: "The client response body can only be consumed once.";
	}

	// This read ends, because the time for the body is limited.
	private static void discard(ClientResponse response) {
		response.releaseBody().onErrorComplete().subscribe();
	}

}
