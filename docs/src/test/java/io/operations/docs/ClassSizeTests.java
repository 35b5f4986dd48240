package io.operations.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the limit of CONTRIBUTING.md: a class fits on a few screens.
 */
class ClassSizeTests {

	private static final int LIMIT = 300;

	// Most of their lines are Javadoc of the API.
	private static final Set<String> LONGER = Set.of("OperationsTemplate.java", "OperationsProperties.java",
			"OperationsTrackingProperties.java", "OperationsSimulator.java");

	@Test
	void classOfThePublishedModulesAndTheBenchmarksHasAtMost300Lines() throws IOException {
		TreeMap<String, Integer> tooLong = new TreeMap<>();
		for (String module : List.of("operations-spring-boot-autoconfigure", "operations-spring-boot-test",
				"operations-spring-boot-ui", "benchmarks")) {
			try (Stream<Path> files = Files.walk(Page.ROOT.resolve(module).resolve("src/main/java"))) {
				for (Path file : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
					int lines = Files.readAllLines(file).size();
					String name = file.getFileName().toString();
					if (lines > LIMIT && !LONGER.contains(name)) {
						tooLong.put(name, lines);
					}
				}
			}
		}
		assertThat(tooLong).isEmpty();
	}

}
