package io.operations.test;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.operations.BasicCredentials;
import io.operations.OperationsCredentials;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * The operations endpoint, simulated over a real socket of the loopback interface: the
 * writes that answer {@code 202 Accepted}, operations that go through a script, and
 * faults on demand. Safe for use by several threads. <pre class="code">
 * try (OperationsSimulator simulator = OperationsSimulator.start()) {
 *     String id = simulator.accept(OperationScript.completed());
 *     simulator.fault(2, Fault.unavailable());
 *     ... // a client of simulator.baseUrl() with simulator.credentials()
 * }
 * </pre> It serves {@code POST /v2/ControlPlane/Configurations}, {@code PUT},
 * {@code PATCH} and {@code DELETE /v2/ControlPlane/Configurations/{id}}, {@code DELETE
 * /v2/Conversations/{id}} and {@code GET /v2/ControlPlane/Operations/{id}}, and refuses
 * with 401 whoever has other credentials.
 *
 * @since 0.1.0
 */
public final class OperationsSimulator implements AutoCloseable {

	/**
	 * The user name that is accepted unless another was set.
	 */
	public static final String DEFAULT_USERNAME = "SKsimulator";

	/**
	 * The password that is accepted unless another was set.
	 */
	public static final String DEFAULT_PASSWORD = "simulator-secret";

	/**
	 * How many operations are kept unless another number was set. The oldest one that has
	 * ended makes room for a new one; while none has ended, writes are answered with 503.
	 */
	public static final int DEFAULT_MAX_OPERATIONS = 10_000;

	private final String username;

	private final String password;

	private final OperationScript initialScript;

	private final SimulatedOperations operations;

	private final Traffic traffic = new Traffic();

	private final Queue<OperationScript> nextScripts = new ConcurrentLinkedQueue<>();

	private final SimulatedEndpoint endpoint;

	private final SimulatorServer server;

	private final String baseUrl;

	private volatile OperationScript defaultScript;

	private OperationsSimulator(Builder builder) {
		this.username = builder.username;
		this.password = builder.password;
		this.initialScript = builder.defaultScript;
		this.defaultScript = builder.defaultScript;
		this.operations = new SimulatedOperations(builder.maxOperations);
		this.endpoint = new SimulatedEndpoint(builder.clock,
				new BasicCredentials(builder.username, builder.password).authorization(), this.operations, this.traffic,
				this::takeScript);
		this.server = new SimulatorServer(builder.port, builder.keyStore, this.endpoint);
		this.server.start();
		this.baseUrl = this.server.baseUrl();
	}

	/**
	 * Start a simulator on a free port, with the default credentials and script.
	 * @return the simulator, to be closed by the caller
	 */
	public static OperationsSimulator start() {
		return builder().start();
	}

	/**
	 * Return a builder for a simulator with other options.
	 * @return the builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Return where the simulator listens.
	 * @return the URL, without a path
	 */
	public String baseUrl() {
		return this.baseUrl;
	}

	/**
	 * Return the user name that is accepted.
	 * @return the user name
	 */
	public String username() {
		return this.username;
	}

	/**
	 * Return the password that is accepted.
	 * @return the password
	 */
	public String password() {
		return this.password;
	}

	/**
	 * Return the credentials that are accepted.
	 * @return the credentials
	 */
	public OperationsCredentials credentials() {
		return OperationsCredentials.of(this.username, this.password);
	}

	/**
	 * Begin an operation as if a write had created a configuration.
	 * @param script how it goes, from now on
	 * @return its id
	 * @throws IllegalStateException if there is no room, and none has ended that could
	 * make some
	 */
	public String accept(OperationScript script) {
		return accept(Ids.operation(), script);
	}

	/**
	 * Begin an operation under an id of one's own, in place of one that has it already.
	 * @param id the id, any text that is not empty
	 * @param script how it goes, from now on
	 * @return the id
	 * @throws IllegalStateException if there is no room, and none has ended that could
	 * make some
	 */
	public String accept(String id, OperationScript script) {
		Assert.hasLength(id, "'id' must not be empty");
		Assert.notNull(script, "'script' must not be null");
		Assert.state(this.endpoint.add(id, script, Map.of("configurationId", Ids.configuration())),
				"The simulator is full: none of its operations has ended. Raise maxOperations, or call reset().");
		return id;
	}

	/**
	 * Set the script of the next write. Called several times, it sets those of several
	 * writes in turn.
	 * @param script how the operation goes that the write starts
	 */
	public void nextScript(OperationScript script) {
		this.nextScripts.add(Objects.requireNonNull(script, "'script' must not be null"));
	}

	/**
	 * Set the script of all writes that {@link #nextScript(OperationScript)} says nothing
	 * of.
	 * @param script how the operations go that the writes start
	 */
	public void defaultScript(OperationScript script) {
		this.defaultScript = Objects.requireNonNull(script, "'script' must not be null");
	}

