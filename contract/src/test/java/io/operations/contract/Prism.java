package io.operations.contract;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prism as the server of one document, on a free port of this machine.
 */
final class Prism implements AutoCloseable {

	private static final Pattern LISTENING = Pattern.compile("listening on (http://127\\.0\\.0\\.1:\\d+)");

	private final Process process;

	private final String baseUrl;

	private Prism(Process process, String baseUrl) {
		this.process = process;
		this.baseUrl = baseUrl;
	}

	static Prism start(Packages packages, Path document) throws IOException {
		Process process = new ProcessBuilder("node", packages.prism().toString(), "mock", "--port", "0",
				document.toString())
			.redirectErrorStream(true)
			.start();
		try {
			BufferedReader output = process.inputReader();
			StringBuilder lines = new StringBuilder();
			for (String line = output.readLine(); line != null; line = output.readLine()) {
				lines.append(line).append('\n');
				Matcher matcher = LISTENING.matcher(line);
				if (matcher.find()) {
					drain(output);
					return new Prism(process, matcher.group(1));
				}
			}
			throw new IllegalStateException("Prism did not start: " + lines);
		}
		catch (IOException | RuntimeException ex) {
			process.destroyForcibly();
			throw ex;
		}
	}

	// Prism would stop at a full pipe.
	private static void drain(BufferedReader output) {
		Thread thread = new Thread(() -> {
			try {
				output.transferTo(Writer.nullWriter());
			}
			catch (IOException ex) {
				// Prism has been stopped.
			}
		}, "prism");
		thread.setDaemon(true);
		thread.start();
	}

	String baseUrl() {
		return this.baseUrl;
	}

	@Override
	public void close() {
		this.process.destroy();
	}

}
