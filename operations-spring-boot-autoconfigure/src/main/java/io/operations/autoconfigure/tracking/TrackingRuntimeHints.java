package io.operations.autoconfigure.tracking;

import java.sql.Connection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Registers what the store in a database needs in a native image: its scripts, the proxy
 * of a connection, and the method that returns the DataSource of a transaction manager.
 */
final class TrackingRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("io/operations/tracking/jdbc/schema-*.sql");
		hints.resources().registerPattern("io/operations/resilience/jdbc/schema-*.sql");
		hints.proxies().registerJdkProxy(Connection.class);
		for (String manager : List.of("JpaTransactionManager", "hibernate.HibernateTransactionManager")) {
			hints.reflection()
				.registerTypeIfPresent(classLoader, "org.springframework.orm.jpa." + manager,
						MemberCategory.INVOKE_PUBLIC_METHODS);
		}
	}

}
