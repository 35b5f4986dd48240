package io.operations.docs.release;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Builds a release without publishing it, or checks one that was built.
 */
class ReleaseTests {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Set<String> NOT_COPIED = Set.of("target", ".git", ".idea", "node_modules", "pictures");

	@Test
	@EnabledIfSystemProperty(named = "operations.soak", matches = "true")
	void releaseBuiltTwiceIsCompleteAndEqualByteForByte(@TempDir Path folder) throws Exception {
		Bundle first = new Bundle(build(folder.resolve("one"), "UTC"), false);
		assertThat(first.faults()).as("What Maven Central would refuse").isEmpty();
		SortedMap<String, byte[]> second = new Bundle(build(folder.resolve("another"), "Asia/Tokyo"), false).files();
		assertThat(second.keySet()).isEqualTo(first.files().keySet());
		assertThat(first.files().entrySet()).as("Files that differ between two builds")
			.filteredOn((file) -> !Arrays.equals(file.getValue(), second.get(file.getKey())))
			.extracting((file) -> file.getKey())
			.isEmpty();
	}

	@Test
	@EnabledIfSystemProperty(named = "release.bundle", matches = ".+")
	void bundleMeetsTheRequirementsOfMavenCentral() {
		Bundle bundle = new Bundle(ROOT.resolve(System.getProperty("release.bundle")), true);
		assertThat(bundle.faults()).as("What Maven Central would refuse").isEmpty();
	}

	// In a copy, so that the build that runs this test keeps its files.
	private static Path build(Path copy, String timeZone) throws IOException, InterruptedException {
		copy(copy);
		Path log = copy.resolve("build.log");
		ProcessBuilder maven = new ProcessBuilder(Path.of(System.getProperty("maven.home"), "bin", "mvn").toString(),
				"-B", "deploy", "-Prelease", "-Dgpg.skip", "-Dquick", "-Dmaven.javadoc.skip=false",
				"-Dcyclonedx.skip=false", "-Dmaven.repo.local=" + System.getProperty("maven.repo.local"), "-pl",
				String.join(",", Bundle.PUBLISHED.keySet()));
		maven.environment().keySet().removeIf((name) -> name.startsWith("MAVEN_"));
		maven.environment().put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
		maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
		maven.environment().put("TZ", timeZone);
		Process process = maven.directory(copy.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		try {
			assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("Maven ends within ten minutes").isTrue();
		}
		finally {
			process.destroy();
		}
		assertThat(process.exitValue()).as(() -> "Maven's end, after " + read(log)).isZero();
		return copy.resolve("target/bundle");
	}

	private static void copy(Path to) throws IOException {
		Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {

			@Override
			public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
				if (NOT_COPIED.contains(folder.getFileName().toString())) {
					return FileVisitResult.SKIP_SUBTREE;
				}
				Files.createDirectories(to.resolve(ROOT.relativize(folder)));
				return FileVisitResult.CONTINUE;
			}

			@Override
			public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
				Path copied = Files.copy(file, to.resolve(ROOT.relativize(file)));
				if (file.endsWith("pom.xml")) {
					Files.writeString(copied,
							Files.readString(copied).replaceAll("\\d+\\.\\d+\\.\\d+-SNAPSHOT", "0.0.1"));
				}
				return FileVisitResult.CONTINUE;
			}

		});
	}

	private static String read(Path log) {
		try {
			return Files.readString(log);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

}
