package io.operations.docs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The configuration properties that the libraries on the class path describe.
 */
final class KnownProperties {

	// Maps and lists, below which any key is right, and properties without metadata.
	private static final Set<String> PREFIXES = Set.of("spring.ssl.bundle.pem.", "logging.level.",
			"operations.status-words.", "resilience4j.retry.instances.", "resilience4j.ratelimiter.instances.",
			"management.observations.enable.", "management.metrics.");

	private final Set<String> names = new HashSet<>();

	KnownProperties() {
		try {
			for (URL url : Collections
				.list(getClass().getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
				try (InputStream in = url.openStream()) {
					for (JsonNode property : JsonMapper.shared().readTree(in).path("properties")) {
						this.names.add(property.path("name").asString(""));
					}
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	boolean knows(String key) {
		// A client has the properties of the top level.
		String name = key.replaceAll("\\[\\d+]$", "").replaceFirst("^operations\\.clients\\.[\\w-]+\\.", "operations.");
		return this.names.contains(name) || PREFIXES.stream().anyMatch(name::startsWith);
	}

}
