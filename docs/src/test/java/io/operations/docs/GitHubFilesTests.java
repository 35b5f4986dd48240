package io.operations.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The files that only GitHub reads: a mistake in one of them would show after the push.
 */
class GitHubFilesTests {

	private static final Path FOLDER = Page.ROOT.resolve(".github");

	static List<Path> files() throws IOException {
		try (Stream<Path> files = Files.walk(FOLDER)) {
			return files.filter((file) -> file.toString().endsWith(".yml")).sorted().toList();
		}
	}

	static List<Path> forms() throws IOException {
		return files().stream()
			.filter((file) -> file.getParent().endsWith("ISSUE_TEMPLATE"))
			.filter((file) -> !file.endsWith("config.yml"))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("files")
	void everyFileIsYamlWithoutRepeatedKeys(Path file) {
		assertThat(read(file)).isNotEmpty();
	}

	@ParameterizedTest
	@MethodSource("forms")
	void formsHaveTheMembersThatGitHubRequires(Path file) {
		Map<String, Object> form = read(file);
		assertThat(form).containsKeys("name", "description", "body");
		List<Object> ids = new ArrayList<>();
		for (Map<String, Object> field : list(form.get("body"))) {
			assertThat(field.get("type")).isIn("markdown", "textarea", "input", "dropdown", "checkboxes");
			Map<String, Object> attributes = map(field.get("attributes"));
			if (field.get("type").equals("markdown")) {
				assertThat(attributes).containsKey("value");
				continue;
			}
			assertThat(attributes).containsKey("label");
			if (List.of("dropdown", "checkboxes").contains(field.get("type"))) {
				assertThat(attributes).containsKey("options");
			}
			ids.add(field.get("id"));
		}
		assertThat(ids).doesNotContainNull().doesNotHaveDuplicates();
	}

	@Test
	void theWorkflowMayOnlyReadAndEnds() {
		Map<String, Object> workflow = read(FOLDER.resolve("workflows/ci.yml"));
		assertThat(map(workflow.get("permissions"))).isEqualTo(Map.of("contents", "read"));
		assertThat(map(workflow.get("jobs")).values()).allSatisfy((job) -> {
			assertThat(map(job)).containsKeys("runs-on", "timeout-minutes");
			assertThat(list(map(job).get("steps"))).allSatisfy((step) -> {
				if (step.containsKey("uses")) {
					assertThat(step.get("uses").toString()).matches("actions/[\\w-]+@v\\d+");
				}
				else {
					assertThat(step).containsKey("run");
				}
			}).anySatisfy((step) -> assertThat(step).containsEntry("run", ".ci/run"));
		});
		assertThat(Page.ROOT.resolve(".ci/run")).isExecutable();
	}

	@Test
	void dependabotLooksAtFoldersThatHaveAPom() {
		Map<String, Object> dependabot = read(FOLDER.resolve("dependabot.yml"));
		assertThat(dependabot).containsEntry("version", 2);
		List<Map<String, Object>> updates = list(dependabot.get("updates"));
		assertThat(updates).extracting((update) -> update.get("package-ecosystem"))
			.containsExactlyInAnyOrder("maven", "github-actions");
		updates.stream().filter((update) -> update.get("package-ecosystem").equals("maven")).forEach((update) -> {
			for (Object folder : (List<?>) update.get("directories")) {
				assertThat(Page.ROOT.resolve(folder.toString().substring(1)).resolve("pom.xml")).exists();
			}
		});
	}

	private static Map<String, Object> read(Path file) {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		try {
			return map(new Yaml(new SafeConstructor(options)).load(Files.readString(file)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> map(Object value) {
		return (Map<String, Object>) value;
	}

	@SuppressWarnings("unchecked")
	private static List<Map<String, Object>> list(Object value) {
		return (List<Map<String, Object>>) value;
	}

}
