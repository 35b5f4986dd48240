package io.operations.test;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Builds an {@link OperationsSimulator} with custom options.
 *
 * @since 0.1.0
 */
public final class OperationsSimulatorBuilder {

	int port;

	InstantSource clock = InstantSource.system();

	String username = OperationsSimulator.DEFAULT_USERNAME;

	String password = OperationsSimulator.DEFAULT_PASSWORD;

	OperationScript defaultScript = OperationScript.completed();

	int maxOperations = OperationsSimulator.DEFAULT_MAX_OPERATIONS;

	@Nullable KeyStoreFile keyStore;

	OperationsSimulatorBuilder() {
	}

	/**
	 * Set the port to listen on.
	 * @param port the port; 0, the default, selects a free port
	 * @return this
	 */
	public OperationsSimulatorBuilder port(int port) {
		Assert.isTrue(port >= 0 && port <= 65_535, () -> "'port' must be from 0 to 65535, not " + port);
		this.port = port;
		return this;
	}

	/**
	 * Serve {@code https} instead of {@code http}, to test the TLS configuration of an
	 * application.
	 * @param keyStore a PKCS12 file with the key and the certificate of {@code localhost}
	 * @param password the password of the file and of its key
	 * @return this
	 * @throws IllegalArgumentException if the file cannot be read
	 */
	public OperationsSimulatorBuilder https(Path keyStore, String password) {
		this.keyStore = new KeyStoreFile(keyStore, password);
		return this;
	}

	/**
	 * Set the clock of the operations and of the {@code Date} header.
	 * @param clock the clock, by default that of the system
	 * @return this
	 */
	public OperationsSimulatorBuilder clock(InstantSource clock) {
		this.clock = Objects.requireNonNull(clock, "'clock' must not be null");
		return this;
	}

	/**
	 * Set the credentials that the simulator accepts.
	 * @param username the user name, not blank, without a colon
	 * @param password the password, not blank
	 * @return this
	 */
	public OperationsSimulatorBuilder credentials(String username, String password) {
		this.username = username;
		this.password = password;
		return this;
	}

	/**
	 * Set the script of the operations that writes start, unless
	 * {@link OperationsSimulator#nextScript(OperationScript)} sets another.
	 * @param script the script, by default {@link OperationScript#completed()}
	 * @return this
	 */
	public OperationsSimulatorBuilder defaultScript(OperationScript script) {
		this.defaultScript = Objects.requireNonNull(script, "'script' must not be null");
		return this;
	}

	/**
	 * Set how many operations the simulator keeps.
	 * @param maxOperations the number, at least one
	 * @return this
	 */
	public OperationsSimulatorBuilder maxOperations(int maxOperations) {
		Assert.isTrue(maxOperations > 0, () -> "'maxOperations' must be at least 1, not " + maxOperations);
		this.maxOperations = maxOperations;
		return this;
	}

	/**
	 * Start the simulator.
	 * @return the simulator, which the caller must close
	 * @throws IllegalArgumentException if the credentials are not valid
	 * @throws IllegalStateException if the port is already in use
	 */
	public OperationsSimulator start() {
		return new OperationsSimulator(this);
	}

}
