package io.operations.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

import io.operations.autoconfigure.tracking.OperationsTrackingProperties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.io.InputStreamSource;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ahead-of-time processing passes without credentials, and needs no hints of our own.
 */
class AheadOfTimeTests {

	private static final InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();

	private static final DefaultGenerationContext generation = new DefaultGenerationContext(
			new ClassNameGenerator(ClassName.get(Application.class)), files);

	@BeforeAll
	static void process() {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.register(Application.class);
			TestPropertyValues.of("operations.clients.campaigns.product=messages").applyTo(context);
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			generation.writeGeneratedContent();
		}
	}

	@Test
	void withoutCredentialsTheContextIsProcessed() {
		assertThat(files.getGeneratedFiles(Kind.SOURCE).keySet())
			.anyMatch((file) -> file.contains("OperationsAutoConfiguration__BeanDefinitions"));
	}

	@Test
	void beansOfAClientKeepTheirQualifierAndAreNoDefaultCandidates() {
		assertThat(sourceWith("\"campaigns\"")).contains("setDefaultCandidate(false)", "AutowireCandidateQualifier(",
				"OperationsClientFactory");
	}

	private static String sourceWith(String text) {
		return files.getGeneratedFiles(Kind.SOURCE)
			.values()
			.stream()
			.map(AheadOfTimeTests::read)
			.filter((source) -> source.contains(text))
			.collect(Collectors.joining());
	}

	private static String read(InputStreamSource file) {
		try (InputStream stream = file.getInputStream()) {
			return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { OperationsProperties.class, OperationsProperties.Http.class,
			OperationsProperties.Retry.class, OperationsProperties.RateLimit.class, OperationsProperties.Polling.class,
			OperationsProperties.Health.class, OperationsTrackingProperties.class,
			OperationsTrackingProperties.Delivery.class, OperationsTrackingProperties.Jdbc.class })
	void propertiesAreBoundInANativeImage(Class<?> type) {
		assertThat(RuntimeHintsPredicates.reflection().onType(type).test(generation.getRuntimeHints())).isTrue();
		assertThat(type.getDeclaredMethods()).filteredOn((method) -> method.getName().startsWith("set"))
			.isNotEmpty()
			.allMatch((method) -> RuntimeHintsPredicates.reflection()
				.onMethodInvocation(method)
				.test(generation.getRuntimeHints()));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
