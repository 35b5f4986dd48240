package io.operations.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the public API: each published module has a committed list of its public types
 * and their members, and a change of the API changes the list in the same commit.
 */
class PublicApiTests {

	private static final String UPDATE = "mvn test -pl docs -am -Dtest=PublicApiTests "
			+ "-Dsurefire.failIfNoSpecifiedTests=false -Doperations.api.update=true";

	@ParameterizedTest
	@ValueSource(strings = { "operations-spring-boot-autoconfigure", "operations-spring-boot-test",
			"operations-spring-boot-ui" })
	void publicApiEqualsTheCommittedList(String module) throws IOException {
		Path file = Page.ROOT.resolve(module).resolve("api.txt");
		List<String> built = PublicApi.of(Page.ROOT.resolve(module).resolve("target/classes"));
		if (Boolean.getBoolean("operations.api.update")) {
			Files.writeString(file, String.join("\n", built) + "\n");
		}
		assertThat(PublicApi.changes(Files.readAllLines(file), built))
			.as("The changes of the public API of %s. If they are intended, add them to CHANGELOG.md, run '%s' and "
					+ "commit %s/api.txt", module, UPDATE, module)
			.isEmpty();
	}

	@Test
	void changesNameTheTypeOfEachMember() {
		assertThat(PublicApi.changes(List.of("final class io.A<T> extends io.B", "  A(int)", "  int size()"),
				List.of("final class io.A<T> extends io.B", "  A(int)", "  long size()", "record io.C(int size)")))
			.containsExactly("- io.A: int size()", "+ io.A: long size()", "+ record io.C(int size)");
	}

}
