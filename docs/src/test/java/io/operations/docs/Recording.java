package io.operations.docs;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The scrapes of an application, in their order, as the input of {@code promtool}.
 */
final class Recording {

	private static final Pattern SAMPLE = Pattern.compile("^(operations_\\w+)\\{(.*)} (\\S+)$", Pattern.MULTILINE);

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

	private static final String TARGET = "job=\"app\",instance=\"app-1:8080\",";

	private final List<Map<String, String>> scrapes = new ArrayList<>();

	/**
	 * Add a scrape.
	 * @param text the text that the application returned
	 */
	void add(String text) {
		Map<String, String> samples = new LinkedHashMap<>();
		Matcher matcher = SAMPLE.matcher(text);
		while (matcher.find()) {
			samples.put(matcher.group(1) + "{" + TARGET + matcher.group(2) + "}", value(matcher.group(3)));
		}
		this.scrapes.add(samples);
	}

	void addAll(Recording other) {
		this.scrapes.addAll(other.scrapes);
	}

	int size() {
		return this.scrapes.size();
	}

	// promtool does not read exponents.
	private static String value(String value) {
		return value.equals("NaN") ? value : new BigDecimal(value).stripTrailingZeros().toPlainString();
	}

	/**
	 * Return the values that each label of each metric has had.
	 */
	Map<String, Map<String, Set<String>>> labels() {
		Map<String, Map<String, Set<String>>> labels = new TreeMap<>();
		for (String series : all()) {
			Map<String, Set<String>> known = labels.computeIfAbsent(metric(series), (name) -> new TreeMap<>());
			Matcher label = LABEL.matcher(series);
			while (label.find()) {
				known.computeIfAbsent(label.group(1), (name) -> new TreeSet<>()).add(label.group(2));
			}
		}
		return labels;
	}

	/**
	 * Return the series as the input of a test of {@code promtool}.
	 * @param metrics the metrics to return
	 * @return the lines of {@code input_series}
	 */
	String series(Set<String> metrics) {
		StringBuilder lines = new StringBuilder();
		for (String series : all()) {
			if (metrics.contains(metric(series))) {
				lines.append("      - series: '").append(series).append("'\n        values: '");
				this.scrapes.forEach((scrape) -> lines.append(scrape.getOrDefault(series, "_")).append(' '));
				lines.append("'\n");
			}
		}
		return lines.toString();
	}

	private Set<String> all() {
		Set<String> all = new TreeSet<>();
		this.scrapes.forEach((scrape) -> all.addAll(scrape.keySet()));
		return all;
	}

	private static String metric(String series) {
		return series.substring(0, series.indexOf('{'));
	}

}
