package io.operations.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.FileSystemGeneratedFiles;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with clients, processed ahead of time, compiled and run in its own
 * process.
 */
class AheadOfTimeClientsTests {

	private static final String[] AT_BUILD_TIME = { "operations.clients.campaigns.product=messages" };

	@Test
	void clientsOfTheBuildHaveTheirBeansWithTheirQualifiers(@TempDir Path directory) throws Exception {
		String initializer = process(directory);
		String output = run(directory, initializer, "operations.clients.campaigns.product=messages",
				"operations.clients.campaigns.api-key=SK2", "operations.clients.campaigns.api-key-secret=s2");
		assertThat(output).contains("names: [operations, campaigns]", "default: operations", "qualified: campaigns",
				"webClient: true");
	}

	@Test
	void clientThatTheBuildDoesNotKnowFailsTheStart(@TempDir Path directory) throws Exception {
		String initializer = process(directory);
		String output = run(directory, initializer, "operations.clients.campaigns.product=messages",
				"operations.clients.late.product=memory");
		assertThat(output).contains("'operations.clients.late'", "ahead of time");
	}

	@Test
	void clientThatOnlyTheBuildKnowsFailsTheStart(@TempDir Path directory) throws Exception {
		String initializer = process(directory);
		String output = run(directory, initializer);
		assertThat(output).contains("'operations.clients.campaigns' sets no property");
	}

	@Test
	void clientThatIsDisabledAfterTheBuildFailsTheStart(@TempDir Path directory) throws Exception {
		String initializer = process(directory);
		String output = run(directory, initializer, "operations.clients.campaigns.product=messages",
				"operations.clients.campaigns.enabled=false");
		assertThat(output).contains("'operations.clients.campaigns.enabled' is 'false'", "ahead of time")
			.doesNotContain("sets no property");
	}

	private static String process(Path directory) throws IOException {
		Path sources = Files.createDirectory(directory.resolve("sources"));
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get(Application.class)),
				new FileSystemGeneratedFiles((kind) -> sources.resolve(kind.name())));
		ClassName initializer;
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.register(Application.class);
			TestPropertyValues.of(AT_BUILD_TIME).applyTo(context);
			initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			generation.writeGeneratedContent();
		}
		List<String> arguments = new ArrayList<>(
				List.of("-proc:none", "-nowarn", "-classpath", classPath(), "-d", directory.toString()));
		try (Stream<Path> files = Files.walk(sources)) {
			files.map(Path::toString).filter((file) -> file.endsWith(".java")).forEach(arguments::add);
		}
		assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
			.isZero();
		return initializer.canonicalName();
	}

	private static String run(Path directory, String initializer, String... properties)
			throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
						"-Dspring.aot.enabled=true", "-cp", directory + File.pathSeparator + classPath(),
						AheadOfTimeRun.class.getName(), initializer));
		command.addAll(List.of(properties));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
		return output;
	}

	private static String classPath() {
		ClassLoader loader = AheadOfTimeClientsTests.class.getClassLoader();
		if (loader instanceof URLClassLoader launcher) {
			return Arrays.stream(launcher.getURLs()).map(URL::getPath).collect(Collectors.joining(File.pathSeparator));
		}
		return System.getProperty("java.class.path");
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
			OperationsAutoConfiguration.class })
	static class Application {

	}

}
