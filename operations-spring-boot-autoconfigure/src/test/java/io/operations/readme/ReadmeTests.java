package io.operations.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a stranger copies from the README.
 */
class ReadmeTests {

	@Test
	void theExampleOfTrackingIsCodeThatCompiles() throws IOException {
		String source = Files.readString(Path.of("src/test/java/io/operations/readme/Configurations.java"));
		String example = source.substring(source.indexOf("import ")).replaceFirst("(?s)/\\*\\*.*?\\*/", "");
		assertThat(bare(Files.readString(Path.of("../README.md")))).contains(bare("```java" + example + "```"));
	}

	// The README is indented in its own way.
	private static String bare(String text) {
		return text.replaceAll("\\s+", "");
	}

}
