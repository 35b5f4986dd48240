package io.operations.internal.client;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.Idempotency;
import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import io.operations.internal.KeyPrefix;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.util.Assert;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * Sends writes through the account's limits, and repeats them where a repetition cannot
 * have the effect of a write twice:
 * <ul>
 * <li>after 429, because the server has not processed the write</li>
 * <li>if the client could not open a connection, because it has not sent the write</li>
 * <li>after any other error that the retry settings name, if the write has an
 * {@code Idempotency-Key} or the request only reads</li>
 * </ul>
 * If the write is not repeated after a response, the caller gets the response, whatever
 * its status. If there is no response, the caller gets an {@link OperationsException}.
 * The write releases its place in flight when the headers of the response arrive, because
 * the server has decided by then.
 * <p>
 * Requests to another origin than that of the base URL pass unchanged, because they are
 * not requests of the account.
 *
 * @since 0.1.0
 */
public final class WriteExchange implements ExchangeFilterFunction {

	private final Origin origin;

	private final WriteDoor door;

	private final @Nullable IdempotencyKeys keys;

	private final Duration timeout;

	private final Scheduler scheduler;

	/**
	 * Create the filter.
	 * @param baseUrl the absolute URL of the account's API
	 * @param door the account's limits
	 * @param idempotencyKey whether to add an {@code Idempotency-Key} to writes without
	 * one
	 * @param timeout how long an attempt may take until the headers of the response
	 * @param scheduler the scheduler that runs the timeout
	 */
	public WriteExchange(URI baseUrl, WriteDoor door, boolean idempotencyKey, Duration timeout, Scheduler scheduler) {
		Origin baseOrigin = Origin.of(baseUrl);
		Assert.notNull(baseOrigin, "'baseUrl' must be absolute");
		this.origin = baseOrigin;
		this.door = door;
		this.keys = idempotencyKey ? new IdempotencyKeys(scheduler) : null;
		this.timeout = timeout;
		this.scheduler = scheduler;
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		if (!this.origin.equals(Origin.of(request.url()))) {
			return next.exchange(request);
		}
		// One key serves all subscriptions, because a filter of the application may send
		// the request again.
		String key = keyFor(request);
		return Mono.defer(() -> {
			Write write = new Write(request, key, next);
			return this.door.repeated(write::attempt, write::mayBeRepeated)
				.onErrorResume(OperationsException.class, write::outcome)
				.doOnCancel(write::leave);
		});
	}

	private @Nullable String keyFor(ClientRequest request) {
		return (this.keys != null && !Idempotency.isRepeatable(request.method(), request.headers())) ? this.keys.next()
				: null;
	}

	/**
	 * Sends one write, with all its attempts.
	 */
	private final class Write {

		private final WriteBody body;

		private final ClientRequest request;

		private final ExchangeFunction next;

		private final WriteFaults faults;

		private volatile HeldResponse held = new HeldResponse();

		private volatile WriteAttempt last;

		// Whether an earlier attempt may have had its effect.
		private volatile boolean unsure;

		// The error whose message already says which effect an attempt may have had.
		private volatile @Nullable Throwable described;

		Write(ClientRequest request, @Nullable String key, ExchangeFunction next) {
			this.body = new WriteBody(request.body());
			this.last = new WriteAttempt(this.body);
			// A blank key of the caller counts as none.
			this.request = (key != null)
					? ClientRequest.from(request).headers((headers) -> headers.set(Idempotency.KEY_HEADER, key)).build()
					: request;
			this.next = next;
			this.faults = new WriteFaults(this.request, WriteExchange.this.timeout, WriteExchange.this.scheduler);
		}

		Mono<ClientResponse> attempt() {
			HeldResponse response = new HeldResponse();
			AtomicBoolean ended = new AtomicBoolean();
			this.held = response;
			WriteAttempt attempt = new WriteAttempt(this.body);
			this.last = attempt;
			ClientRequest.Builder copy = ClientRequest.from(this.request).body(attempt);
			boolean repeated = this.unsure;
			if (repeated) {
				copy.attribute(Idempotency.UNSURE_ATTRIBUTE, true);
			}
			ClientRequest request = copy.build();
			Mono<ClientResponse> exchange = Mono.defer(() -> this.next.exchange(request))
				.map(response::arrived)
				.timeout(WriteExchange.this.timeout, WriteExchange.this.scheduler)
				.onErrorMap((fault) -> failed(response, attempt, fault))
				.flatMap(this::successful)
				.doOnError((fault) -> ended(attempt, fault));
			// Reactor's retry cancels attempts that have ended, too.
			return WriteExchange.this.door.admit(this.faults.subject(repeated), exchange)
				.doOnTerminate(() -> ended.set(true))
				.doOnCancel(() -> {
					if (!ended.get()) {
						response.leave();
					}
				});
		}

		// Hidden, because Reactor would otherwise cancel the exchange, and the HTTP
		// client would then read the body itself.
		private Mono<ClientResponse> successful(ClientResponse answer) {
			return answer.statusCode().is2xxSuccessful() ? Mono.just(answer)
					: Mono
						.<ClientResponse>error(
								() -> this.faults.of(answer.statusCode(), answer.headers().asHttpHeaders()))
						.hide();
		}

		// A response that arrives later must not keep its connection.
		private Throwable failed(HeldResponse response, WriteAttempt attempt, Throwable fault) {
			response.leave();
			return this.faults.of(fault, !attempt.abandon(), this.unsure);
		}

		private void ended(WriteAttempt attempt, Throwable fault) {
			this.described = fault;
			if (attempt.isWritten() && WriteFaults.mayHaveHadEffect(fault)
					&& !Idempotency.isRead(this.request.method())) {
				this.unsure = true;
			}
		}

		/**
		 * Return whether this write may be sent again. If it may, release the response,
		 * because the caller does not get it.
		 * @param fault the error of the last attempt
		 * @return {@code true} if a repetition does no harm and is possible
		 */
		boolean mayBeRepeated(OperationsException fault) {
			boolean harmless = fault instanceof OperationsThrottledException || !this.last.isWritten()
					|| WriteFaults.isOfConnecting(fault)
					|| Idempotency.isRepeatable(this.request.method(), this.request.headers());
			if (!harmless || !this.body.isRepeatable()) {
				return false;
			}
			leave();
			return true;
		}

		// The caller gets the response if there is one, because it handles statuses
		// itself.
		Mono<ClientResponse> outcome(OperationsException fault) {
			ClientResponse response = this.held.get();
			if (response != null) {
				return Mono.just(response);
			}
			return Mono.error(
					(this.unsure && !fault.equals(this.described))
							? Idempotency
								.withAdvice(fault,
										Idempotency.adviceAfterEarlierAttempt(this.request.method(),
												this.request.headers(), KeyPrefix.of(this.request.attributes())))
							: fault);
		}

		void leave() {
			this.held.leave();
		}

	}

}
