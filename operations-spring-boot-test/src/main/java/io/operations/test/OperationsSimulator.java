package io.operations.test;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.operations.BasicCredentials;
import io.operations.OperationsCredentials;
import io.operations.OperationsProduct;
import io.operations.core.OperationsTemplate;
import io.operations.internal.ReadableDuration;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.util.Assert;

/**
 * Simulates the operations API on a real socket of the loopback interface. The simulator
 * accepts writes with {@code 202 Accepted}, runs each operation through a script and
 * injects faults on demand. It is safe for use by several threads. <pre class="code">
 * try (OperationsSimulator simulator = OperationsSimulator.start()) {
 *     String id = simulator.accept(OperationScript.completed());
 *     simulator.fault(2, Fault.unavailable());
 *     ... // a client of simulator.baseUrl() with simulator.credentials()
 * }
 * </pre> The simulator stands for the servers of all {@link OperationsProduct products}.
 * At the path of each it serves the operations of that product, and the writes that start
 * them, in the product's own form. It rejects requests with other credentials with 401.
 *
 * @since 0.1.0
 */
public final class OperationsSimulator implements AutoCloseable {

	/**
	 * The default user name.
	 */
	public static final String DEFAULT_USERNAME = "SKsimulator";

	/**
	 * The default password.
	 */
	public static final String DEFAULT_PASSWORD = "simulator-secret";

	/**
	 * The default number of operations that the simulator keeps. A new operation replaces
	 * the oldest one that has ended. While no operation has ended, the simulator answers
	 * writes with 503.
	 */
	public static final int DEFAULT_MAX_OPERATIONS = 10_000;

	private final String username;

	private final String password;

	private final OperationScript initialScript;

	private final SimulatedOperations operations;

	private final Traffic traffic = new Traffic();

	private final Queue<OperationScript> nextScripts = new ConcurrentLinkedQueue<>();

	private final MovedTime time = new MovedTime(Schedulers.parallel());

	private final Quiet quiet = new Quiet();

	private final SimulatedEndpoint endpoint;

	private final SimulatorServer server;

	private final String baseUrl;

	private volatile OperationScript defaultScript;

	OperationsSimulator(OperationsSimulatorBuilder builder) {
		this.username = builder.username;
		this.password = builder.password;
		this.initialScript = builder.defaultScript;
		this.defaultScript = builder.defaultScript;
		this.operations = new SimulatedOperations(builder.maxOperations);
		InstantSource clock = builder.clock;
		this.endpoint = new SimulatedEndpoint(() -> clock.instant().plus(this.time.offset()),
				new BasicCredentials(builder.username, builder.password).authorization(), this.operations, this.traffic,
				this::takeScript);
		this.server = new SimulatorServer(builder.port, builder.keyStore, this.endpoint);
		this.server.start();
		this.baseUrl = this.server.baseUrl();
	}

	/**
	 * Start a simulator on a free port, with the default credentials and script.
	 * @return the simulator, which the caller must close
	 */
	public static OperationsSimulator start() {
		return builder().start();
	}

	/**
	 * Return a builder for a simulator with custom options.
	 * @return the builder
	 */
	public static OperationsSimulatorBuilder builder() {
		return new OperationsSimulatorBuilder();
	}

	/**
	 * Return the URL that the simulator listens on.
	 * @return the URL, without a path
	 */
	public String baseUrl() {
		return this.baseUrl;
	}

	/**
	 * Return the user name that the simulator accepts.
	 * @return the user name
	 */
	public String username() {
		return this.username;
	}

	/**
	 * Return the password that the simulator accepts.
	 * @return the password
	 */
	public String password() {
		return this.password;
	}

	/**
	 * Return the credentials that the simulator accepts.
	 * @return the credentials
	 */
	public OperationsCredentials credentials() {
		return OperationsCredentials.of(this.username, this.password);
	}

