package io.operations.ui;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the limits of the files of which the page consists.
 */
class PageFilesTests {

	private static final int MOST_BYTES = 60 * 1024;

	private static final Path FOLDER = Path.of("src/main/resources/io/operations/ui");

	static Map<String, String> files() throws IOException {
		Map<String, String> files = new TreeMap<>();
		try (Stream<Path> all = Files.list(FOLDER)) {
			for (Path file : all.toList()) {
				files.put(file.getFileName().toString(), Files.readString(file));
			}
		}
		return files;
	}

	@Test
	void pageHasAtMost60KilobytesInAll() throws IOException {
		try (Stream<Path> all = Files.list(FOLDER)) {
			assertThat(all.mapToLong((file) -> file.toFile().length()).sum()).isPositive()
				.isLessThanOrEqualTo(MOST_BYTES);
		}
	}

	@Test
	void endpointServesEachFileOfThePage() throws IOException {
		assertThat(files().keySet().stream().filter((name) -> !name.equals("page.html")))
			.containsExactlyInAnyOrderElementsOf(OperationsUiEndpoint.FILES.keySet());
	}

	@Test
	void textReachesThePageThroughTextContentOnly() throws IOException {
		String scripts = files().entrySet()
			.stream()
			.filter((file) -> file.getKey().endsWith(".js"))
			.map(Map.Entry::getValue)
			.collect(Collectors.joining());
		assertThat(scripts).doesNotContainPattern(
				"innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\b|new Function|DOMParser|srcdoc");
	}

	@Test
	void pageHasNoScriptAndNoStyleInIt() throws IOException {
		String page = files().getOrDefault("page.html", "");
		assertThat(page).contains("default-src 'self'")
			.doesNotContainPattern("<script(?![^>]*src=)[^>]*>|<style|\\sstyle=|\\son\\w+=|https?://");
	}

}
