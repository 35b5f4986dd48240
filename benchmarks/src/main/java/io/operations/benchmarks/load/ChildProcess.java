package io.operations.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.operations.benchmarks.JavaProcess;
import org.jspecify.annotations.Nullable;

/**
 * A JVM that answers lines with lines.
 */
final class ChildProcess implements AutoCloseable {

	/**
	 * What a process says when it can be used.
	 */
	static final String READY = "ready";

	private final Process process;

	private final Writer orders;

	private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

	ChildProcess(Class<?> main, String... args) {
		this.process = JavaProcess.launch("512m", main, args);
		this.orders = this.process.outputWriter(StandardCharsets.UTF_8);
		Thread reader = new Thread(this::read, "lines of " + this.process.pid());
		reader.setDaemon(true);
		reader.start();
	}

	private void read() {
		try (BufferedReader reader = this.process.inputReader(StandardCharsets.UTF_8)) {
			reader.lines().forEach(this.lines::add);
		}
		catch (IOException | UncheckedIOException ex) {
			// It has ended, which whoever waits for a line sees.
		}
	}

	void order(String order) {
		try {
			this.orders.write(order + "\n");
			this.orders.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Wait for a line.
	 * @param first its first word; other lines are passed over
	 * @param until how long to wait at most
	 * @return the rest of the line, {@code null} if it did not come in time
	 */
	@Nullable String line(String first, Instant until) {
		try {
			while (true) {
				long millis = Math.max(0, until.toEpochMilli() - System.currentTimeMillis());
				String line = this.lines.poll(millis, TimeUnit.MILLISECONDS);
				if (line == null || line.equals(first)) {
					return (line != null) ? "" : null;
				}
				if (line.startsWith(first + " ")) {
					return line.substring(first.length() + 1);
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
