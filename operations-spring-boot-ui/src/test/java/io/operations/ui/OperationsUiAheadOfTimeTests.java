package io.operations.ui;

import java.io.IOException;

import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;
import org.springframework.web.context.support.GenericWebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ahead-of-time processing keeps the page and its methods for a native image.
 */
class OperationsUiAheadOfTimeTests {

	@Test
	void nativeImageHasEachFileOfThePageAndTheMethodsThatServeThem() throws IOException {
		RuntimeHints hints = process("management.endpoints.web.exposure.include=operationsui");
		assertThat(PageFilesTests.files().keySet()).isNotEmpty()
			.allSatisfy((file) -> assertThat(RuntimeHintsPredicates.resource().forResource("io/operations/ui/" + file))
				.accepts(hints));
		for (String method : new String[] { "page", "file" }) {
			assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(OperationsUiEndpoint.class, method))
				.accepts(hints);
		}
	}

	@Test
	void nativeImageHasNoFileOfAPageThatIsNotExposed() {
		RuntimeHints hints = process("management.endpoints.web.exposure.include=health");
		assertThat(RuntimeHintsPredicates.resource().forResource("io/operations/ui/page.html")).rejects(hints);
	}

	private static RuntimeHints process(String property) {
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get(OperationsUiAheadOfTimeTests.class)),
				new InMemoryGeneratedFiles());
		try (GenericWebApplicationContext context = new GenericWebApplicationContext()) {
			TestPropertyValues.of(property).applyTo(context);
			new AnnotatedBeanDefinitionReader(context).register(OperationsUiAutoConfiguration.class);
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			return generation.getRuntimeHints();
		}
	}

}
