package io.operations.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The files that docs/how-it-works.md names have the answers to its questions.
 */
class HowItWorksTests {

	private static final Page PAGE = Page.of("docs/how-it-works.md");

	static List<TableRow> questions() {
		List<TableRow> rows = new ArrayList<>();
		PAGE.visit(TableRow.class, rows::add);
		return rows.subList(1, rows.size());
	}

	@ParameterizedTest
	@MethodSource("questions")
	void theNamesToLookForOccurInTheFilesOfTheRow(TableRow row) {
		Node files = row.getFirstChild().getNext();
		List<String> targets = new ArrayList<>();
		Page.visit(files, Link.class, (link) -> targets.add(link.getDestination()));
		assertThat(targets).hasSizeBetween(1, 2);
		String sources = targets.stream()
			.map((target) -> Sources.text(Page.ROOT.resolve(Path.of("docs", target)).normalize()))
			.reduce("", String::concat);
		assertThat(Page.codes(files.getNext())).as("%s", Page.plain(row.getFirstChild()))
			.isNotEmpty()
			.allSatisfy((name) -> assertThat(sources).contains(name));
	}

}
