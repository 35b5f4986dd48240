package io.operations.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs {@code promtool}, which evaluates rules as Prometheus does.
 */
final class Promtool {

	static final Path RULES = Page.ROOT.resolve("ops/prometheus/operations-alerts.yml");

	private Promtool() {
	}

	/**
	 * Run {@code promtool} and check that it succeeds.
	 * @param arguments the arguments
	 */
	static void run(String... arguments) {
		List<String> command = new ArrayList<>(List.of("promtool"));
		command.addAll(List.of(arguments));
		try {
			Process process = start(command);
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(process.waitFor()).as("%s says: %s", command, output).isZero();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private static Process start(List<String> command) {
		try {
			return new ProcessBuilder(command).redirectErrorStream(true).start();
		}
		catch (IOException ex) {
			throw new AssertionError(
					"The command 'promtool' is missing. It tests the alerts. Install the Debian package"
							+ " 'prometheus' (apt-get install --no-install-recommends prometheus), or put promtool 2.42 or"
							+ " later on the PATH.",
					ex);
		}
	}

}
