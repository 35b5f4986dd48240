package io.operations.core;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.resilience4j.core.Registry;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.operations.AcceptedNames;
import io.operations.KeyPrefix;
import io.operations.OperationFetcher;
import io.operations.OperationFetcherDecorator;
import io.operations.OperationStatus;
import io.operations.OperationsCredentials;
import io.operations.OperationsListener;
import io.operations.OperationsListeners;
import io.operations.OperationsProduct;
import io.operations.client.BaseUrl;
import io.operations.client.CredentialsFilter;
import io.operations.client.InterimAnswers;
import io.operations.client.OperationFormat;
import io.operations.client.WebClientOperationFetcher;
import io.operations.client.WriteAnswers;
import io.operations.client.WriteDoor;
import io.operations.client.WriteExchange;
import io.operations.observation.ObservedOperationFetcher;
import io.operations.observation.OperationAwaitObservationConvention;
import io.operations.observation.OperationFetchObservationConvention;
import io.operations.observation.OperationsObservations;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.OperationPoller;
import io.operations.polling.OperationPolls;
import io.operations.polling.Outage;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.polling.SentPolls;
import io.operations.resilience.Admission;
import io.operations.resilience.AdmittedOperationFetcher;
import io.operations.resilience.AdmittedWrites;
import io.operations.resilience.BudgetStore;
import io.operations.resilience.GuardedOperationFetcher;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.Repetitions;
import io.operations.resilience.RetrySettings;
import io.operations.resilience.RetryingOperationFetcher;
import io.operations.resilience.WriteSettings;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.util.Assert;
import org.springframework.web.client.ApiVersionInserter;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.DefaultUriBuilderFactory;
import org.springframework.web.util.DefaultUriBuilderFactory.EncodingMode;

/**
 * Assembles the two stacks of a template: attempts for the polls, and attempts with
 * retries for the fetches.
 */
final class OperationsTemplateBuilder implements OperationsTemplate.Builder {

	private static final Log logger = LogFactory.getLog("io.operations");

	// An application may add the version of its own API to each request. In a request to
	// the operations API it would change the URL.
	private static final ApiVersionInserter NO_API_VERSION = new ApiVersionInserter() {
	};

	// The products whose documentation names the header Idempotency-Key.
	private static final Set<OperationsProduct> KEYS = Set.of(OperationsProduct.CONVERSATIONS,
			OperationsProduct.COHORTS, OperationsProduct.INSIGHTS_QUERIES, OperationsProduct.VOICE_TRANSCRIPTIONS);

	private final WebClient.Builder webClientBuilder;

	private final List<OperationFetcherDecorator> decorators = new ArrayList<>();

	private final List<OperationsListener> listeners = new ArrayList<>();

	private @Nullable String name;

	private String keyPrefix = KeyPrefix.DEFAULT;

	private OperationsProduct product = OperationsProduct.CONVERSATIONS;

	// Those of the product unless they are set.
	private @Nullable String baseUrl;

	private @Nullable String path;

	private final Map<OperationStatus, Set<String>> statusWords = new EnumMap<>(OperationStatus.class);

	private @Nullable OperationsCredentials credentials;

	private boolean allowInsecure;

	private Duration requestTimeout = Duration.ofSeconds(15);

	private int maxResponseSize = 256 * 1024;

	private boolean retryEnabled = true;

	private RetrySettings retrySettings = RetrySettings.defaults();

	private RetryRegistry retryRegistry = RetryRegistry.ofDefaults();

	private @Nullable RetryConfig retryConfig;

	private RateLimitSettings rateLimitSettings = RateLimitSettings.defaults();

	private RateLimiterRegistry rateLimiterRegistry = RateLimiterRegistry.ofDefaults();

	private @Nullable RateLimiterConfig rateLimiterConfig;

	private @Nullable BudgetStore budget;

	private @Nullable OperationsTemplate rateLimitOwner;

	private WriteSettings writeSettings = WriteSettings.defaults();

	private PollingSettings pollingSettings = PollingSettings.defaults();

