package io.operations.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules of CONTRIBUTING for sentences, as far as a machine can hold them.
 */
class ProseTests {

	private static final Pattern RELATIVE_WITHOUT_HEAD = Pattern
		.compile("(?:^|[.:;] )(?:What|Who|Whoever)\\b[^.?!]*[.!;]");

	private static final Pattern HARD_TO_READ = Pattern.compile(
			"\\b(?:asked for at last|told of|is told|are told|anew|underneath|no good|all the same|whoever|who joins|what is due)\\b",
			Pattern.CASE_INSENSITIVE);

	static List<Page> pages() {
		return Page.all();
	}

	@ParameterizedTest
	@MethodSource("pages")
	void sentencesNameTheirSubject(Page page) {
		List<String> faults = new ArrayList<>();
		for (Class<? extends Node> type : List.of(Paragraph.class, Heading.class, TableCell.class)) {
			page.visit(type, (node) -> {
				String text = Page.plain(node);
				for (Pattern pattern : List.of(RELATIVE_WITHOUT_HEAD, HARD_TO_READ)) {
					Matcher matcher = pattern.matcher(text);
					while (matcher.find()) {
						faults.add(matcher.group() + " <- " + text);
					}
				}
			});
		}
		assertThat(faults).as("Sentences of %s to write again: subject, verb, object", page).isEmpty();
	}

}