	private OperationScript takeScript() {
		OperationScript script = this.nextScripts.poll();
		return (script != null) ? script : this.defaultScript;
	}

	/**
	 * Spoil the next answers of the operation endpoint, whatever operation they are
	 * about. Faults are played in the order in which they were asked for. Requests with
	 * wrong credentials, and writes, use none up.
	 * @param times how many answers, at least one; {@link Integer#MAX_VALUE} for an
	 * outage, ended by {@link #clearFaults()}
	 * @param fault what happens to them
	 */
	public void fault(int times, Fault fault) {
		plan(null, times, fault);
	}

	/**
	 * Spoil the next answers about one operation.
	 * @param id the operation's id, known or not
	 * @param times how many answers, at least one
	 * @param fault what happens to them
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
	 * Forget the faults that have not been played.
	 */
	public void clearFaults() {
		this.traffic.clearFaults();
	}

	/**
	 * Return how many requests the operation endpoint has seen, refused and spoilt ones
	 * among them.
	 * @return the number of requests since the start or the last {@link #reset()}
	 */
	public long requestCount() {
		return this.traffic.requests();
	}

	/**
	 * Return how many requests the operation endpoint has seen for an id. The last 10,000
	 * ids are counted.
	 * @param id the id as the server understood it, decoded, known or not
	 * @return the number of requests since the start or the last {@link #reset()}
	 */
	public long requestCount(String id) {
		return this.traffic.requests(id);
	}

	/**
	 * Forget operations, scripts, faults and counts, as between two tests that share a
	 * simulator.
	 */
	public void reset() {
		this.nextScripts.clear();
		this.defaultScript = this.initialScript;
		this.traffic.clear();
		this.operations.clear();
	}

	/**
	 * Stop listening and free the port. A second call does nothing.
	 */
	@Override
	public void close() {
		this.server.stop();
	}

	@Override
	public String toString() {
		return "OperationsSimulator[" + this.baseUrl + "]";
	}

	/**
	 * Builds a simulator.
	 *
	 * @since 0.1.0
	 */
	public static final class Builder {

		private int port;

		private InstantSource clock = InstantSource.system();

		private String username = DEFAULT_USERNAME;

		private String password = DEFAULT_PASSWORD;

		private OperationScript defaultScript = OperationScript.completed();

		private int maxOperations = DEFAULT_MAX_OPERATIONS;

		private @Nullable KeyStoreFile keyStore;

		private Builder() {
		}

		/**
		 * Set the port to listen on.
		 * @param port the port, 0 (the default) for a free one
		 * @return this
		 */
		public Builder port(int port) {
			Assert.isTrue(port >= 0 && port <= 65_535, () -> "'port' must be from 0 to 65535, not " + port);
			this.port = port;
			return this;
		}

		/**
		 * Serve {@code https} instead of {@code http}, to test an application's TLS.
		 * @param keyStore a PKCS12 file with the key and the certificate of
		 * {@code localhost}
		 * @param password the password of the file and of its key
		 * @return this
		 * @throws IllegalArgumentException if the file cannot be read
		 */
		public Builder https(Path keyStore, String password) {
			this.keyStore = new KeyStoreFile(keyStore, password);
			return this;
		}

		/**
		 * Set the clock that operations go by and the {@code Date} header tells.
		 * @param clock the clock, by default the system's
		 * @return this
		 */
		public Builder clock(InstantSource clock) {
			this.clock = Objects.requireNonNull(clock, "'clock' must not be null");
			return this;
		}

		/**
		 * Set the credentials that are accepted.
		 * @param username the user name, not blank, without a colon
		 * @param password the password, not blank
		 * @return this
		 */
		public Builder credentials(String username, String password) {
			this.username = username;
			this.password = password;
			return this;
		}

		/**
		 * Set the script of all writes that have none of their own.
		 * @param script the script, by default {@link OperationScript#completed()}
		 * @return this
		 */
		public Builder defaultScript(OperationScript script) {
			this.defaultScript = Objects.requireNonNull(script, "'script' must not be null");
			return this;
		}

		/**
		 * Set how many operations are kept.
		 * @param maxOperations the number, at least one
		 * @return this
		 */
		public Builder maxOperations(int maxOperations) {
			Assert.isTrue(maxOperations > 0, () -> "'maxOperations' must be at least 1, not " + maxOperations);
			this.maxOperations = maxOperations;
			return this;
		}

		/**
		 * Start the simulator.
		 * @return the simulator, to be closed by the caller
		 * @throws IllegalArgumentException if the credentials cannot be any
		 * @throws IllegalStateException if the port is taken
		 */
		public OperationsSimulator start() {
			return new OperationsSimulator(this);
		}

	}

}