	private @Nullable PollingSchedule schedule;

	private ObservationRegistry observationRegistry = ObservationRegistry.NOOP;

	private @Nullable OperationFetchObservationConvention fetchObservationConvention;

	private @Nullable OperationAwaitObservationConvention awaitObservationConvention;

	private Scheduler scheduler = Schedulers.parallel();

	// That of all other times unless it is set.
	private @Nullable Scheduler requestScheduler;

	OperationsTemplateBuilder(WebClient.Builder webClientBuilder) {
		this.webClientBuilder = webClientBuilder.clone();
	}

	OperationsTemplateBuilder copy() {
		OperationsTemplateBuilder copy = new OperationsTemplateBuilder(this.webClientBuilder);
		copy.decorators.addAll(this.decorators);
		copy.listeners.addAll(this.listeners);
		copy.keyPrefix = this.keyPrefix;
		copy.product = this.product;
		copy.statusWords.putAll(this.statusWords);
		copy.baseUrl = this.baseUrl;
		copy.path = this.path;
		copy.credentials = this.credentials;
		copy.allowInsecure = this.allowInsecure;
		copy.requestTimeout = this.requestTimeout;
		copy.maxResponseSize = this.maxResponseSize;
		copy.retryEnabled = this.retryEnabled;
		copy.retrySettings = this.retrySettings;
		copy.retryRegistry = this.retryRegistry;
		copy.retryConfig = this.retryConfig;
		copy.rateLimitSettings = this.rateLimitSettings;
		copy.rateLimiterRegistry = this.rateLimiterRegistry;
		copy.rateLimiterConfig = this.rateLimiterConfig;
		copy.budget = this.budget;
		copy.rateLimitOwner = this.rateLimitOwner;
		copy.writeSettings = this.writeSettings;
		copy.pollingSettings = this.pollingSettings;
		copy.schedule = this.schedule;
		copy.observationRegistry = this.observationRegistry;
		copy.fetchObservationConvention = this.fetchObservationConvention;
		copy.awaitObservationConvention = this.awaitObservationConvention;
		copy.scheduler = this.scheduler;
		copy.requestScheduler = this.requestScheduler;
		return copy;
	}

	@Override
	public OperationsTemplateBuilder name(String name) {
		this.name = name;
		return this;
	}

	@Override
	public OperationsTemplateBuilder keyPrefix(String prefix) {
		this.keyPrefix = prefix;
		return this;
	}

	@Override
	public OperationsTemplateBuilder product(OperationsProduct product) {
		this.product = product;
		return this;
	}

	@Override
	public OperationsTemplateBuilder baseUrl(String baseUrl) {
		this.baseUrl = baseUrl;
		return this;
	}

	@Override
	public OperationsTemplateBuilder path(String path) {
		this.path = path;
		return this;
	}

	@Override
	public OperationsTemplateBuilder statusWords(OperationStatus status, Collection<String> words) {
		Assert.isTrue(status != OperationStatus.UNKNOWN, "'status' must not be UNKNOWN: every other word is unknown");
		this.statusWords.put(status, Set.copyOf(words));
		return this;
	}

	@Override
	public OperationsTemplateBuilder credentials(OperationsCredentials credentials) {
		this.credentials = credentials;
		return this;
	}

	@Override
	public OperationsTemplateBuilder allowInsecure(boolean allowInsecure) {
		this.allowInsecure = allowInsecure;
		return this;
	}

	@Override
	public OperationsTemplateBuilder requestTimeout(Duration requestTimeout) {
		this.requestTimeout = requestTimeout;
		return this;
	}

	@Override
	public OperationsTemplateBuilder maxResponseSize(int maxResponseSize) {
		this.maxResponseSize = maxResponseSize;
		return this;
	}

	@Override
	public OperationsTemplateBuilder retry(RetrySettings settings) {
		this.retrySettings = settings;
		this.retryConfig = null;
		return this;
	}

