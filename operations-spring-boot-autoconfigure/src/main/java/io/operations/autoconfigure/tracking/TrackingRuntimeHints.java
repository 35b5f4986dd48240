package io.operations.autoconfigure.tracking;

import java.sql.Connection;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image needs of the store in a database: its scripts, and the proxy of a
 * connection.
 */
final class TrackingRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("io/operations/tracking/jdbc/schema-*.sql");
		hints.proxies().registerJdkProxy(Connection.class);
	}

}
