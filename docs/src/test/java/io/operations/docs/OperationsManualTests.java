package io.operations.docs;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.operations.docs.Page.Snippet;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.node.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ScriptUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An operator copies these from the pages at night: messages are those that the library
 * has, and statements run on the library's tables.
 */
class OperationsManualTests {

	private static final List<String> PAGES = List.of("docs/operations-manual.md", "docs/troubleshooting.md");

	private static final String MESSAGES = "message";

	private static final Pattern STATEMENTS = Pattern.compile(";\\s*");

	private static final Set<String> LITERALS = literals();

	static Stream<String> messages() {
		return cells(MESSAGES);
	}

	static Stream<Snippet> statements() {
		return Page.all().stream().flatMap((page) -> page.snippets("sql").stream());
	}

	@ParameterizedTest
	@MethodSource("messages")
	void messagesAreThoseOfTheLibrary(String fragment) {
		assertThat(LITERALS.stream().anyMatch((literal) -> literal.contains(spaced(fragment))))
			.as("A string literal of the library has '%s', which a table of %s quotes", fragment, PAGES)
			.isTrue();
	}

	@ParameterizedTest
	@MethodSource("statements")
	void statementsRunOnTheTablesOfTheLibrary(Snippet snippet) throws SQLException {
		try (Connection connection = DriverManager
			.getConnection("jdbc:h2:mem:;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH");
				Statement statement = connection.createStatement()) {
			ScriptUtils.executeSqlScript(connection,
					new ClassPathResource("io/operations/tracking/jdbc/schema-h2.sql"));
			for (String sql : STATEMENTS.splitAsStream(snippet.text()).toList()) {
				assertThat(statement.execute(sql)).as("%s only reads", snippet).isTrue();
			}
		}
	}

	@Test
	void aWordOfTheMessagesTablesIsNotFoundByChance() {
		assertThat(messages()).hasSizeGreaterThan(40)
			.allSatisfy((fragment) -> assertThat(fragment).hasSizeGreaterThan(9));
	}

	// The code spans in the first column that has the given head.
	private static Stream<String> cells(String head) {
		List<String> found = new ArrayList<>();
		for (String path : PAGES) {
			Page.of(path).visit(TableBlock.class, (table) -> {
				List<List<TableCell>> rows = rows(table);
				List<String> heads = rows.get(0).stream().map((cell) -> Page.plain(cell)).toList();
				int column = heads.indexOf(head);
				if (column >= 0) {
					rows.stream().skip(1).forEach((row) -> found.addAll(Page.codes(row.get(column))));
				}
			});
		}
		return found.stream();
	}

	private static List<List<TableCell>> rows(TableBlock table) {
		List<List<TableCell>> rows = new ArrayList<>();
		for (Node part = table.getFirstChild(); part != null; part = part.getNext()) {
			for (Node row = part.getFirstChild(); row instanceof TableRow; row = row.getNext()) {
				List<TableCell> cells = new ArrayList<>();
				for (Node cell = row.getFirstChild(); cell instanceof TableCell known; cell = cell.getNext()) {
					cells.add(known);
				}
				rows.add(cells);
			}
		}
		return rows;
	}

	// Literals that are joined by a plus sign are one text.
	private static Set<String> literals() {
		Pattern literal = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");
		return Sources.files(Page.ROOT.resolve("operations-spring-boot-autoconfigure/src/main/java"))
			.stream()
			.filter((file) -> file.toString().endsWith(".java"))
			.map(Sources::text)
			.map((source) -> source.replaceAll("\"\\s*\\+\\s*\"", ""))
			.flatMap((source) -> literal.matcher(source).results().map((found) -> spaced(found.group(1))))
			.map((text) -> text.replace("\\\"", "\""))
			.collect(Collectors.toSet());
	}

	private static String spaced(String text) {
		return text.replaceAll("\\s+", " ");
	}

}
