package io.operations.sample.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.operations.sample.SampleApplication;
import org.awaitility.Awaitility;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * An instance of the sample in a process of its own, with the profile "cluster".
 */
final class Instance implements AutoCloseable {

	private static final Duration LIMIT = Duration.ofMinutes(2);

	private static final int WRITES_AT_ONCE = 16;

	private static final Path LOGS = Path.of("target", "cluster");

	private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

	private final String name;

	private final Process process;

	private final Path log;

	private Instance(String name, Process process, Path log) {
		this.name = name;
		this.process = process;
		this.log = log;
	}

	/**
	 * Begin to start an instance.
	 * @param name what to call it
	 * @param arguments its arguments
	 * @return the instance, not ready yet
	 */
	static Instance start(String name, List<String> arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
				"-D" + ParentWatch.PROPERTY + "=true", "-cp", System.getProperty("java.class.path"),
				SampleApplication.class.getName(), "--spring.profiles.active=cluster", "--server.port=0",
				// The tests write as fast as they can, and measure the polls that follow.
				"--operations.writes.admitted=false"));
		command.addAll(arguments);
		try {
			Files.createDirectories(LOGS);
			Path log = Files.createTempFile(LOGS, name + "-", ".txt");
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(log.toFile())
				.start();
			return new Instance(name, process, log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	Instance awaitReady() {
		Awaitility.await(this.name + " is ready, see " + this.log)
			.atMost(LIMIT)
			.failFast("The process has ended", () -> !this.process.isAlive())
			.until(() -> log().contains("Started SampleApplication"));
		return this;
	}

	String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Write configurations, which tracks the operations that the writes start.
	 * @param count how many
	 * @return the ids of the operations
	 */
	Flux<String> write(int count) {
		WebClient client = WebClient.create("http://localhost:" + port());
		return Flux.range(0, count).flatMap((number) -> write(client, this.name + "-" + number), WRITES_AT_ONCE);
	}

	private static Mono<String> write(WebClient client, String name) {
		return client.post()
			.uri("/configurations")
			.bodyValue(Map.of("displayName", name))
			.retrieve()
			.toBodilessEntity()
			.map((answer) -> Objects.requireNonNull(answer.getHeaders().getFirst(HttpHeaders.LOCATION)))
			.map((location) -> location.substring(location.lastIndexOf('/') + 1));
	}

	private String port() {
		Matcher matcher = PORT.matcher(log());
		if (!matcher.find()) {
			throw new IllegalStateException(this.name + " has no port yet, see " + this.log);
		}
		return matcher.group(1);
	}

	/**
	 * Return what it calls itself at the endpoint.
	 * @return the header
	 */
	String userAgent() {
		return "operations-sample/" + this.process.pid();
	}

	/**
	 * Return what its name in the database is like.
	 * @return the pattern
	 */
	String holder() {
		return "%-" + this.process.pid() + "-%";
	}

	/**
	 * End it as a crash does, by SIGKILL.
	 */
	void kill() {
		this.process.destroyForcibly();
		awaitEnd();
	}

	/**
	 * Ask it to end, by SIGTERM.
	 */
	void terminate() {
		// Process.destroy() also closes the pipe, which ends the process at once.
		signal("TERM", this.process.pid());
	}

	void awaitEnd() {
		waitFor(this.process);
	}

	/**
	 * Let it do nothing, by SIGSTOP, as if its machine were suspended.
	 */
	void suspend() {
		signal("STOP", this.process.pid());
	}

	/**
	 * Let it continue, by SIGCONT.
	 */
	void resume() {
		signal("CONT", this.process.pid());
	}

	static void signal(String signal, long pid) {
		try {
			waitFor(new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).inheritIO().start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void waitFor(Process process) {
		try {
			process.waitFor();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		kill();
	}

	@Override
	public String toString() {
		return this.name;
	}

}
