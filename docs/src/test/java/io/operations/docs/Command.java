package io.operations.docs;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A line of a shell that a page shows.
 *
 * @param line the line
 */
record Command(String line) {

	private static final Pattern MODULES = Pattern.compile("-pl ([\\w,-]+)");

	private static final Pattern PROPERTY = Pattern.compile("(?<=\\s)-D([\\w.-]+)");

	private static final Pattern PROFILE = Pattern.compile("(?<=\\s)-P([\\w-]+)");

	private static final Pattern ARGUMENT = Pattern.compile("--([a-z][\\w.-]*\\.[\\w.-]+)=");

	private static final Pattern URL_PATH = Pattern.compile("localhost:\\d+(/[\\w/.-]*)");

	private static final Pattern MAIN_CLASS = Pattern.compile("-Dexec\\.mainClass=([\\w.]+)");

	// Properties of Maven's plugins.
	private static final List<String> MAVEN = List.of("maven.repo.local", "maven.test.skip", "skipTests", "test",
			"quick", "surefire.failIfNoSpecifiedTests", "spring-boot.run.profiles", "spring-boot.run.arguments",
			"exec.args", "exec.mainClass", "spring-boot.version", "forkCount", "sample.overdue", "sample.timed",
			"operations.api.update", "release.bundle");

	private static final List<String> PATHS = List.of("/configurations", "/campaigns", "/conversations/",
			"/operations/", "/actuator");

	/**
	 * Return the parts of the command that nothing in the repository knows.
	 */
	List<String> unknownParts(Sources sources, KnownProperties properties) {
		List<String> unknown = new ArrayList<>();
		String rootPom = sources.poms().get(0);
		if (this.line.contains("mvn ")) {
			matches(MODULES).stream()
				.flatMap((modules) -> Pattern.compile(",").splitAsStream(modules))
				.filter((module) -> !Files.exists(Page.ROOT.resolve(module).resolve("pom.xml")))
				.forEach(unknown::add);
			matches(PROPERTY).stream().filter((name) -> !MAVEN.contains(name)).forEach(unknown::add);
			matches(PROFILE).stream()
				.filter((profile) -> !rootPom.contains("<profile><id>" + profile + "</id>"))
				.forEach(unknown::add);
			matches(MAIN_CLASS).stream()
				.filter((name) -> !Files
					.exists(Page.ROOT.resolve("benchmarks/src/main/java/" + name.replace('.', '/') + ".java")))
				.forEach(unknown::add);
		}
		matches(ARGUMENT).stream().filter((name) -> !properties.knows(name)).forEach(unknown::add);
		matches(URL_PATH).stream().filter((path) -> PATHS.stream().noneMatch(path::startsWith)).forEach(unknown::add);
		return unknown;
	}

	private List<String> matches(Pattern pattern) {
		return pattern.matcher(this.line).results().map((found) -> found.group(1)).toList();
	}

}
