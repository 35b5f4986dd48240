package io.operations.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The commands of the README that make an application start faster: the JDK's AOT cache
 * from JDK 25 on, AppCDS before. In the profile "soak" only.
 */
@EnabledIfSystemProperty(named = "operations.soak", matches = "true")
class StartCacheIT {

	private static final boolean AOT = Runtime.version().feature() >= 25;

	@Test
	void classesOfTheLibraryComeFromTheCache(@TempDir(cleanup = CleanupMode.NEVER) Path directory) throws Exception {
		run(directory, "-Djarmode=tools", "-jar", jar().toString(), "extract", "--destination", "app");
		String jar = "app/" + jar().getFileName();
		run(directory, AOT ? "-XX:AOTCacheOutput=app.cache" : "-XX:ArchiveClassesAtExit=app.cache",
				"-Dspring.context.exit=onRefresh", "-jar", jar);
		// Without these options, a JVM that cannot use the cache starts without it.
		List<String> use = AOT ? List.of("-XX:AOTMode=on", "-XX:AOTCache=app.cache")
				: List.of("-Xshare:on", "-XX:SharedArchiveFile=app.cache");
		List<String> command = new ArrayList<>(use);
		command.addAll(List.of("-Xlog:class+load", "-Dspring.context.exit=onRefresh", "-jar", jar));
		assertThat(run(directory, command.toArray(String[]::new)))
			.filteredOn((line) -> line.contains(" io.operations.core.OperationsTemplate source:"))
			.singleElement()
			.asString()
			.contains("shared objects file (top)");
	}

	private static List<String> run(Path directory, String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of(arguments));
		Path log = Files.createTempFile(directory, "run", ".txt");
		Process process = new ProcessBuilder(command).directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ends, see " + log).isTrue();
			assertThat(process.exitValue()).as("exit value of %s, see %s", command, log).isZero();
			return Files.readAllLines(log);
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static Path jar() throws IOException {
		try (Stream<Path> files = Files.list(Path.of("target"))) {
			return files
				.filter((file) -> file.getFileName().toString().matches("sample-app-.*(?<!sources|javadoc)\\.jar"))
				.findAny()
				.orElseThrow()
				.toAbsolutePath();
		}
	}

}