	@Override
	public OperationsTemplateBuilder retryEnabled(boolean enabled) {
		this.retryEnabled = enabled;
		return this;
	}

	@Override
	public OperationsTemplateBuilder retryRegistry(RetryRegistry registry) {
		this.retryRegistry = registry;
		return this;
	}

	@Override
	public OperationsTemplateBuilder retryConfig(RetryConfig config) {
		this.retryConfig = config;
		return this;
	}

	@Override
	public OperationsTemplateBuilder rateLimit(RateLimitSettings settings) {
		this.rateLimitSettings = settings;
		this.rateLimiterConfig = null;
		return this;
	}

	@Override
	public OperationsTemplateBuilder rateLimiterRegistry(RateLimiterRegistry registry) {
		this.rateLimiterRegistry = registry;
		return this;
	}

	@Override
	public OperationsTemplateBuilder rateLimiterConfig(RateLimiterConfig config) {
		this.rateLimiterConfig = config;
		return this;
	}

	@Override
	public OperationsTemplateBuilder budget(@Nullable BudgetStore store) {
		this.budget = store;
		return this;
	}

	@Override
	public OperationsTemplateBuilder sharedRateLimit(@Nullable OperationsTemplate owner) {
		this.rateLimitOwner = owner;
		return this;
	}

	@Override
	public OperationsTemplateBuilder writes(WriteSettings settings) {
		this.writeSettings = settings;
		return this;
	}

	@Override
	public OperationsTemplateBuilder polling(PollingSettings settings) {
		this.pollingSettings = settings;
		return this;
	}

	@Override
	public OperationsTemplateBuilder schedule(PollingSchedule schedule) {
		this.schedule = schedule;
		return this;
	}

	@Override
	public OperationsTemplateBuilder decorator(OperationFetcherDecorator decorator) {
		this.decorators.add(decorator);
		return this;
	}

	@Override
	public OperationsTemplateBuilder listener(OperationsListener listener) {
		this.listeners.add(listener);
		return this;
	}

	@Override
	public OperationsTemplateBuilder observationRegistry(ObservationRegistry registry) {
		this.observationRegistry = registry;
		return this;
	}

	@Override
	public OperationsTemplateBuilder fetchObservationConvention(
			@Nullable OperationFetchObservationConvention convention) {
		this.fetchObservationConvention = convention;
		return this;
	}

	@Override
	public OperationsTemplateBuilder awaitObservationConvention(
			@Nullable OperationAwaitObservationConvention convention) {
		this.awaitObservationConvention = convention;
		return this;
	}

	@Override
	public OperationsTemplateBuilder scheduler(Scheduler scheduler) {
		this.scheduler = scheduler;
		return this;
	}

	@Override
	public OperationsTemplateBuilder requestScheduler(Scheduler scheduler) {
		this.requestScheduler = scheduler;
		return this;
	}

	private Scheduler requestScheduler() {
		return (this.requestScheduler != null) ? this.requestScheduler : this.scheduler;
	}

	@Override
	public OperationsTemplate build() {
		String client = this.name;
		Assert.hasText(client, "'name' must be set: it names the metrics, the retry and the rate limiter of the"
				+ " template. Give each template its own name.");
		Assert.notNull(this.credentials,
				"'credentials' must be set: pass them to OperationsTemplate.Builder.credentials(...)");
		URI url;
		try {
			url = BaseUrl.parse((this.baseUrl != null) ? this.baseUrl : this.product.baseUrl(), this.allowInsecure);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("'baseUrl' is invalid: " + ex.getMessage(), ex);
		}
		String repeated = BaseUrl.repeated(url, path());
		if (repeated != null) {
			logger.warn("[" + client + "] The base URL (" + url + ") ends with '" + repeated
					+ "', and the path of operations begins with it. Requests contain it twice: " + url
					+ path().replaceFirst("\\?.*", "") + ". Unless this is intended, remove '" + repeated
					+ "' from the base URL.");
		}
		return assemble(client, url, webClient(url, this.credentials));
	}

	private String path() {
		return (this.path != null) ? this.path : this.product.path();
	}

