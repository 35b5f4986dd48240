package io.operations.docs;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The series that an expression names.
 *
 * @param expression the expression
 */
record Promql(String expression) {

	private static final Pattern SERIES = Pattern.compile("\\b(operations_[a-z_]+)(?:\\{([^}]*)})?");

	private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");

	private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on)\\s*\\(([^)]*)\\)");

	private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

	/**
	 * Return the names of the metrics.
	 */
	Set<String> metrics() {
		return found(SERIES.matcher(this.expression).results().map((series) -> series.group(1)));
	}

	/**
	 * Return the labels by which the expression groups, without those that it creates.
	 */
	Set<String> groups() {
		Set<String> groups = found(GROUPING.matcher(this.expression)
			.results()
			.flatMap((grouping) -> COMMA.splitAsStream(grouping.group(1).trim())));
		groups.removeIf((label) -> this.expression.contains(", \"" + label + "\", "));
		return groups;
	}

	/**
	 * Return the selections of labels, each as metric, label, operator and value.
	 */
	Set<Selection> selections() {
		return SERIES.matcher(this.expression)
			.results()
			.filter((series) -> series.group(2) != null)
			.flatMap((series) -> MATCHER.matcher(series.group(2))
				.results()
				.map((matcher) -> Selection.of(series.group(1), matcher)))
			.collect(Collectors.toSet());
	}

	private static Set<String> found(Stream<String> all) {
		return all.collect(Collectors.toCollection(TreeSet::new));
	}

	/**
	 * A selection of a label.
	 *
	 * @param metric the metric
	 * @param label the label
	 * @param values the values that it names
	 */
	record Selection(String metric, String label, Set<String> values) {

		private static Selection of(String metric, MatchResult matcher) {
			String value = matcher.group(3);
			return new Selection(metric, matcher.group(1), value.equals(".*") ? Set.of() : Set.of(value.split("\\|")));
		}

	}

}
