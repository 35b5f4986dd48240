package io.operations.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Another JVM with this one's class path, talked to line by line.
 */
public final class JavaProcess implements AutoCloseable {

	private final Process process;

	private final PrintStream commands;

	private final BufferedReader answers;

	private JavaProcess(Process process) {
		this.process = process;
		this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
		this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	/**
	 * Start a JVM.
	 * @param main the class whose main method it runs
	 * @param args the arguments
	 * @return the process
	 */
	public static JavaProcess start(Class<?> main, String... args) {
		return start("1g", main, args);
	}

	/**
	 * Start a JVM.
	 * @param heap what its heap may grow to
	 * @param main the class whose main method it runs
	 * @param args the arguments
	 * @return the process
	 */
	public static JavaProcess start(String heap, Class<?> main, String... args) {
		return new JavaProcess(launch(heap, main, args));
	}

	/**
	 * Launch a JVM that nobody talks to yet.
	 * @param heap what its heap may grow to
	 * @param main the class whose main method it runs
	 * @param args the arguments
	 * @return the process
	 */
	public static Process launch(String heap, Class<?> main, String... args) {
		return launch(heap, withoutTracing(classPath()), main, args);
	}

	private static Process launch(String heap, String classPath, Class<?> main, String... args) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx" + heap, "-cp", classPath, main.getName()));
		command.addAll(List.of(args));
		try {
			return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Start a JVM that may trace.
	 * @param main the class whose main method it runs
	 * @param args the arguments
	 * @return the process
	 */
	public static JavaProcess startTracing(Class<?> main, String... args) {
		return new JavaProcess(launch("1g", classPath(), main, args));
	}

	// These jars alone make each fetch dearer: Reactor restores thread-locals if it finds
	// the library for that.
	private static String withoutTracing(String classPath) {
		return Arrays.stream(classPath.split(File.pathSeparator))
			.filter((entry) -> !entry.contains("micrometer-tracing") && !entry.contains("context-propagation")
					&& !entry.contains("opentelemetry"))
			.collect(Collectors.joining(File.pathSeparator));
	}

	/**
	 * Return this JVM's class path. Maven runs a main class in a class loader of its own,
	 * and leaves the system property as it is for itself.
	 * @return the class path
	 */
	public static String classPath() {
		if (JavaProcess.class.getClassLoader() instanceof URLClassLoader loader) {
			return Arrays.stream(loader.getURLs())
				.map(JavaProcess::path)
				.collect(Collectors.joining(File.pathSeparator));
		}
		return System.getProperty("java.class.path");
	}

	private static String path(URL url) {
		try {
			return Path.of(url.toURI()).toString();
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Have something done.
	 * @param command the line to send
	 * @return the line that it answers with
	 */
	public String ask(String command) {
		this.commands.println(command);
		return answer();
	}

	/**
	 * Wait for a line.
	 * @return the line
	 */
	public String answer() {
		try {
			String answer = this.answers.readLine();
			if (answer == null) {
				throw new IllegalStateException("The process ended: " + this.process.info().commandLine());
			}
			return answer;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.commands.close();
		this.process.destroy();
		try {
			if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

}
