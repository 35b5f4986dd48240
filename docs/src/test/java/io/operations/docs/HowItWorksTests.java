package io.operations.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

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

	private static final Pattern MEMBER = Pattern.compile("(?!null\\b)[a-z]\\w*");

	// A type precedes a method, a field or a parameter where it is declared, not where it
	// is used.
	private static final String DECLARED = "[^.\\s]*(?<!\\b(?:return|new|throw|yield|case))[\\w>\\]] ";

	static List<TableRow> questions() {
		List<TableRow> rows = new ArrayList<>();
		PAGE.visit(TableRow.class, rows::add);
		return rows.subList(1, rows.size());
	}

	@ParameterizedTest
	@MethodSource("questions")
	void theNamesToLookForOccurInTheFilesOfTheRow(TableRow row) {
		Node files = row.getFirstChild().getNext();
		Node names = files.getNext();
		List<String> targets = targets(files);
		assertThat(targets).hasSizeBetween(1, 2);
		String sources = text(targets);
		assertThat(Page.codes(names)).as("%s", Page.plain(row.getFirstChild()))
			.isNotEmpty()
			.allSatisfy((name) -> assertThat(sources).contains(name));
		// The text may link one more file, which declares a member that it names.
		String declarations = sources + text(targets(names));
		assertThat(Page.codes(names)).filteredOn((name) -> MEMBER.matcher(name).matches())
			.allSatisfy((name) -> assertThat(declarations).containsPattern(DECLARED + name + "\\b\\s*[(;=,)]"));
	}

	private static List<String> targets(Node cell) {
		List<String> targets = new ArrayList<>();
		Page.visit(cell, Link.class, (link) -> targets.add(link.getDestination()));
		return targets;
	}

	private static String text(List<String> targets) {
		return targets.stream()
			.map((target) -> Sources.text(Page.ROOT.resolve(Path.of("docs", target)).normalize()))
			.reduce("", String::concat);
	}

}
