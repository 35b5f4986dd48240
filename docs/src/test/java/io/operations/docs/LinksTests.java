package io.operations.docs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The links of the documentation lead somewhere.
 */
class LinksTests {

	static List<Page> pages() {
		return Page.all();
	}

	@ParameterizedTest
	@MethodSource("pages")
	void everyLinkOfAPageLeadsToAFileAndAHeading(Page page) {
		assertThat(page.targets()).allSatisfy((target) -> assertThat(leadsSomewhere(page, target))
			.as("The link '%s' of %s leads to a file, and to a heading of it", target, page)
			.isTrue());
	}

	private static boolean leadsSomewhere(Page page, String target) {
		if (target.startsWith("https://")) {
			return true;
		}
		String[] parts = target.split("#", 2);
		Path file = parts[0].isEmpty() ? Page.ROOT.resolve(page.path())
				: Page.ROOT.resolve(page.path()).resolveSibling(parts[0]).normalize();
		if (!file.startsWith(Page.ROOT) || !Files.exists(file)) {
			return false;
		}
		return parts.length == 1 || Page.of(Page.ROOT.relativize(file).toString()).anchors().contains(parts[1]);
	}

}
