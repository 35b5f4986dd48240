package io.operations.internal.tracking;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.operations.AcceptedOperation;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.polling.OperationPolls;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingResult;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A tracker with a store and a scripted endpoint, and instances with several clients.
 */
@Timeout(60)
@Tag("slow")
abstract class OperationTrackerFixture {

	protected static final Duration MAX_WAIT = Duration.ofSeconds(20);

	protected static final Duration TIMEOUT = Duration.ofHours(1);

	protected final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	protected final List<OperationOutcome> outcomes = new CopyOnWriteArrayList<>();

	protected volatile OperationOutcomeHandler handler = this.outcomes::add;

	protected final SkippingScheduler time = new SkippingScheduler();

	private final List<OperationsTemplate> templates = new CopyOnWriteArrayList<>();

	private final List<ClientTracking> stores = new CopyOnWriteArrayList<>();

	private final List<Instance> instances = new CopyOnWriteArrayList<>();

	protected ClientTracking store = placeholder();

	protected OperationTracker tracker = placeholder();

	protected TrackingEngine engine = placeholder();

	/**
	 * Create a store.
	 * @param engine works on what is due
	 * @return the store, not started
	 */
	protected abstract ClientTracking createStore(TrackingEngine engine);

	/**
	 * Create the stores of the clients of one instance.
	 * @return creates the store of each client
	 */
	protected ClientTrackingFactory createStores() {
		return this::createStore;
	}

	@SuppressWarnings({ "NullAway", "TypeParameterUnusedInFormals" })
	private static <T> T placeholder() {
		return null;
	}

	@BeforeEach
	protected void startTracker() {
		this.store = newStore(settings());
		this.store.start();
	}

	@AfterEach
	void stopTracker() {
		this.instances.forEach(Instance::stop);
		this.stores.forEach(ClientTracking::stop);
		this.templates.forEach(OperationsTemplate::close);
	}

	protected static TrackingSettings settings() {
		return new TrackingSettings(TIMEOUT, Duration.ofDays(7), 1000, new TrackingSettings.Delivery(3,
				Duration.ofMillis(50), 2, Duration.ofMillis(200), Duration.ofMillis(500)));
	}

	protected ClientTracking newStore(TrackingSettings settings) {
		return newStore(settings, new TrackingListeners(List.of(new TrackingLog())));
	}

	protected ClientTracking newSlowStore(double pollsPerSecond) {
		return newStore(settings(), new TrackingListeners(List.of(new TrackingLog())), pollsPerSecond);
	}

	protected ClientTracking newStore(TrackingSettings settings, TrackingListener listener) {
		return newStore(settings, listener, 500);
	}

	protected TrackingEngine engine() {
		return this.engine;
	}

	private ClientTracking newStore(TrackingSettings settings, TrackingListener listener, double pollsPerSecond) {
		OperationsTemplate template = this.endpoint.template()
			.polling(new PollingSettings(Duration.ofMillis(20), Duration.ofMillis(300), Duration.ofMinutes(10), 1000,
					Duration.ofMinutes(5), 8))
			.rateLimit(new RateLimitSettings(pollsPerSecond, 8, 1000))
			.scheduler(this.time)
			.build();
		this.templates.add(template);
		this.engine = new TrackingEngine(TemplateInternals.of(template).polls(), settings,
				() -> List.of((outcome) -> this.handler.handle(outcome)), listener);
		ClientTracking created = createStore(this.engine);
		this.stores.add(created);
		this.tracker = new DefaultOperationTracker(created, this.engine, Schedulers.boundedElastic());
		return created;
	}

	protected Instance instance(String... clients) {
		Instance instance = new Instance();
		for (String client : clients) {
			instance.join(client);
		}
		this.instances.add(instance);
		return instance;
	}

	protected TrackingResult track(String id, Map<String, String> attributes) {
		return Objects.requireNonNull(this.tracker.track(id, attributes).block(MAX_WAIT));
	}

	protected TrackingResult track(String id, Map<String, String> attributes, Duration timeout) {
		return Objects.requireNonNull(this.tracker.track(id, attributes, timeout).block(MAX_WAIT));
	}

	protected @Nullable TrackedOperation find(String id) {
		return this.tracker.find(id).block(MAX_WAIT);
	}

