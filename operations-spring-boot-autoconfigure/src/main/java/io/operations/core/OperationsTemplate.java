package io.operations.core;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationFetcher;
import io.operations.OperationFetcherDecorator;
import io.operations.OperationSnapshot;
import io.operations.OperationsClosedException;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsRequestException;
import io.operations.observation.OperationAwaitObservationConvention;
import io.operations.observation.OperationFetchObservationConvention;
import io.operations.observation.OperationsObservations;
import io.operations.polling.OperationPoller;
import io.operations.polling.OperationPolls;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingTarget;
import io.operations.resilience.Admission;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Fetches, awaits and watches the long-running operations of one account. Immutable and
 * thread-safe. Everything it returns is cold: each subscription is a fetch or a wait of
 * its own, and cancelling it ends the fetch or the wait. Blocking callers add
 * {@code .block()}.
 * <p>
 * An answer is emitted on a thread of the HTTP client; a deadline, a time-out of an
 * exchange and a refusal that comes after queueing on one of
 * {@link reactor.core.scheduler.Schedulers#parallel()}; what is known at once on the
 * subscriber's; the end of everything on the thread that closes. Who receives it must not
 * block there.
 *
 * @since 0.1.0
 */
public final class OperationsTemplate implements AutoCloseable {

	private static final String PROBE_ID = "proc_job_00000000000000000000000000";

	private final AtomicBoolean closed = new AtomicBoolean();

	private final OperationsTemplateBuilder configuration;

	private final String name;

	private final WebClient webClient;

	private final OperationFetcher fetcher;

	private final OperationFetcher probe;

	private final OperationPoller poller;

	private final OperationPolls polls;

	private final Admission admission;

	private final OperationsObservations observations;

	private final OperationsListener listener;

	private final Duration timeout;

	private final List<Runnable> releases;

	OperationsTemplate(OperationsTemplateBuilder configuration, String name, WebClient webClient,
			OperationFetcher fetcher, OperationFetcher probe, OperationPoller poller, OperationPolls polls,
			Admission admission, OperationsObservations observations, OperationsListener listener, Duration timeout,
			List<Runnable> releases) {
		this.configuration = configuration;
		this.name = name;
		this.webClient = webClient;
		this.fetcher = fetcher;
		this.probe = probe;
		this.poller = poller;
		this.polls = polls;
		this.admission = admission;
		this.observations = observations;
		this.listener = listener;
		this.timeout = timeout;
		this.releases = List.copyOf(releases);
	}

	/**
	 * Return a builder of a template, for use outside Spring Boot. Its name is
	 * {@code operations} unless set.
	 * @param webClientBuilder what the HTTP client is made of; it is cloned, not changed
	 * @return the builder
	 */
	public static Builder builder(WebClient.Builder webClientBuilder) {
		return new OperationsTemplateBuilder(webClientBuilder).name("operations");
	}

	/**
	 * Fetch an operation once, whatever its status: a FAILED operation is a value here.
	 * Repeated on 429, 502, 503, 504 and faults of the connection.
	 * @param operationId the operation's id
	 * @return the operation; or an {@link OperationsException}:
	 * {@link OperationsRequestException} (before any request, if the id cannot be one),
	 * {@link io.operations.OperationsAuthenticationException},
	 * {@link io.operations.OperationNotFoundException},
	 * {@link io.operations.OperationsThrottledException},
	 * {@link io.operations.OperationsUnavailableException},
	 * {@link io.operations.MalformedOperationException} or
	 * {@link OperationsClosedException}
	 */
	public Mono<Operation> fetch(String operationId) {
		requireId(operationId);
		return Mono.defer(() -> {
			// Before it takes a place in any queue.
			OperationsRequestException.checkId(operationId);
			return this.fetcher.fetch(operationId);
		}).map((snapshot) -> {
			this.poller.noteSeen(snapshot);
			return snapshot.operation();
		});
	}

	/**
	 * Wait for an operation to complete, for {@code operations.polling.timeout} at most.
	 * @param operationId the operation's id
	 * @return the completed operation, or what {@link #await(String, Duration)} fails
	 * with
	 */
	public Mono<Operation> await(String operationId) {
		return await(operationId, this.timeout);
	}

	/**
	 * Wait for an operation to complete. Polls are shared with all who wait for the same
	 * operation. Faults that may pass do not end the wait.
	 * @param operationId the operation's id
	 * @param timeout the deadline from the subscription on, all queueing included;
	 * positive, at most 365 days
	 * @return the completed operation; {@link OperationFailedException} or
	 * {@link OperationCancelledException} if it ended so;
	 * {@link io.operations.OperationTimeoutException} at the deadline, when it may still
	 * be running; {@link io.operations.OperationsThrottledException} if too many wait
	 * already; or at once what nothing will mend: a wrong id, wrong credentials, not
	 * found ({@link io.operations.OperationNotFoundException} says when a wait believes
	 * that), closed
	 * @throws IllegalArgumentException if the timeout is out of range
	 */
	public Mono<Operation> await(String operationId, Duration timeout) {
		requireId(operationId);
		return await(PollingTarget.of(operationId), timeout);
	}

	/**
	 * Wait for an operation of a kind to complete: its polls are planned by how long such
	 * operations take.
	 * @param operationId the operation's id
	 * @param kind what the operation is about, in place of the keys of its related ids:
	 * of few different values, since little is kept of each
	 * @param timeout the deadline from the subscription on, all queueing included;
	 * positive, at most 365 days
	 * @return the completed operation, or what {@link #await(String, Duration)} fails
	 * with
	 * @throws IllegalArgumentException if the timeout is out of range
	 * @see AcceptedOperation#withKind(String)
	 */
	public Mono<Operation> await(String operationId, String kind, Duration timeout) {
		requireId(operationId);
		Objects.requireNonNull(kind, "'kind' must not be null");
		return await(PollingTarget.of(operationId, kind), timeout);
	}

	/**
	 * Wait for the operation that a write started to complete. Its first poll is not
	 * before the Retry-After of the write's answer.
	 * @param accepted what the write's answer told
	 * @return the completed operation, or what {@link #await(String, Duration)} fails
	 * with
	 */
	public Mono<Operation> await(AcceptedOperation accepted) {
		return await(accepted, this.timeout);
	}

	/**
	 * Wait for the operation that a write started to complete. Its first poll is not
	 * before the Retry-After of the write's answer. The operation has the related ids
	 * that the write's answer told, where the answers to polls leave them out.
	 * @param accepted what the write's answer told
	 * @param timeout the deadline from the subscription on, all queueing included;
	 * positive, at most 365 days
	 * @return the completed operation, or what {@link #await(String, Duration)} fails
	 * with
	 */
	public Mono<Operation> await(AcceptedOperation accepted, Duration timeout) {
		return await(PollingTarget.of(accepted), timeout);
	}

	private Mono<Operation> await(PollingTarget target, Duration timeout) {
		PollingSettings.checkTimeout(timeout);
		return this.observations.await(target.operationId(),
				this.poller.await(target, timeout).map(OperationsTemplate::completed));
	}

	private static Operation completed(OperationSnapshot end) {
		Operation operation = end.operation();
		return switch (operation.status()) {
			case FAILED -> throw new OperationFailedException(operation, end.requestId());
			case CANCELLED -> throw new OperationCancelledException(operation, end.requestId());
			default -> operation;
		};
	}

	/**
	 * Watch an operation: as it is first seen, then at every change of its status or of
	 * the status's text, the terminal one last, whether COMPLETED, FAILED or CANCELLED.
	 * The deadline is {@code operations.polling.timeout}.
	 * @param operationId the operation's id
	 * @return the operation again and again; fails as {@link #await(String, Duration)}
	 * does, except for operations that failed or were cancelled
	 */
	public Flux<Operation> watch(String operationId) {
		requireId(operationId);
		return this.poller.watch(PollingTarget.of(operationId), this.timeout);
	}

	/**
	 * Watch the operation that a write started. Its first poll is not before the
	 * Retry-After of the write's answer. The operation has the related ids that the
	 * write's answer told, where the answers to polls leave them out.
	 * @param accepted what the write's answer told
	 * @return what {@link #watch(String)} returns
	 */
	public Flux<Operation> watch(AcceptedOperation accepted) {
		return this.poller.watch(PollingTarget.of(accepted), this.timeout);
	}

	private static void requireId(String operationId) {
		Objects.requireNonNull(operationId, "'operationId' must not be null");
	}

	/**
	 * Return the name of this client, which its metrics, retry and rate limiter go by.
	 * @return the name
	 */
	public String getName() {
		return this.name;
	}

	/**
	 * Return where the credentials of this client are set.
	 * @return the properties, variables or bean, {@code null} if it is where the client
	 * is built
	 */
	public @Nullable String getCredentialsOrigin() {
		return this.configuration.credentialsOrigin();
	}

	/**
	 * Return the client underneath, for the writes that start operations: the same
	 * credentials, base URL and TLS, but neither retry nor rate limit, since a write may
	 * not be repeated.
	 * @return the client
	 */
	public WebClient getWebClient() {
		return this.webClient;
	}

	/**
	 * Return what asks for operations that somebody else keeps, for instance in a
	 * database: by the schedule and through the rate limit of this template.
	 * @return the polls
	 */
	public OperationPolls getPolls() {
		return this.polls;
	}

	/**
	 * Ask once for an operation that does not exist, past queue and retry, to see whether
	 * the endpoint answers and accepts the credentials.
	 * @return completes if it does, or the {@link OperationsException} that its answer
	 * stands for
	 */
	public Mono<Void> probe() {
		return Mono.defer(() -> {
			if (this.closed.get()) {
				return Mono.error(new OperationsClosedException(this.name, null));
			}
			return this.probe.fetch(PROBE_ID);
		}).onErrorResume(OperationsException.class, (ex) -> isKnown(ex) ? Mono.empty() : Mono.error(ex)).then();
	}

	// The endpoint may find that the id does not exist or that it cannot be one: either
	// way it answers, to credentials that it accepts.
	private static boolean isKnown(OperationsException ex) {
		int status = ex.getStatusCode().orElse(0);
		return status == HttpStatus.NOT_FOUND.value() || status == HttpStatus.BAD_REQUEST.value();
	}

	/**
	 * Return a builder of a further template, configured as this one is. It needs a name
	 * of its own, has a retry, an admission and a poller of its own, and is closed by
	 * whom it is made.
	 * @return the builder
	 */
	public Builder mutate() {
		return this.configuration.copy();
	}

	/**
	 * End all waits with an {@link OperationsClosedException}, and refuse further ones
	 * until {@link #acceptWaits()}.
	 */
	public void endWaits() {
		this.poller.stop();
	}

	/**
	 * Accept waits again that were refused since {@link #endWaits()}.
	 */
	public void acceptWaits() {
		this.poller.start();
	}

	/**
	 * End all waits with an {@link OperationsClosedException}; nothing is sent from then
	 * on. May be called again.
	 */
	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.poller.close();
			this.admission.close();
			this.releases.forEach(Runnable::run);
			this.listener.closed(this.name);
		}
	}

	@Override
	public String toString() {
		return "OperationsTemplate[" + this.name + "]";
	}

	/**
	 * Builds a template. What is not set has the default of its {@code operations.*}
	 * property. Not thread-safe.
	 */
	public interface Builder {

		/**
		 * Set the name.
		 * @param name the name that metrics, retry and rate limiter go by
		 * @return this builder
		 */
		Builder name(String name);

		/**
		 * Set the base URL, the only origin that credentials are sent to.
		 * @param baseUrl the absolute base URL
		 * @return this builder
		 */
		Builder baseUrl(String baseUrl);

		/**
		 * Set the path of an operation.
		 * @param path the path, with <code>{id}</code> once in it
		 * @return this builder
		 */
		Builder path(String path);

		/**
		 * Set the credentials.
		 * @param credentials asked for each request
		 * @return this builder
		 */
		Builder credentials(OperationsCredentials credentials);

		/**
		 * Set whether {@code http} may be spoken to another host than this one.
		 * @param allowInsecure whether to allow it
		 * @return this builder
		 */
		Builder allowInsecure(boolean allowInsecure);

		/**
		 * Set how long an exchange may take as a whole.
		 * @param requestTimeout a positive time
		 * @return this builder
		 */
		Builder requestTimeout(Duration requestTimeout);

		/**
		 * Set how much of an answer is read into memory.
		 * @param maxResponseSize a number of bytes
		 * @return this builder
		 */
		Builder maxResponseSize(int maxResponseSize);

		/**
		 * Set how a fetch is repeated.
		 * @param settings the settings
		 * @return this builder
		 */
		Builder retry(RetrySettings settings);

		/**
		 * Set whether a fetch is repeated at all, whatever a registry says of it.
		 * @param enabled whether to repeat
		 * @return this builder
		 */
		Builder retryEnabled(boolean enabled);

		/**
		 * Set the registry that the retry is taken from or, if it knows none of the
		 * template's name, added to.
		 * @param registry the registry
		 * @return this builder
		 */
		Builder retryRegistry(RetryRegistry registry);

		/**
		 * Set the configuration of a retry that the registry does not know. Made of the
		 * settings unless set.
		 * @param config the configuration
		 * @return this builder
		 */
		Builder retryConfig(RetryConfig config);

		/**
		 * Set how many calls the account is given.
		 * @param settings the settings
		 * @return this builder
		 */
		Builder rateLimit(RateLimitSettings settings);

		/**
		 * Set the registry that the rate limiter is taken from or, if it knows none of
		 * the template's name, added to.
		 * @param registry the registry
		 * @return this builder
		 */
		Builder rateLimiterRegistry(RateLimiterRegistry registry);

		/**
		 * Set the configuration of a rate limiter that the registry does not know. Made
		 * of the settings unless set.
		 * @param config the configuration
		 * @return this builder
		 */
		Builder rateLimiterConfig(RateLimiterConfig config);

		/**
		 * Set the bounds of waiting.
		 * @param settings the settings
		 * @return this builder
		 */
		Builder polling(PollingSettings settings);

		/**
		 * Set when to ask. An {@link io.operations.polling.AdaptivePollingSchedule} of
		 * its own unless set.
		 * @param schedule the schedule
		 * @return this builder
		 */
		Builder schedule(PollingSchedule schedule);

		/**
		 * Add a decorator round each attempt.
		 * @param decorator the decorator
		 * @return this builder
		 */
		Builder decorator(OperationFetcherDecorator decorator);

		/**
		 * Add a listener.
		 * @param listener the listener
		 * @return this builder
		 */
		Builder listener(OperationsListener listener);

		/**
		 * Set where observations go. Nowhere unless set.
		 * @param registry the registry
		 * @return this builder
		 */
		Builder observationRegistry(ObservationRegistry registry);

		/**
		 * Set the names and key values of attempts.
		 * @param convention the convention
		 * @return this builder
		 */
		Builder fetchObservationConvention(@Nullable OperationFetchObservationConvention convention);

		/**
		 * Set the names and key values of waits.
		 * @param convention the convention
		 * @return this builder
		 */
		Builder awaitObservationConvention(@Nullable OperationAwaitObservationConvention convention);

		/**
		 * Set where all waiting is done. {@code Schedulers.parallel()} unless set.
		 * @param scheduler the scheduler
		 * @return this builder
		 */
		Builder scheduler(Scheduler scheduler);

		/**
		 * Build the template.
		 * @return the template, to be closed by the caller
		 * @throws IllegalArgumentException if the name, the credentials or the base URL
		 * are missing or no good
		 */
		OperationsTemplate build();

	}

}
