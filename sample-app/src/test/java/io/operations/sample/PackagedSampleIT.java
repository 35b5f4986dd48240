package io.operations.sample;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.core.io.ClassPathResource;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample as it is deployed: its repackaged jar, with an endpoint that speaks https.
 */
class PackagedSampleIT {

	private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

	private static final Duration LIMIT = Duration.ofMinutes(2);

	@Test
	void jarAwaitsAnOperationOverHttps(@TempDir(cleanup = CleanupMode.NEVER) Path directory) throws IOException {
		Path log = directory.resolve("sample.txt");
		try (OperationsSimulator simulator = OperationsSimulator.builder()
			.https(certificate("server.p12"), "changeit")
			.defaultScript(OperationScript.completed().running(Duration.ofSeconds(1)))
			.start()) {
			Process sample = start(simulator, log);
			try {
				// Has no read timeout. The first write may take long on a busy machine.
				RestClient client = RestClient.builder()
					.requestFactory(new JdkClientHttpRequestFactory())
					.baseUrl("http://localhost:" + port(sample, log))
					.build();
				URI operation = client.post()
					.uri("/configurations")
					.body(Map.of("displayName", "x"))
					.retrieve()
					.toBodilessEntity()
					.getHeaders()
					.getLocation();
				ResponseEntity<String> done = client.get()
					.uri(operation + "?wait=30s")
					.retrieve()
					.toEntity(String.class);
				assertThat(done.getStatusCode().value()).isEqualTo(200);
				assertThat(done.getBody()).contains("COMPLETED");
			}
			finally {
				sample.destroyForcibly();
			}
		}
	}

	private static Process start(OperationsSimulator simulator, Path log) throws IOException {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-jar", jar().toString(), "--spring.profiles.active=live", "--server.port=0",
				"--operations.base-url=" + simulator.baseUrl(), "--operations.api-key=" + simulator.username(),
				"--operations.api-key-secret=" + simulator.password(), "--operations.http.ssl.bundle=api",
				"--spring.ssl.bundle.pem.api.truststore.certificate=file:" + certificate("authority.pem"))
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
	}

	private static Path jar() throws IOException {
		try (Stream<Path> files = Files.list(Path.of("target"))) {
			return files
				.filter((file) -> file.getFileName().toString().matches("sample-app-.*(?<!sources|javadoc)\\.jar"))
				.findAny()
				.orElseThrow();
		}
	}

	private static String port(Process sample, Path log) {
		return Awaitility.await("The sample has started, see " + log)
			.atMost(LIMIT)
			.failFast("The process has ended, see " + log, () -> !sample.isAlive())
			.until(() -> PORT.matcher(Files.readString(log)).results().map((result) -> result.group(1)).findAny(),
					Optional::isPresent)
			.orElseThrow();
	}

	private static Path certificate(String name) throws IOException {
		return new ClassPathResource("certificates/" + name).getFile().toPath().toAbsolutePath();
	}

}