	/**
	 * Start an operation as if a write had created a configuration.
	 * @param script the script that the operation follows from now on
	 * @return the operation's id
	 * @throws IllegalStateException if the simulator is full and none of its operations
	 * has ended
	 */
	public String accept(OperationScript script) {
		return accept(OperationsProduct.CONVERSATIONS, script);
	}

	/**
	 * Start an operation of Conversations with a given id. It replaces an operation that
	 * already has this id.
	 * @param id the id, any text that is not empty
	 * @param script the script that the operation follows from now on
	 * @return the id
	 * @throws IllegalStateException if the simulator is full and none of its operations
	 * has ended
	 */
	public String accept(String id, OperationScript script) {
		return accept(OperationsProduct.CONVERSATIONS, id, script);
	}

	/**
	 * Start an operation of a product as if a write had started it.
	 * @param product the product; only clients of its path find the operation
	 * @param script the script that the operation follows from now on
	 * @return the operation's id
	 * @throws IllegalStateException if the simulator is full and none of its operations
	 * has ended
	 */
	public String accept(OperationsProduct product, OperationScript script) {
		Assert.notNull(product, "'product' must not be null");
		return accept(product, Ids.of(Dialects.of(product).idPrefix()), script);
	}

	/**
	 * Start an operation of a product with a given id. It replaces an operation of the
	 * product that already has this id.
	 * @param product the product; only clients of its path find the operation
	 * @param id the id, any text that is not empty
	 * @param script the script that the operation follows from now on
	 * @return the id
	 * @throws IllegalStateException if the simulator is full and none of its operations
	 * has ended
	 */
	public String accept(OperationsProduct product, String id, OperationScript script) {
		Assert.notNull(product, "'product' must not be null");
		Assert.hasLength(id, "'id' must not be empty");
		Assert.notNull(script, "'script' must not be null");
		Assert.state(this.endpoint.add(product, id, script),
				"The simulator is full: none of its operations has ended. Raise maxOperations, or call reset().");
		return id;
	}

	/**
	 * Return a connector that sends each request to this simulator, whatever server the
	 * request names. The simulator answers as that server. The connector replaces the
	 * credentials of the request by those of the simulator.
	 * @param connector the connector of an HTTP client
	 * @return the connector for a client that must not reach another server
	 */
	public ClientHttpConnector redirect(ClientHttpConnector connector) {
		return new RedirectedConnector(connector, URI.create(this.baseUrl), credentials().get().authorization());
	}

	/**
	 * Configure the builder of a template for this simulator: base URL, credentials and
	 * {@link #moveTimeOf(OperationsTemplate.Builder) time}.
	 * @param builder the builder
	 * @return the builder
	 */
	public OperationsTemplate.Builder configure(OperationsTemplate.Builder builder) {
		return moveTimeOf(builder.baseUrl(this.baseUrl).credentials(credentials()));
	}

	/**
	 * Give a template the time that {@link #advance(Duration)} moves. The timeouts of its
	 * requests stay in real time.
	 * @param builder the builder of the template
	 * @return the builder
	 */
	public OperationsTemplate.Builder moveTimeOf(OperationsTemplate.Builder builder) {
		return builder.scheduler(this.time)
			.requestScheduler(Schedulers.parallel())
			.listener(this.quiet)
			.decorator(this.quiet);
	}

	/**
	 * Move the time of the simulator, of the templates that
	 * {@link #moveTimeOf(OperationsTemplate.Builder) share it}, and of their store of
	 * tracked operations in memory, by a jump. Everything that falls due in the jump
	 * happens once after it, in the order of its times: an operation is polled once, a
	 * pause ends, the deadline of a wait passes.
	 * <p>
	 * The method waits for the responses to the requests in flight, before the jump and
	 * after it, for five seconds at most. It does not wait for handlers of outcomes. On a
	 * thread that must not block it does not wait.
	 * <p>
	 * A wait whose deadline lies in the jump times out, also if its operation ends
	 * earlier. So jump to the end of the operation first. The timeouts of requests, the
	 * delays of {@link Fault#delayed(Duration)} and the permits of the rate limit stay in
	 * real time. The time of a database does not move. The time never moves back, not
	 * even by {@link #reset()}.
	 * @param duration how far, more than zero
	 */
	public void advance(Duration duration) {
		Assert.isTrue(!duration.isNegative() && !duration.isZero(),
				() -> "'duration' must be more than zero, not " + ReadableDuration.setting(duration));
		this.quiet.await(() -> true);
		this.time.advance(duration);
		this.quiet.await(() -> !this.time.isReleasing());
	}

