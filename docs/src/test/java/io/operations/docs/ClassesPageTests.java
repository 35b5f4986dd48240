package io.operations.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds {@code docs/classes.md} to the Javadoc of the classes.
 */
class ClassesPageTests {

	private static final String PAGE = "docs/classes.md";

	private static final String MARKER = "<!-- The rest of this page is generated. -->\n";

	private final String text = Page.of(PAGE).text();

	@Test
	void pageListsEachClassWithTheFirstSentenceOfItsJavadoc() throws IOException {
		StringBuilder expected = new StringBuilder(this.text.substring(0, this.text.indexOf(MARKER))).append(MARKER);
		ClassIndex.MODULES.forEach((module) -> expected.append(ClassIndex.sections(module)));
		Path generated = Path.of("target", "classes.md");
		if (!this.text.contentEquals(expected)) {
			Files.createDirectories(generated.getParent());
			Files.writeString(generated, expected);
		}
		assertThat(this.text).as("%s differs from the Javadoc: copy docs/%s to %s", PAGE, generated, PAGE)
			.isEqualTo(expected.toString());
	}

	@Test
	void eachClassHasAPurpose() {
		List<String> rows = this.text.lines().filter((line) -> line.startsWith("| [`")).toList();
		assertThat(rows).hasSizeGreaterThan(400).allSatisfy((row) -> assertThat(row).doesNotEndWith(" |  |"));
	}

}
