package io.operations.docs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.util.ClassUtils;

/**
 * Makes the tables of {@code docs/configuration.md} from the configuration metadata.
 */
final class ConfigurationTables {

	/**
	 * The region of the properties that an application considers first.
	 */
	static final String FIRST = "first";

	// In the order of the table.
	private static final List<String> TO_CONSIDER_FIRST = List.of("operations.api-key", "operations.api-key-secret",
			"operations.account-sid", "operations.auth-token", "operations.product", "operations.base-url",
			"operations.path", "operations.rate-limit.requests-per-second", "operations.rate-limit.max-in-flight",
			"operations.polling.timeout", "operations.polling.min-interval", "operations.polling.max-interval",
			"operations.polling.stuck-after", "operations.tracking.store", "operations.tracking.jdbc.initialize-schema",
			"operations.http.ssl.bundle", "operations.clients", "operations.enabled");

	private static final List<String> OURS = List.of("operations.", "management.endpoint.operations.",
			"management.health.operations");

	private static final Pattern REGION = Pattern
		.compile("(<!-- generated: ([\\w.-]+) -->\\n).*?(<!-- end of generated -->)", Pattern.DOTALL);

	private static final Pattern ELEMENTS = Pattern.compile("java\\.util\\.(?:Set|List|Collection)<(.+)>");

	private static final Map<String, String> WORDS = Map.of("java.lang.String", "text", "java.lang.Boolean",
			"`true`, `false`", "java.lang.Integer", "whole number", "java.lang.Long", "whole number",
			"java.lang.Double", "number", "java.util.Map<java.lang.String,java.util.Set<java.lang.String>>",
			"list of texts for each status", "java.time.Duration", "duration", "org.springframework.util.unit.DataSize",
			"size", "java.util.Map<java.lang.String,io.operations.autoconfigure.OperationsProperties>",
			"properties of each client");

	private final Map<String, JsonNode> properties = new TreeMap<>();

	ConfigurationTables() {
		try {
			for (URL url : Collections
				.list(getClass().getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
				try (InputStream in = url.openStream()) {
					for (JsonNode property : JsonMapper.shared().readTree(in).path("properties")) {
						String name = property.path("name").asString("");
						if (OURS.stream().anyMatch(name::startsWith)) {
							this.properties.put(name, property);
						}
					}
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return a page with the tables as they should be.
	 * @param page the text of the page, with a pair of markers for each table
	 */
	String write(String page) {
		List<String> regions = REGION.matcher(page).results().map((found) -> found.group(2)).toList();
		Map<String, List<JsonNode>> byRegion = byRegion(regions);
		return REGION.matcher(page).replaceAll((MatchResult found) -> {
			List<JsonNode> rows = byRegion.getOrDefault(found.group(2), List.of());
			return Matcher.quoteReplacement(found.group(1) + table(rows) + found.group(3));
		});
	}

	/**
	 * Return the properties that no region of a page takes.
	 */
	List<String> homeless(String page) {
		List<String> regions = REGION.matcher(page).results().map((found) -> found.group(2)).toList();
		List<String> placed = byRegion(regions).values()
			.stream()
			.flatMap(List::stream)
			.map((property) -> property.path("name").asString())
			.toList();
		return Stream.concat(this.properties.keySet().stream(), TO_CONSIDER_FIRST.stream())
			.filter((name) -> Collections.frequency(placed, name) != 1)
			.distinct()
			.toList();
	}

	List<String> undescribed() {
		return this.properties.entrySet()
			.stream()
			.filter((property) -> property.getValue().path("description").asString("").isBlank())
			.map(Map.Entry::getKey)
			.toList();
	}

	private Map<String, List<JsonNode>> byRegion(List<String> regions) {
		Map<String, List<JsonNode>> byRegion = new LinkedHashMap<>();
		if (regions.contains(FIRST)) {
			byRegion.put(FIRST,
					TO_CONSIDER_FIRST.stream()
						.filter(this.properties::containsKey)
						.map(this.properties::get)
						.collect(Collectors.toCollection(ArrayList::new)));
		}
		this.properties.forEach((name, property) -> {
			if (!TO_CONSIDER_FIRST.contains(name)) {
				regions.stream()
					.filter((region) -> name.startsWith(region + ".") || name.startsWith(region + "-"))
					.max(Comparator.comparing(String::length))
					.ifPresent((region) -> byRegion.computeIfAbsent(region, (key) -> new ArrayList<>()).add(property));
			}
		});
		return byRegion;
	}

	private static String table(List<JsonNode> rows) {
		StringBuilder table = new StringBuilder("| property | type | default | description |\n|---|---|---|---|\n");
		for (JsonNode row : rows) {
			table.append("| `")
				.append(row.path("name").asString())
				.append("` | ")
				.append(type(row.path("type").asString()))
				.append(" | ")
				// Spring Boot's processor writes the default of an enum with underscores.
				.append(row.path("type").asString().endsWith(".Access")
						? defaultValue(row.path("defaultValue")).replace('_', '-')
						: defaultValue(row.path("defaultValue")))
				.append(" | ")
				.append(row.path("description").asString("").replace("|", "\\|"))
				.append(" |\n");
		}
		return table.toString();
	}

	private static String type(String name) {
		Matcher elements = ELEMENTS.matcher(name);
		if (elements.matches()) {
			return "list of " + type(elements.group(1)) + "s";
		}
		String words = WORDS.get(name);
		if (words != null) {
			return words;
		}
		Class<?> type = ClassUtils.resolveClassName(name, ConfigurationTables.class.getClassLoader());
		if (!type.isEnum()) {
			throw new IllegalStateException("No words for the type " + name);
		}
		return Arrays.stream(type.getEnumConstants())
			.map((constant) -> "`" + ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-') + "`")
			.collect(Collectors.joining(", "));
	}

	private static String defaultValue(JsonNode value) {
		return (value.isMissingNode() || value.isNull() || (value.isArray() && value.isEmpty())) ? ""
				: "`" + value.asString() + "`";
	}

}
