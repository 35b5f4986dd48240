package io.operations.autoconfigure.tracking;

import java.sql.Connection;

import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;

import static org.assertj.core.api.Assertions.assertThat;

class TrackingRuntimeHintsTests {

	@Test
	void aNativeImageHasTheScriptsAndTheProxy() {
		RuntimeHints hints = new RuntimeHints();
		new TrackingRuntimeHints().registerHints(hints, getClass().getClassLoader());
		for (String platform : new String[] { "h2", "postgresql" }) {
			assertThat(RuntimeHintsPredicates.resource()
				.forResource("io/operations/tracking/jdbc/schema-" + platform + ".sql")).accepts(hints);
		}
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Connection.class)).accepts(hints);
	}

}
