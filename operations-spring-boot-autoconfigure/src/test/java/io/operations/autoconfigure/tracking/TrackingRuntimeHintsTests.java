package io.operations.autoconfigure.tracking;

import java.sql.Connection;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.hibernate.HibernateTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

class TrackingRuntimeHintsTests {

	@Test
	void aNativeImageHasTheScriptsTheProxyAndTheDataSourcesOfManagers() {
		RuntimeHints hints = new RuntimeHints();
		new TrackingRuntimeHints().registerHints(hints, getClass().getClassLoader());
		for (String platform : new String[] { "h2", "postgresql" }) {
			assertThat(RuntimeHintsPredicates.resource()
				.forResource("io/operations/tracking/jdbc/schema-" + platform + ".sql")).accepts(hints);
		}
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Connection.class)).accepts(hints);
		for (Class<?> manager : List.of(JpaTransactionManager.class, HibernateTransactionManager.class)) {
			assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(manager, "getDataSource")).accepts(hints);
		}
	}

}