	private WebClient webClient(URI url, OperationsCredentials credentials) {
		DefaultUriBuilderFactory uris = new DefaultUriBuilderFactory(url.toString());
		uris.setEncodingMode(EncodingMode.VALUES_ONLY);
		return this.webClientBuilder.clone()
			.uriBuilderFactory(uris)
			.apiVersionInserter(NO_API_VERSION)
			.defaultRequest((request) -> request.httpRequest(InterimAnswers::drop))
			.filter(new CredentialsFilter(url, credentials))
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(this.maxResponseSize))
			.build();
	}

	private WebClient writeClient(WebClient webClient, URI url, OperationFormat format, WriteDoor door) {
		AcceptedNames names = format.acceptedNames();
		WebClient.Builder writes = webClient.mutate()
			.defaultRequest((request) -> request.attribute(KeyPrefix.ATTRIBUTE, this.keyPrefix));
		if (this.writeSettings.admitted()) {
			WriteExchange exchange = new WriteExchange(url, door, addsIdempotencyKey(url), this.requestTimeout,
					requestScheduler());
			// The filters of the application see the write once. Each attempt gets the
			// present credentials.
			writes.filters((filters) -> filters.add(credentialsAt(filters), exchange));
		}
		return writes
			.filter((request, next) -> next
				.exchange(ClientRequest.from(request).attribute(AcceptedNames.ATTRIBUTE, names).build()))
			.filter(new WriteAnswers(url, this.requestTimeout, requestScheduler()))
			.build();
	}

	private static int credentialsAt(List<ExchangeFilterFunction> filters) {
		int last = filters.size() - 1;
		while (!(filters.get(last) instanceof CredentialsFilter)) {
			last--;
		}
		return last;
	}

	// A base URL may name another product. A server that ignores the key would process a
	// repeated write twice.
	private boolean addsIdempotencyKey(URI url) {
		Boolean wanted = this.writeSettings.idempotencyKey();
		return (wanted != null) ? wanted
				: KEYS.contains(this.product) && Stream.of(OperationsProduct.values())
					.filter((product) -> url.getHost().equalsIgnoreCase(URI.create(product.baseUrl()).getHost()))
					.allMatch(KEYS::contains);
	}

	private OperationsTemplate assemble(String client, URI url, WebClient webClient) {
		OperationsListener listener = new OperationsListeners(this.listeners);
		OperationsObservations observations = new OperationsObservations(client, this.observationRegistry,
				this.fetchObservationConvention, this.awaitObservationConvention);
		List<Runnable> releases = new ArrayList<>();
		Admission admission = admission(client, listener, releases);
		try {
			return assemble(client, url, webClient, admission, listener, observations, releases);
		}
		catch (RuntimeException | Error ex) {
			// The admission already reports to the other instances that share the rate.
			releases.forEach(Runnable::run);
			throw ex;
		}
	}

	private Admission admission(String client, OperationsListener listener, List<Runnable> releases) {
		if (this.rateLimitOwner != null) {
			return this.rateLimitOwner.admission();
		}
		Runnable unregister = register(this.rateLimiterRegistry, client);
		Admission admission = new Admission(client, rateLimiter(client), this.budget, this.rateLimitSettings,
				this.retrySettings, this.scheduler, listener);
		releases.add(admission::close);
		releases.add(unregister);
		return admission;
	}

	private OperationsTemplate assemble(String client, URI url, WebClient webClient, Admission admission,
			OperationsListener listener, OperationsObservations observations, List<Runnable> releases) {
		OperationFormat format = OperationFormat.of(this.product).withWords(this.statusWords);
		OperationFetcher exchange = new WebClientOperationFetcher(webClient, format, url, path(), this.requestTimeout,
				this.scheduler, requestScheduler(), this.keyPrefix);
		SentPolls sentPolls = new SentPolls();
		OperationFetcher admitted = new AdmittedOperationFetcher(sentPolls.reporting(exchange), admission);
		SharerEnd end = null;
		if (this.rateLimitOwner != null) {
			// Closing this template must not close the admission of another one.
			end = new SharerEnd(client);
			releases.add(end::close);
			admitted = end.ending(admitted);
		}
		OperationFetcher attempt = new GuardedOperationFetcher(
				decorate(new ObservedOperationFetcher(admitted, observations, listener)), client, listener);
		Outage outage = new Outage(client, this.pollingSettings, this.scheduler, listener);
		OperationFetcher fetch = outage.noting(attempt);
		Repetitions repetitions = this.retryEnabled ? repetitions(client, releases) : null;
		if (repetitions != null) {
			fetch = new RetryingOperationFetcher(fetch, repetitions);
		}
		PollingSchedule schedule = schedule();
		OperationPoller poller = new OperationPoller(client, attempt, admission, schedule, this.pollingSettings,
				this.scheduler, listener, outage, sentPolls);
		OperationPolls polls = new OperationPolls(client, admission, this.rateLimitSettings.maxInFlight(), schedule,
				this.pollingSettings, this.scheduler, outage, poller);
		StatusUrls statusUrls = new StatusUrls(client, url, path(), this.product);
		WriteDoor writes = new TemplateWrites(new AdmittedWrites(admission, repetitions), observations, end);
		OperationsTemplate template = new OperationsTemplate(copy(), client, statusUrls,
				writeClient(webClient, url, format, writes), fetch,
				new GuardedOperationFetcher(exchange, client, listener), poller, polls, admission, observations,
				listener, releases);
		listener.opened(client, new TemplateActivity(admission, poller, outage,
				(repetitions != null) ? repetitions::waiting : () -> 0));
		return template;
	}

	// Fetches and writes share them.
	private Repetitions repetitions(String client, List<Runnable> releases) {
		releases.add(register(this.retryRegistry, client));
		Repetitions repetitions = new Repetitions(retry(client), this.retrySettings, this.rateLimitSettings.maxQueued(),
				this.scheduler, client);
		releases.add(repetitions::close);
		return repetitions;
	}

	// The template removes only an entry that it added to the registry itself.
	private static Runnable register(Registry<?, ?> registry, String client) {
		return registry.find(client).isPresent() ? () -> {
		} : () -> registry.remove(client);
	}

	// Looked up at each use, because Spring Cloud puts a new registry behind its proxy at
	// each refresh.
	private Supplier<Retry> retry(String client) {
		RetryRegistry registry = this.retryRegistry;
		RetryConfig config = retryConfig();
		registry.retry(client, config);
		return () -> registry.retry(client, config);
	}

	private Supplier<RateLimiter> rateLimiter(String client) {
		RateLimiterRegistry registry = this.rateLimiterRegistry;
		RateLimiterConfig config = rateLimiterConfig();
		registry.rateLimiter(client, config);
		return () -> registry.rateLimiter(client, config);
	}

	private RetryConfig retryConfig() {
		return (this.retryConfig != null) ? this.retryConfig : this.retrySettings.toConfig().build();
	}

	private RateLimiterConfig rateLimiterConfig() {
		return (this.rateLimiterConfig != null) ? this.rateLimiterConfig : this.rateLimitSettings.toConfig().build();
	}

	@Nullable String credentialsOrigin() {
		return (this.credentials != null) ? this.credentials.origin() : null;
	}

	private PollingSchedule schedule() {
		return (this.schedule != null) ? this.schedule
				: new AdaptivePollingSchedule(this.pollingSettings, this.scheduler);
	}

	private OperationFetcher decorate(OperationFetcher attempt) {
		// The decorator with the lowest order is outermost, so it is applied last.
		List<OperationFetcherDecorator> inner = this.decorators.stream()
			.sorted(Comparator.comparingInt(OperationFetcherDecorator::getOrder).reversed())
			.toList();
		OperationFetcher decorated = attempt;
		for (OperationFetcherDecorator decorator : inner) {
			decorated = decorator.decorate(decorated);
		}
		return decorated;
	}

}
