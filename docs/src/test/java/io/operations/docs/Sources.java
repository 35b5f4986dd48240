package io.operations.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.operations.docs.Page.Snippet;

/**
 * The sources that the build compiles, and the dependencies that it resolves.
 */
final class Sources {

	private static final List<String> FOLDERS_OF_SNIPPETS = List.of("docs/src/test", "quickstart/src", "sample-app/src",
			"operations-spring-boot-ui/src/test");

	private static final Pattern PROPERTY = Pattern.compile("<([\\w.-]+)>([^<$]+)</\\1>");

	private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([\\w.-]+)}");

	private static final Pattern DEPENDENCY = Pattern.compile(
			"<dependency><groupId>([^<]+)</groupId><artifactId>([^<]+)</artifactId>(?:<version>([^<]+)</version>)?");

	private static final Pattern COORDINATES = Pattern.compile("['\"]([\\w.-]+:[\\w.-]+(?::[\\w.-]+)?)['\"]");

	private final Map<String, List<String>> compiled = Map.of("java", read("java"), "kotlin", read("kt"));

	private final List<String> poms = poms(Page.ROOT.resolve("pom.xml"));

	/**
	 * Return the compiled files of a language, without white space.
	 */
	List<String> compiled(String language) {
		return this.compiled.getOrDefault(language, List.of());
	}

	/**
	 * Return the poms of all modules, without white space, their properties resolved.
	 */
	List<String> poms() {
		return this.poms;
	}

	/**
	 * Return the coordinates of all dependencies, each with its version and without.
	 */
	Set<String> coordinates() {
		Set<String> all = new LinkedHashSet<>();
		for (String pom : this.poms) {
			DEPENDENCY.matcher(pom).results().forEach((dependency) -> {
				String unversioned = dependency.group(1) + ":" + dependency.group(2);
				all.add(unversioned);
				all.add(unversioned + ":" + dependency.group(3));
			});
		}
		return all;
	}

	static Set<String> coordinates(String gradle) {
		return COORDINATES.matcher(gradle).results().map((found) -> found.group(1)).collect(Collectors.toSet());
	}

	private static List<String> poms(Path root) {
		Map<String, String> properties = new HashMap<>();
		List<Path> files = Stream
			.of("operations-spring-boot-bom", "operations-spring-boot-autoconfigure", "operations-spring-boot-starter",
					"operations-spring-boot-test", "operations-spring-boot-ui", "sample-app", "quickstart", "docs",
					"benchmarks")
			.map((module) -> root.resolveSibling(module).resolve("pom.xml"))
			.toList();
		Stream.concat(Stream.of(root), files.stream())
			.flatMap((file) -> PROPERTY.matcher(text(file)).results())
			.forEach((property) -> properties.putIfAbsent(property.group(1), property.group(2)));
		properties.put("project.version", properties.get("revision"));
		return Stream.concat(Stream.of(root), files.stream())
			.map((file) -> Snippet.bare(resolve(text(file), properties)))
			.toList();
	}

	private static String resolve(String text, Map<String, String> properties) {
		Function<MatchResult, String> value = (found) -> properties.getOrDefault(found.group(1), "?");
		return PLACEHOLDER.matcher(text).replaceAll(value);
	}

	private static List<String> read(String extension) {
		return FOLDERS_OF_SNIPPETS.stream()
			.flatMap((folder) -> files(Page.ROOT.resolve(folder)).stream())
			.filter((file) -> file.toString().endsWith("." + extension))
			.map((file) -> Snippet.bare(text(file)))
			.toList();
	}

	static List<Path> files(Path folder) {
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter(Files::isRegularFile).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static String text(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