	protected boolean forget(String id) {
		return Boolean.TRUE.equals(this.tracker.forget(id).block(MAX_WAIT));
	}

	protected boolean redeliver(String id) {
		return Boolean.TRUE.equals(this.tracker.redeliver(id).block(MAX_WAIT));
	}

	protected TrackingSummary summary() {
		return Objects.requireNonNull(this.tracker.summary().block(MAX_WAIT));
	}

	protected List<String> stream(TrackingFilter filter) {
		return Objects
			.requireNonNull(this.tracker.stream(filter).map(TrackedOperation::id).collectList().block(MAX_WAIT));
	}

	protected TrackedOperation until(String id, TrackingState state) {
		return until(id, (operation) -> operation.state() == state);
	}

	protected TrackedOperation until(String id, Predicate<TrackedOperation> condition) {
		Supplier<@Nullable TrackedOperation> found = () -> find(id);
		TrackedOperation[] last = new TrackedOperation[1];
		await().atMost(MAX_WAIT).pollInterval(Duration.ofMillis(10)).untilAsserted(() -> {
			last[0] = found.get();
			assertThat(last[0]).isNotNull().satisfies((operation) -> assertThat(condition.test(operation)).isTrue());
		});
		return last[0];
	}

	/**
	 * An instance of an application with several clients, each with an endpoint.
	 */
	protected final class Instance implements TrackedClients {

		private final Map<String, ScriptedEndpoint> endpoints = new ConcurrentHashMap<>();

		private final Map<String, OperationsTemplate> clients = Collections.synchronizedMap(new LinkedHashMap<>());

		public final List<OperationOutcome> outcomes = new CopyOnWriteArrayList<>();

		final List<String> events = new CopyOnWriteArrayList<>();

		private final TrackingListener listener = new TrackingListeners(
				List.of(new TrackingLog(), new TrackingListener() {

					@Override
					public void clientJoined(String client) {
						Instance.this.events.add("joined " + client);
					}

					@Override
					public void clientLeft(String client) {
						Instance.this.events.add("left " + client);
					}

				}));

		private final ClientTrackingFactory stores = createStores();

		public final RoutingOperationTracker tracker = new RoutingOperationTracker(() -> this,
				(polls) -> new TrackingEngine(polls, settings(), () -> List.of(this.outcomes::add), this.listener),
				() -> this.stores, this.listener, Schedulers.boundedElastic());

		public void join(String client) {
			ScriptedEndpoint served = new ScriptedEndpoint();
			this.endpoints.put(client, served);
			this.clients.put(client,
					served.template()
						.name(client)
						.polling(new PollingSettings(Duration.ofMillis(20), Duration.ofMillis(300),
								Duration.ofMinutes(10), 1000, Duration.ofMinutes(5), 8))
						.rateLimit(new RateLimitSettings(500, 8, 1000))
						.build());
		}

		void leave(String client) {
			Objects.requireNonNull(this.clients.remove(client)).close();
		}

		public void start() {
			this.tracker.start();
		}

		public void stop() {
			this.tracker.stop();
			this.clients.values().forEach(OperationsTemplate::close);
		}

		public ScriptedEndpoint endpoint(String client) {
			return Objects.requireNonNull(this.endpoints.get(client));
		}

		@Override
		public Map<String, OperationPolls> all() {
			Map<String, OperationPolls> all = new LinkedHashMap<>();
			synchronized (this.clients) {
				this.clients.forEach((client, template) -> all.put(client, TemplateInternals.of(template).polls()));
			}
			return all;
		}

		@Override
		public String serving(AcceptedOperation accepted) {
			if (accepted.statusUrl() == null) {
				throw new IllegalArgumentException("no status URL: " + accepted.id());
			}
			String host = accepted.statusUrl().getHost();
			String client = host.substring(0, host.indexOf('.'));
			if (!this.clients.containsKey(client)) {
				throw new IllegalArgumentException("no client serves " + accepted.statusUrl());
			}
			return client;
		}

		@Override
		public void checkServed(String client, AcceptedOperation accepted) {
			if (accepted.statusUrl() != null && !serving(accepted).equals(client)) {
				throw new IllegalArgumentException("no operation of " + client + ": " + accepted.statusUrl());
			}
		}

	}

}
