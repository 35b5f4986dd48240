package io.operations.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.operations.OperationsProduct;
import io.operations.autoconfigure.tracking.OperationsTrackingProperties;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.http.client.HttpRedirects;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The metadata that editors and the README go by.
 */
class ConfigurationMetadataTests {

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	private final List<JsonNode> properties = read(METADATA);

	@Test
	void everyPropertyHasATypeAndADescription() {
		assertThat(this.properties).hasSizeGreaterThan(25).allSatisfy((property) -> {
			assertThat(property.path("type").asString("")).as("type of " + name(property)).isNotEmpty();
			assertThat(property.path("description").asString("")).as("description of " + name(property)).endsWith(".");
		});
	}

	@Test
	void everyPropertyHasADefaultWhereThereIsOne() {
		assertThat(this.properties).filteredOn((property) -> !property.has("defaultValue"))
			.extracting(ConfigurationMetadataTests::name)
			.containsExactlyInAnyOrder("operations.account-sid", "operations.auth-token", "operations.api-key",
					"operations.api-key-secret", "operations.base-url", "operations.path", "operations.clients",
					"operations.rate-limit.shared-with", "operations.status-words", "operations.http.cookie-handling",
					"operations.http.ssl.bundle", "operations.tracking.jdbc.instance-name",
					"operations.tracking.jdbc.deliveries", "operations.tracking.retention",
					"operations.writes.idempotency-key");
	}

	@Test
	void defaultsOfTheMetadataAreThoseOfTheCode() {
		Map<String, Object> defaults = new HashMap<>();
		for (JsonNode property : this.properties) {
			JsonNode value = property.path("defaultValue");
			if (value.isValueNode()) {
				defaults.put(name(property), value.asString());
			}
		}
		OperationsProperties bound = new Binder(new MapConfigurationPropertySource(defaults))
			.bind("operations", OperationsProperties.class)
			.get();
		OperationsProperties expected = new OperationsProperties();
		expected.getHttp().setRedirects(HttpRedirects.DONT_FOLLOW);
		assertThat(bound).usingRecursiveComparison().isEqualTo(expected);
		OperationsTrackingProperties tracking = new Binder(new MapConfigurationPropertySource(defaults))
			.bind("operations.tracking", OperationsTrackingProperties.class)
			.get();
		assertThat(tracking).usingRecursiveComparison().isEqualTo(new OperationsTrackingProperties());
	}

	@Test
	void additionalMetadataIsSortedAndNamesOnlyKeysThatExist() {
		List<String> additional = read("META-INF/additional-spring-configuration-metadata.json").stream()
			.map(ConfigurationMetadataTests::name)
			.toList();
		assertThat(additional).isNotEmpty().isSorted();
		assertThat(this.properties).filteredOn((property) -> additional.contains(name(property)))
			.hasSameSizeAs(additional)
			.allSatisfy((property) -> assertThat(property.has("sourceType")).as(name(property)).isTrue());
	}

	@Test
	void hintsOfTheProductAreTheProducts() throws IOException {
		try (InputStream stream = OperationsProperties.class.getResourceAsStream("/" + METADATA)) {
			JsonNode hint = JsonMapper.shared()
				.readTree(stream)
				.path("hints")
				.valueStream()
				.filter((found) -> name(found).equals("operations.product"))
				.findAny()
				.orElseThrow();
			assertThat(hint.path("values").valueStream().map((value) -> value.path("value").asString()))
				.containsExactlyElementsOf(Stream.of(OperationsProduct.values()).map(Object::toString).toList());
		}
	}

	private static String name(JsonNode property) {
		return property.path("name").asString();
	}

	private static List<JsonNode> read(String resource) {
		List<JsonNode> found = new ArrayList<>();
		try {
			List<URL> urls = Collections.list(OperationsProperties.class.getClassLoader().getResources(resource));
			for (URL url : urls) {
				try (InputStream stream = url.openStream()) {
					for (JsonNode property : JsonMapper.shared().readTree(stream).path("properties")) {
						if (name(property).startsWith("operations.")) {
							found.add(property);
						}
					}
				}
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return found;
	}

}