	/**
	 * Return the scheduler whose time {@link #advance(Duration)} moves. It runs tasks on
	 * {@link Schedulers#parallel()}, in real time between two jumps.
	 * @return the scheduler
	 */
	public Scheduler scheduler() {
		return this.time;
	}

	/**
	 * Set the script of the operation that the next write starts. Several calls set the
	 * scripts of several writes in turn.
	 * @param script the script
	 */
	public void nextScript(OperationScript script) {
		this.nextScripts.add(Objects.requireNonNull(script, "'script' must not be null"));
	}

	/**
	 * Set the script of the operations that writes start if
	 * {@link #nextScript(OperationScript)} has set none for them.
	 * @param script the script
	 */
	public void defaultScript(OperationScript script) {
		this.defaultScript = Objects.requireNonNull(script, "'script' must not be null");
	}

	private OperationScript takeScript() {
		OperationScript script = this.nextScripts.poll();
		return (script != null) ? script : this.defaultScript;
	}

	/**
	 * Inject a fault into the next responses to polls and fetches, whatever operation
	 * they are about. The simulator injects faults in the order of the calls of this
	 * method. Writes and requests with wrong credentials do not use up a fault.
	 * @param times how many responses, at least one; {@link Integer#MAX_VALUE} for an
	 * outage that lasts until {@link #clearFaults()}
	 * @param fault the fault
	 */
	public void fault(int times, Fault fault) {
		plan(null, times, fault);
	}

	/**
	 * Inject a fault into the next responses about one operation.
	 * @param id the operation's id, which the simulator need not know
	 * @param times how many responses, at least one
	 * @param fault the fault
	 */
	public void fault(String id, int times, Fault fault) {
		plan(Objects.requireNonNull(id, "'id' must not be null"), times, fault);
	}

	private void plan(@Nullable String id, int times, Fault fault) {
		Assert.isTrue(times > 0, () -> "'times' must be at least 1, not " + times);
		Assert.notNull(fault, "'fault' must not be null");
		this.traffic.plan(id, times, fault);
	}

	/**
	 * Discard the faults that the simulator has not yet injected.
	 */
	public void clearFaults() {
		this.traffic.clearFaults();
	}

	/**
	 * Return how many requests for operations the simulator has received. The number
	 * includes requests with wrong credentials and those whose response had a fault.
	 * @return the number of requests since the start or the last {@link #reset()}
	 */
	public long requestCount() {
		return this.traffic.requests();
	}

	/**
	 * Return how many requests for an id the simulator has received. The simulator counts
	 * the requests of the last 10,000 ids.
	 * @param id the id after URL decoding, which the simulator need not know
	 * @return the number of requests since the start or the last {@link #reset()}
	 */
	public long requestCount(String id) {
		return this.traffic.requests(id);
	}

	/**
	 * Discard all operations, scripts, faults and counts. Call this method between tests
	 * that share a simulator.
	 */
	public void reset() {
		this.nextScripts.clear();
		this.defaultScript = this.initialScript;
		this.traffic.clear();
		this.operations.clear();
	}

	/**
	 * Stop the simulator and release its port. A second call has no effect.
	 */
	@Override
	public void close() {
		this.server.stop();
	}

	@Override
	public String toString() {
		return "OperationsSimulator[" + this.baseUrl + "]";
	}

}
