package io.operations.docs;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import io.operations.docs.Page.Snippet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Readers copy what the pages show: code is compiled by the build, keys and commands
 * exist.
 */
class SnippetsTests {

	// "text" is for drawings.
	private static final List<String> LANGUAGES = List.of("java", "kotlin", "xml", "groovy", "yaml", "properties",
			"bash", "json", "sql", "text");

	private static final Sources SOURCES = new Sources();

	private static final KnownProperties PROPERTIES = new KnownProperties();

	static Stream<Snippet> code() {
		return snippets("java", "kotlin");
	}

	static Stream<Snippet> dependencies() {
		return snippets("xml", "groovy");
	}

	static Stream<Snippet> settings() {
		return snippets("yaml", "properties");
	}

	static Stream<Snippet> commands() {
		return snippets("bash");
	}

	static Stream<Snippet> bodies() {
		return snippets("json");
	}

	private static Stream<Snippet> snippets(String... languages) {
		return Page.all().stream().flatMap((page) -> page.snippets(languages).stream());
	}

	@Test
	void everySnippetNamesALanguageThatATestReads() {
		assertThat(snippets())
			.allSatisfy((snippet) -> assertThat(snippet.language()).as("%s", snippet).isIn(LANGUAGES));
	}

	@ParameterizedTest
	@MethodSource("code")
	void codeIsPartOfAFileThatTheBuildCompiles(Snippet snippet) {
		assertThat(SOURCES.compiled(snippet.language()).stream().anyMatch((source) -> source.contains(snippet.bare())))
			.as("A source file has the lines of %s:%n%s", snippet, snippet.text())
			.isTrue();
	}

	@ParameterizedTest
	@MethodSource("dependencies")
	void dependenciesAreThoseOfAModuleThatIsBuilt(Snippet snippet) {
		if (snippet.language().equals("xml")) {
			assertThat(SOURCES.poms().stream().anyMatch((pom) -> pom.contains(snippet.bare())))
				.as("A pom.xml has the lines of %s:%n%s", snippet, snippet.text())
				.isTrue();
		}
		else {
			assertThat(Sources.coordinates(snippet.text())).as("The coordinates of %s", snippet)
				.isNotEmpty()
				.isSubsetOf(SOURCES.coordinates());
		}
	}

	@ParameterizedTest
	@MethodSource("settings")
	void settingsHaveKeysThatAreKnown(Snippet snippet) {
		assertThat(keys(snippet)).as("The keys of %s", snippet)
			.isNotEmpty()
			.allSatisfy((key) -> assertThat(PROPERTIES.knows(key)).as("'%s' of %s is a known property", key, snippet)
				.isTrue());
	}

	private static List<String> keys(Snippet snippet) {
		if (snippet.language().equals("properties")) {
			return snippet.text()
				.lines()
				.filter((line) -> line.contains("="))
				.map((line) -> line.substring(0, line.indexOf('=')).trim())
				.toList();
		}
		YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
		yaml.setResources(new ByteArrayResource(snippet.text().getBytes(StandardCharsets.UTF_8)));
		return yaml.getObject().keySet().stream().map(Object::toString).toList();
	}

	@ParameterizedTest
	@MethodSource("commands")
	void commandsNameModulesPropertiesAndPathsThatExist(Snippet snippet) {
		List<String> lines = snippet.text().replaceAll("\\\\\n\\s*", " ").lines().toList();
		assertThat(lines).allSatisfy((line) -> {
			Command command = new Command(line);
			assertThat(command.unknownParts(SOURCES, PROPERTIES)).as("The unknown parts of '%s' in %s", line, snippet)
				.isEmpty();
		});
	}

	@ParameterizedTest
	@MethodSource("bodies")
	void bodiesAreJson(Snippet snippet) {
		assertThat(JsonMapper.shared().readTree(snippet.text()).isContainer())
			.as("%s is an object or an array", snippet)
			.isTrue();
	}

}
