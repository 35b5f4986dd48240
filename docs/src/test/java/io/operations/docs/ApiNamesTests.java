package io.operations.docs;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationsException;
import io.operations.core.OperationsTemplate;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables of the pages leave out nothing that an application may name.
 */
class ApiNamesTests {

	private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");

	@ParameterizedTest
	@ValueSource(strings = { "docs/using.md", "docs/testing.md", "docs/kotlin.md" })
	void thePagesNameEveryException(String page) {
		assertThat(Page.of(page).text())
			.contains(Stream.of(OperationsException.class.getPermittedSubclasses()).map(Class::getSimpleName).toList());
	}

	@Test
	void thePageOfTheTemplateNamesEveryMemberOfAnOperation() {
		assertMethods(Operation.class, "docs/using.md", Set.of("hasStatusOf"));
		assertThat(Page.of("docs/using.md").text())
			.contains(Arrays.stream(OperationStatus.values()).map((status) -> "| `" + status + "` |").toList());
	}

	@Test
	void thePageOfTheTemplateNamesEveryMethodOfAnException() {
		assertMethods(OperationsException.class, "docs/using.md", Set.of());
		for (Class<?> type : OperationsException.class.getPermittedSubclasses()) {
			assertMethods(type, "docs/using.md", Set.of("broken", "checkId", "getTimeout"));
		}
	}

	@Test
	void thePageOfTheTemplateNamesEveryCallOfTheTemplate() {
		List<String> calls = Stream.of("fetch", "await", "watch")
			.flatMap((name) -> Arrays.stream(OperationsTemplate.class.getMethods())
				.filter((method) -> method.getName().equals(name))
				.map(ApiNamesTests::call))
			.toList();
		assertThat(Page.of("docs/using.md").text()).contains(calls);
	}

	// As the page writes it: await(id, kind, timeout).
	private static String call(Method method) {
		return Arrays.stream(method.getParameters())
			.map((parameter) -> parameter.getName().replace("operationId", "id"))
			.collect(Collectors.joining(", ", "`" + method.getName() + "(", ")`"));
	}

	@Test
	void thePageAboutTestsNamesEveryFaultAndEveryPartOfAScript() {
		assertMethods(Fault.class, "docs/testing.md", Set.of());
		assertMethods(OperationScript.class, "docs/testing.md", Set.of());
		assertMethods(OperationsSimulator.class, "docs/testing.md", Set.of("username", "password", "close"));
	}

	private static void assertMethods(Class<?> type, String page, Set<String> others) {
		String text = Page.of(page).text();
		assertThat(type.getDeclaredMethods())
			.filteredOn((method) -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
			.extracting(Method::getName)
			.filteredOn((name) -> !OF_EVERY_OBJECT.contains(name) && !others.contains(name))
			.allSatisfy((name) -> assertThat(text).as("%s names %s of %s", page, name, type.getSimpleName())
				.contains(name + "("));
	}

}
