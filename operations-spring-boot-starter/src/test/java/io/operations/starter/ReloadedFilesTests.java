package io.operations.starter;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

import io.operations.OperationsUnavailableException;
import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.util.retry.Retry;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ReloadedFilesTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	@Test
	void changedFilesApplyToNewConnections(@TempDir Path folder) throws IOException {
		Path trusted = folder.resolve("trusted.pem");
		copy("authority.pem", trusted);
		try (HttpsEndpoint endpoint = HttpsEndpoint.presenting("other-server");
				ConfigurableApplicationContext context = StarterApplication.run("operations.base-url=" + endpoint.url(),
						"operations.retry.enabled=false", "operations.http.ssl.bundle=files",
						"spring.ssl.bundle.watch.file.quiet-period=100ms",
						"spring.ssl.bundle.pem.files.reload-on-update=true",
						"spring.ssl.bundle.pem.files.truststore.certificate=file:" + trusted)) {
			OperationsTemplate template = context.getBean(OperationsTemplate.class);
			assertThatExceptionOfType(OperationsUnavailableException.class)
				.isThrownBy(() -> template.fetch(HttpsEndpoint.ID).block(LIMIT));
			copy("other-authority.pem", trusted);
			assertThat(template.fetch(HttpsEndpoint.ID)
				.retryWhen(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(100)))
				.block(LIMIT)).isNotNull();
		}
	}

	private static void copy(String certificate, Path file) throws IOException {
		try (InputStream content = ReloadedFilesTests.class.getResourceAsStream("/certificates/" + certificate)) {
			Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
		}
	}

}
