package io.operations.core;

import java.net.URI;
import java.time.Duration;
import java.util.Collection;
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
import io.operations.OperationStatus;
import io.operations.OperationsClosedException;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsProduct;
import io.operations.OperationsRequestException;
import io.operations.internal.client.OperationFormat;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.polling.Poller;
import io.operations.internal.polling.PollingTarget;
import io.operations.internal.resilience.Admission;
import io.operations.observation.OperationAwaitObservationConvention;
import io.operations.observation.OperationFetchObservationConvention;
import io.operations.observation.OperationsObservations;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.resilience.BudgetStore;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import io.operations.resilience.WriteSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * Fetches, awaits and watches the long-running operations of one account.
 * <ul>
 * <li>{@link #fetch(String) fetch} returns an operation as it is now.</li>
 * <li>{@link #await(String) await} polls an operation until it ends and returns the
 * completed operation.</li>
 * <li>{@link #watch(String) watch} polls an operation until it ends and emits each change
 * of its status.</li>
 * </ul>
 * A wait lives in memory and is lost with the process. An application hands operations
 * that must outlive the process to the {@link io.operations.tracking.OperationTracker
 * OperationTracker}.
 * <p>
 * The template learns how long operations of each kind take and polls them shortly before
 * they are expected to finish. All callers that wait for the same operation share its
 * polls. Fetches and polls share one rate limit and one limit of requests in flight. If
 * the account is full, all of them pause.
 * <p>
 * A template is immutable and thread-safe. Each returned {@code Mono} or {@code Flux} is
 * cold: each subscription starts its own fetch or wait, and cancelling the subscription
 * ends it. Blocking callers add {@code .block()}.
 * <p>
 * The template notifies subscribers on these threads. Subscribers must not block them:
 * <ul>
 * <li>after a response: a thread of the HTTP client;</li>
 * <li>after a deadline, a request timeout or the refusal of a queued request: a thread of
 * the template's scheduler, {@link reactor.core.scheduler.Schedulers#parallel()} by
 * default;</li>
 * <li>if the outcome is known at once: the subscribing thread;</li>
 * <li>with an {@link OperationsClosedException}: the thread that closes the template or
 * the application context.</li>
 * </ul>
 *
 * @since 0.1.0
 * @see OperationsTemplate.Builder
 */
public final class OperationsTemplate implements AutoCloseable {

	static {
		TemplateInternals.grant((template) -> ((OperationsTemplate) template).internals);
	}

	private final AtomicBoolean closed = new AtomicBoolean();

	private final TemplateSettings settings;

	private final String name;

	private final StatusUrls statusUrls;

	private final WebClient webClient;

	private final OperationFetcher fetcher;

	private final Poller poller;

	private final TemplateInternals internals;

	private final Admission admission;

	private final OperationsObservations observations;

	private final OperationsListener listener;

	private final List<Runnable> releases;

	// The clients of the application that this one belongs to, if there are any.
	private volatile @Nullable OperationsClients clients;

	OperationsTemplate(TemplateSettings settings, String name, StatusUrls statusUrls, WebClient webClient,
			OperationFetcher fetcher, ServerProbe probe, Poller poller, OperationPolls polls, Admission admission,
			OperationsObservations observations, OperationsListener listener, List<Runnable> releases) {
		this.settings = settings;
		this.name = name;
		this.statusUrls = statusUrls;
		this.webClient = webClient;
		this.fetcher = fetcher;
		this.poller = poller;
		this.internals = new TemplateInternals(polls, () -> probe(probe));
		this.admission = admission;
		this.observations = observations;
		this.listener = listener;
		this.releases = List.copyOf(releases);
	}

	/**
	 * Return a builder for a template outside Spring Boot. The template has the name
	 * {@code operations} unless another one is set.
	 * @param webClientBuilder the builder of the HTTP client; the template clones it and
	 * leaves it unchanged
	 * @return the builder
	 */
	public static Builder builder(WebClient.Builder webClientBuilder) {
		return new OperationsTemplateBuilder(webClientBuilder).name("operations");
	}

	/**
	 * Fetch an operation as it is now, whatever its status. A FAILED or CANCELLED
	 * operation is a value here, not an error.
	 * <p>
	 * A fetch is retried after 408, 425, 429, 502, 503, 504 and connection errors:
	 * {@code operations.retry.max-attempts} (3) attempts in all. No deadline covers all
	 * attempts and the queueing. A caller adds one with {@link Mono#timeout(Duration)}.
	 * @param operationId the operation's id
	 * @return the operation; or an {@link OperationsException}:
	 * <ul>
	 * <li>{@link OperationsRequestException}: the server rejected the request, or the id
	 * is invalid; with an invalid id no request is sent</li>
	 * <li>{@link io.operations.OperationsAuthenticationException}: the server rejected
	 * the credentials</li>
	 * <li>{@link io.operations.OperationNotFoundException}: the server does not know the
	 * operation</li>
	 * <li>{@link io.operations.OperationsThrottledException}: the server or a local limit
	 * refused the request</li>
	 * <li>{@link io.operations.OperationsUnavailableException}: the server did not
	 * answer, or answered with 408, 425 or a 5xx status</li>
	 * <li>{@link io.operations.MalformedOperationException}: the response is not an
	 * operation</li>
	 * <li>{@link OperationsClosedException}: the template is closed</li>
	 * </ul>
	 */
	public Mono<Operation> fetch(String operationId) {
		requireId(operationId);
		return Mono.defer(() -> {
			// The template checks the id before the fetch takes a place in a queue.
			OperationsRequestException.checkId(operationId);
			return this.fetcher.fetch(operationId);
		}).map((snapshot) -> {
			this.poller.noteSeen(snapshot);
			return snapshot.operation();
		});
	}

	/**
	 * Wait for an operation to complete. The deadline is
	 * {@code operations.polling.timeout} (10 minutes) after the subscription.
	 * @param operationId the operation's id
	 * @return the completed operation, or an error as from
	 * {@link #await(String, Duration)}
	 */
	public Mono<Operation> await(String operationId) {
		requireId(operationId);
		return observe(PollingTarget.of(operationId), null);
	}

	/**
	 * Wait for an operation to complete. All callers that wait for the same operation
	 * share its polls.
	 * <p>
	 * Transient errors do not end the wait: after an outage, throttling or a malformed
	 * response, the template polls the operation again. The wait ends early with an error
	 * that a further poll cannot clear.
	 * @param operationId the operation's id
	 * @param timeout the time from the subscription to the deadline, including all
	 * queueing; positive, at most 365 days
	 * @return the completed operation; or an {@link OperationsException}:
	 * <ul>
	 * <li>{@link OperationFailedException}, {@link OperationCancelledException}: the
	 * operation ended as FAILED or CANCELLED</li>
	 * <li>{@link io.operations.OperationTimeoutException}: the deadline has passed; the
	 * operation may still be running, and can be awaited again</li>
	 * <li>{@link io.operations.OperationsThrottledException}:
	 * {@code operations.polling.max-waits} callers already wait</li>
	 * <li>{@link OperationsRequestException}: the server rejected the request, or the id
	 * is invalid</li>
	 * <li>{@link io.operations.OperationsAuthenticationException}: the server rejected
	 * the credentials</li>
	 * <li>{@link io.operations.OperationNotFoundException}: the server does not know the
	 * operation; the exception describes when a wait trusts a 404</li>
	 * <li>{@link io.operations.OperationsUnavailableException}: a JVM error in this
	 * application ended the request</li>
	 * <li>{@link OperationsClosedException}: the template is closed, or its waits were
	 * ended</li>
	 * </ul>
	 * An exception that is not an {@code OperationsException} comes from a decorator.
	 * @throws IllegalArgumentException if the timeout is out of range
	 */
	public Mono<Operation> await(String operationId, Duration timeout) {
		requireId(operationId);
		return await(PollingTarget.of(operationId), timeout);
	}

	/**
	 * Wait for an operation of a kind to complete. The template plans the polls by the
	 * durations that it has learned of this kind.
	 * @param operationId the operation's id
	 * @param kind the kind of the operation, for instance {@code import}; replaces the
	 * kind that the template derives from the keys of the related ids. Use few different
	 * values: only {@value io.operations.polling.AdaptivePollingSchedule#MAXIMUM_KINDS}
	 * kinds are learned separately
	 * @param timeout the time from the subscription to the deadline, including all
	 * queueing; positive, at most 365 days
	 * @return the completed operation, or an error as from
	 * {@link #await(String, Duration)}
	 * @throws IllegalArgumentException if the timeout is out of range
	 * @see AcceptedOperation#withKind(String)
	 */
	public Mono<Operation> await(String operationId, String kind, Duration timeout) {
		requireId(operationId);
		Objects.requireNonNull(kind, "'kind' must not be null");
		return await(PollingTarget.of(operationId, kind), timeout);
	}

	/**
	 * Wait for the operation that a write started to complete. The deadline is
	 * {@code operations.polling.timeout} (10 minutes) after the subscription. Everything
	 * else is as in {@link #await(AcceptedOperation, Duration)}.
	 * @param accepted the operation as the response to the write describes it
	 * @return the completed operation, or an error as from
	 * {@link #await(String, Duration)}
	 */
	public Mono<Operation> await(AcceptedOperation accepted) {
		return serves(accepted) ? observe(PollingTarget.of(accepted), null) : Mono.error(() -> foreign(accepted));
	}

	/**
	 * Wait for the operation that a write started to complete. The first poll respects
	 * the Retry-After of the response to the write. If the responses to polls leave out
	 * related ids that the response to the write named, the emitted operation has them.
	 * If the status URL belongs to another product or server, the wait fails at once with
	 * an {@link OperationsRequestException} that names the base URL that it needs.
	 * @param accepted the operation as the response to the write describes it
	 * @param timeout the time from the subscription to the deadline, including all
	 * queueing; positive, at most 365 days
	 * @return the completed operation, or an error as from
	 * {@link #await(String, Duration)}
	 * @throws IllegalArgumentException if the timeout is out of range
	 */
	public Mono<Operation> await(AcceptedOperation accepted, Duration timeout) {
		PollingSettings.checkTimeout(timeout);
		return serves(accepted) ? observe(PollingTarget.of(accepted), timeout) : Mono.error(() -> foreign(accepted));
	}

	private Mono<Operation> await(PollingTarget target, Duration timeout) {
		PollingSettings.checkTimeout(timeout);
		return observe(target, timeout);
	}

	// If the caller passes no timeout, the timeout of the settings applies.
	private Mono<Operation> observe(PollingTarget target, @Nullable Duration timeout) {
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
	 * Watch an operation until it ends. The {@code Flux} emits the operation as first
	 * seen, and again after each change of its status or of the status's text. Its last
	 * element is the terminal operation, whether COMPLETED, FAILED or CANCELLED. A slow
	 * subscriber gets the latest change and misses those before it. The deadline is
	 * {@code operations.polling.timeout} (10 minutes) after the subscription.
	 * @param operationId the operation's id
	 * @return the operation at each change, or an error as from
	 * {@link #await(String, Duration)}; an operation that ends as FAILED or CANCELLED is
	 * not an error
	 */
	public Flux<Operation> watch(String operationId) {
		requireId(operationId);
		return watched(PollingTarget.of(operationId), null);
	}

	/**
	 * Watch an operation until it ends, as {@link #watch(String)} does.
	 * @param operationId the operation's id
	 * @param timeout the time from the subscription to the deadline, including all
	 * queueing; positive, at most 365 days
	 * @return the operation at each change, or an error as from {@link #watch(String)}
	 * @throws IllegalArgumentException if the timeout is out of range
	 */
	public Flux<Operation> watch(String operationId, Duration timeout) {
		requireId(operationId);
		return watch(PollingTarget.of(operationId), timeout);
	}

	/**
	 * Watch an operation of a kind until it ends, as {@link #watch(String)} does. The
	 * template plans the polls by the durations that it has learned of this kind.
	 * @param operationId the operation's id
	 * @param kind the kind of the operation, as in
	 * {@link #await(String, String, Duration)}
	 * @param timeout the time from the subscription to the deadline, including all
	 * queueing; positive, at most 365 days
	 * @return the operation at each change, or an error as from {@link #watch(String)}
	 * @throws IllegalArgumentException if the timeout is out of range
	 */
	public Flux<Operation> watch(String operationId, String kind, Duration timeout) {
		requireId(operationId);
		Objects.requireNonNull(kind, "'kind' must not be null");
		return watch(PollingTarget.of(operationId, kind), timeout);
	}

	/**
	 * Watch the operation that a write started, as {@link #watch(String)} does. The first
	 * poll respects the Retry-After of the response to the write. If the responses to
	 * polls leave out related ids that the response to the write named, the emitted
	 * operations have them.
	 * @param accepted the operation as the response to the write describes it
	 * @return the operation at each change, or an error as from {@link #watch(String)}
	 */
	public Flux<Operation> watch(AcceptedOperation accepted) {
		return serves(accepted) ? watched(PollingTarget.of(accepted), null) : Flux.error(() -> foreign(accepted));
	}

	/**
	 * Watch the operation that a write started, as {@link #watch(AcceptedOperation)}
	 * does.
	 * @param accepted the operation as the response to the write describes it
	 * @param timeout the time from the subscription to the deadline, including all
	 * queueing; positive, at most 365 days
	 * @return the operation at each change, or an error as from {@link #watch(String)}
	 * @throws IllegalArgumentException if the timeout is out of range
	 */
	public Flux<Operation> watch(AcceptedOperation accepted, Duration timeout) {
		PollingSettings.checkTimeout(timeout);
		return serves(accepted) ? watched(PollingTarget.of(accepted), timeout) : Flux.error(() -> foreign(accepted));
	}

	private Flux<Operation> watch(PollingTarget target, Duration timeout) {
		PollingSettings.checkTimeout(timeout);
		return watched(target, timeout);
	}

	private Flux<Operation> watched(PollingTarget target, @Nullable Duration timeout) {
		return this.observations.watch(target.operationId(), this.poller.watch(target, timeout));
	}

	/**
	 * Return whether this template can poll an operation. An operation whose status URL
	 * has another origin or another path belongs to another product, and
	 * {@link #await(AcceptedOperation)} and {@link #watch(AcceptedOperation)} refuse it.
	 * @param accepted the operation as the response to the write describes it
	 * @return {@code false} if its status URL is neither one of this template nor one of
	 * its product; {@code true} if it is, or if the operation has none
	 */
	public boolean serves(AcceptedOperation accepted) {
		return this.statusUrls.serves(accepted.statusUrl());
	}

	/**
	 * Check that this template can poll an operation, as
	 * {@link #await(AcceptedOperation)} does.
	 * @param accepted the operation as the response to the write describes it
	 * @throws OperationsRequestException if its status URL belongs to another product or
	 * server; the message names the base URL that it needs
	 */
	public void checkServed(AcceptedOperation accepted) {
		if (!serves(accepted)) {
			throw foreign(accepted);
		}
	}

	private OperationsRequestException foreign(AcceptedOperation accepted) {
		OperationsClients others = this.clients;
		return this.statusUrls.foreign(accepted, (others != null) ? others.serving(accepted) : List.of());
	}

	private static void requireId(String operationId) {
		Objects.requireNonNull(operationId, "'operationId' must not be null");
	}

	/**
	 * Return the name of this template. Its metrics, its retry and its rate limiter carry
	 * this name.
	 * @return the name
	 */
	public String getName() {
		return this.name;
	}

	/**
	 * Return whether a status URL has the base URL and the path of this template.
	 * @param statusUrl the URL, possibly relative
	 * @return {@code true} if the URL fits
	 */
	boolean hasStatusUrl(URI statusUrl) {
		return this.statusUrls.fits(statusUrl);
	}

	OperationFormat format() {
		return this.statusUrls.format();
	}

	String statusUrls() {
		return this.statusUrls.toString();
	}

	Admission admission() {
		return this.admission;
	}

	boolean isClosed() {
		return this.closed.get();
	}

	void join(OperationsClients clients) {
		this.clients = clients;
	}

	/**
	 * Return where the credentials are set. The text contains no secret.
	 * @return the properties, the environment variables or the bean; {@code null} if the
	 * application passed the credentials to the builder
	 */
	public @Nullable String getCredentialsOrigin() {
		return this.settings.credentialsOrigin();
	}

	/**
	 * Return the HTTP client for the writes that start operations. It has the
	 * credentials, the base URL and the TLS settings of this template.
	 * <p>
	 * Its requests, reads included, pass the limits of the account as fetches do: the
	 * rate, the limit of requests in flight and the pauses. A request holds its place in
	 * flight until the headers of the response have arrived.
	 * <p>
	 * The client repeats a request as {@code operations.retry.*} says, unless a write
	 * could then have its effect twice. It repeats any request after 429, and if it could
	 * not open a connection. After the other errors after which a fetch is retried, it
	 * repeats only reads and writes with an {@code Idempotency-Key}. A repetition sends a
	 * copy of the body, which has at most 256 KB. The client does not repeat a request
	 * with a larger body or with a body that is flushed part by part.
	 * <p>
	 * The caller handles each status itself, as with any {@code WebClient}. Without a
	 * response it gets an {@link OperationsException}:
	 * <ul>
	 * <li>{@link io.operations.OperationsThrottledException}: a local limit refused the
	 * request, which was not sent</li>
	 * <li>{@link io.operations.OperationsUnavailableException}: the connection failed or
	 * broke, or the headers of the response did not arrive in time; the message says
	 * whether the request may have had an effect</li>
	 * <li>{@link OperationsClosedException}: the template is closed</li>
	 * </ul>
	 * @return the client
	 * @see Builder#writes(WriteSettings)
	 */
	public WebClient getWebClient() {
		return this.webClient;
	}

	/**
	 * Return a builder for a further template with the configuration of this one, for
	 * instance for a second account. The further template needs its own name. It has its
	 * own retry, rate limit and waits. It shares the credentials, the registries, the
	 * decorators, the listeners and a {@link Builder#schedule(PollingSchedule) schedule}
	 * that was set. Its creator closes it.
	 * @return the builder
	 */
	public Builder mutate() {
		return new OperationsTemplateBuilder(this.settings.copy());
	}

	private Mono<Void> probe(ServerProbe probe) {
		return this.closed.get() ? Mono.error(new OperationsClosedException(this.name, null)) : probe.send();
	}

	/**
	 * Close this template. All waits, queued fetches and fetches that wait for a retry
	 * end with an {@link OperationsClosedException}. A fetch in flight may still
	 * complete. No further fetch or poll is sent. A second call has no effect.
	 */
	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.poller.close();
			this.releases.forEach(Runnable::run);
			this.listener.closed(this.name);
		}
	}

	@Override
	public String toString() {
		return "OperationsTemplate[" + this.name + "]";
	}

	/**
	 * Builds an {@link OperationsTemplate}. Credentials are required. A setting that is
	 * not set has the default of the {@code operations.*} property that its method names.
	 * A builder is not thread-safe. {@link #build()} may be called more than once, with
	 * another name each time.
	 * <p>
	 * In a Spring Boot application a builder is a bean of scope prototype, configured as
	 * the application's own template is. The builder does not read properties itself.
	 */
	public interface Builder {

		/**
		 * Set the name of the template. Each template needs its own name: its metrics,
		 * its retry and its rate limiter carry it.
		 * @param name the name, not blank
		 * @return this builder
		 */
		Builder name(String name);

		/**
		 * Set the prefix of the configuration keys that messages and log lines name, for
		 * example {@code operations.clients.campaigns}. The default is
		 * {@code operations}. The other methods of this builder name the properties with
		 * the default prefix.
		 * @param prefix the prefix, without a dot at its end
		 * @return this builder
		 */
		Builder keyPrefix(String prefix);

		/**
		 * Set the product whose operations the template reads
		 * ({@code operations.product}). The product determines the form of the answers,
		 * and the base URL and the path unless they are set. The default is
		 * {@link OperationsProduct#CONVERSATIONS}.
		 * @param product the product
		 * @return this builder
		 */
		Builder product(OperationsProduct product);

		/**
		 * Set the base URL of the API ({@code operations.base-url}). Credentials are sent
		 * to its origin only. The default is that of the {@link #product product}.
		 * @param baseUrl the absolute URL, without credentials, query and fragment
		 * @return this builder
		 * @see #allowInsecure(boolean)
		 */
		Builder baseUrl(String baseUrl);

		/**
		 * Set the path of an operation ({@code operations.path}). It is appended to the
		 * base URL. The default is that of the {@link #product product}.
		 * @param path the path; it begins with a slash and contains <code>{id}</code>
		 * exactly once
		 * @return this builder
		 */
		Builder path(String path);

		/**
		 * Set further words of the server that stand for a status
		 * ({@code operations.status-words.*}). Case does not matter. A word without a
		 * meaning is {@link OperationStatus#UNKNOWN}. A second call for a status replaces
		 * its words.
		 * @param status the status, not UNKNOWN
		 * @param words the words, for instance {@code ACTIVE} for COMPLETED
		 * @return this builder
		 */
		Builder statusWords(OperationStatus status, Collection<String> words);

		/**
		 * Set the credentials. The template reads them for each request, so a rotation
		 * needs no new template.
		 * @param credentials the source of the credentials; it must not block
		 * @return this builder
		 */
		Builder credentials(OperationsCredentials credentials);

		/**
		 * Set whether the base URL may be an {@code http} URL of another host
		 * ({@code operations.http.allow-insecure}). Credentials then travel unencrypted.
		 * The default is {@code false}: only a loopback address may have an {@code http}
		 * URL.
		 * @param allowInsecure whether to allow unencrypted connections to other hosts
		 * @return this builder
		 */
		Builder allowInsecure(boolean allowInsecure);

		/**
		 * Set the maximum duration of one request of a fetch or poll, up to the last byte
		 * of the response ({@code operations.http.request-timeout}). For a request
		 * through {@link OperationsTemplate#getWebClient()} it limits the time until the
		 * headers of the response. Then it limits the time of the body after a write, and
		 * the time without data after a read. The default is 15 s.
		 * @param requestTimeout the timeout, positive
		 * @return this builder
		 */
		Builder requestTimeout(Duration requestTimeout);

		/**
		 * Set the maximum size of a response body
		 * ({@code operations.http.max-response-size}). The default is 256 KB.
		 * @param maxResponseSize the size in bytes
		 * @return this builder
		 */
		Builder maxResponseSize(int maxResponseSize);

		/**
		 * Set how fetches and writes are retried ({@code operations.retry.*}). Polls are
		 * not retried: the next poll is the retry. The settings replace a
		 * {@link #retryConfig(RetryConfig)} that was set before, also that of the builder
		 * bean. The default is {@link RetrySettings#defaults()}.
		 * @param settings the settings
		 * @return this builder
		 */
		Builder retry(RetrySettings settings);

		/**
		 * Set whether fetches and writes are retried at all
		 * ({@code operations.retry.enabled}). {@code false} overrides a retry of the
		 * registry. The default is {@code true}.
		 * @param enabled whether to retry
		 * @return this builder
		 */
		Builder retryEnabled(boolean enabled);

		/**
		 * Set the registry of the retry. The template uses the registry's retry with the
		 * template's name. If there is none, the template adds one and removes it again
		 * when it is closed. The default is a new registry.
		 * @param registry the registry
		 * @return this builder
		 */
		Builder retryRegistry(RetryRegistry registry);

		/**
		 * Set the configuration of the retry that the template adds to the registry. It
		 * has no effect on a retry that the registry already holds. The default follows
		 * from {@link #retry(RetrySettings)}, which must be called before this method.
		 * @param config the configuration
		 * @return this builder
		 */
		Builder retryConfig(RetryConfig config);

		/**
		 * Set the limits of the account's requests: their rate, their number in flight
		 * and the length of the queue ({@code operations.rate-limit.*}). The settings
		 * replace a {@link #rateLimiterConfig(RateLimiterConfig)} that was set before,
		 * also that of the builder bean. The default is
		 * {@link RateLimitSettings#defaults()}.
		 * @param settings the settings
		 * @return this builder
		 */
		Builder rateLimit(RateLimitSettings settings);

		/**
		 * Set the registry of the rate limiter. The template uses the registry's rate
		 * limiter with the template's name. If there is none, the template adds one and
		 * removes it again when it is closed. The default is a new registry.
		 * @param registry the registry
		 * @return this builder
		 */
		Builder rateLimiterRegistry(RateLimiterRegistry registry);

		/**
		 * Set the configuration of the rate limiter that the template adds to the
		 * registry. It has no effect on a rate limiter that the registry already holds.
		 * The default follows from {@link #rateLimit(RateLimitSettings)}, which must be
		 * called before this method.
		 * @param config the configuration
		 * @return this builder
		 */
		Builder rateLimiterConfig(RateLimiterConfig config);

		/**
		 * Set the store that shares the rate among all instances of the application
		 * ({@code operations.rate-limit.across-instances}). The rate is that of the rate
		 * limiter. All templates with the same name and the same store share one rate. By
		 * default each instance has the whole rate.
		 * @param store the store; {@code null} for none. The template does not close it
		 * @return this builder
		 */
		Builder budget(@Nullable BudgetStore store);

		/**
		 * Share the rate limit, the limit of requests in flight, the queue and the pauses
		 * of another template ({@code operations.clients.<name>.rate-limit.shared-with}).
		 * Templates of one account share one rate. Each template plans its polls with an
		 * equal part of the rate, and uses permits that the other templates do not use.
		 * Meters of pauses, throttling and the rate limiter carry the name of the owner.
		 * Settings of the rate limit of this builder have no effect. If the owner is
		 * closed, this template sends no further requests.
		 * @param owner the template whose rate limit is shared; {@code null} for a rate
		 * limit of its own
		 * @return this builder
		 */
		Builder sharedRateLimit(@Nullable OperationsTemplate owner);

		/**
		 * Set how the requests through {@link OperationsTemplate#getWebClient()} are sent
		 * ({@code operations.writes.*}). The default is {@link WriteSettings#defaults()}.
		 * @param settings the settings
		 * @return this builder
		 */
		Builder writes(WriteSettings settings);

		/**
		 * Set the bounds of polls and waits ({@code operations.polling.*}). The default
		 * is {@link PollingSettings#defaults()}.
		 * @param settings the settings
		 * @return this builder
		 */
		Builder polling(PollingSettings settings);

		/**
		 * Set the schedule of the polls. By default each template gets its own
		 * {@link io.operations.polling.AdaptivePollingSchedule}.
		 * @param schedule the schedule; templates of {@link OperationsTemplate#mutate()}
		 * share it
		 * @return this builder
		 */
		Builder schedule(PollingSchedule schedule);

		/**
		 * Add a decorator of each attempt, whether of a fetch or a poll. The decorator
		 * with the lowest order is outermost.
		 * @param decorator the decorator
		 * @return this builder
		 */
		Builder decorator(OperationFetcherDecorator decorator);

		/**
		 * Add a listener. Outside Spring Boot there are no log lines and no meters unless
		 * {@link io.operations.observation.OperationsLog} and
		 * {@link io.operations.observation.OperationsMeters} are added.
		 * @param listener the listener; it must not block
		 * @return this builder
		 */
		Builder listener(OperationsListener listener);

		/**
		 * Set the registry of the observations. By default nothing is observed.
		 * @param registry the registry
		 * @return this builder
		 */
		Builder observationRegistry(ObservationRegistry registry);

		/**
		 * Set the convention that names the observations of attempts and their key
		 * values.
		 * @param convention the convention, {@code null} for
		 * {@link io.operations.observation.DefaultOperationFetchObservationConvention}
		 * @return this builder
		 */
		Builder fetchObservationConvention(@Nullable OperationFetchObservationConvention convention);

		/**
		 * Set the convention that names the observations of waits and their key values.
		 * @param convention the convention, {@code null} for
		 * {@link io.operations.observation.DefaultOperationAwaitObservationConvention}
		 * @return this builder
		 */
		Builder awaitObservationConvention(@Nullable OperationAwaitObservationConvention convention);

		/**
		 * Set the scheduler of all delays, deadlines and timeouts. It is also the clock
		 * of the template, so that a test can use virtual time. The default is
		 * {@link reactor.core.scheduler.Schedulers#parallel()}.
		 * @param scheduler the scheduler
		 * @return this builder
		 */
		Builder scheduler(Scheduler scheduler);

		/**
		 * Set the scheduler that runs the timeouts of requests. The default is that of
		 * {@link #scheduler(Scheduler)}. A test that moves the time of the template needs
		 * another scheduler for the timeouts, because a real server answers in real time.
		 * @param scheduler the scheduler
		 * @return this builder
		 */
		Builder requestScheduler(Scheduler scheduler);

		/**
		 * Build the template. It sends nothing before its first fetch, wait or probe.
		 * @return the template; the caller closes it
		 * @throws IllegalArgumentException if the name or the credentials are missing, or
		 * if the base URL, the path or a word of the status is invalid
		 */
		OperationsTemplate build();

	}

}
