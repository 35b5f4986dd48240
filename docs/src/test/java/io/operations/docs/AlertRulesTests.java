package io.operations.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.node.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Prometheus accepts the alerts, each fires when it should, and the page explains each.
 */
class AlertRulesTests {

	private static final Page PAGE = Page.of("docs/alerts.md");

	private static final String TESTS = "ops/prometheus/operations-alerts-test.yml";

	private static final Pattern HOME = Pattern.compile("<project\\.home>([^<]+)</project\\.home>");

	static List<AlertRule> rules() {
		return AlertRule.all();
	}

	@Test
	void prometheusAcceptsTheRules() {
		Promtool.run("check", "rules", Promtool.RULES.toString());
	}

	@Test
	void eachAlertFiresForItsFaultAndNeitherBelowItsThresholdNorBeforeItsTime() {
		Promtool.run("test", "rules", Page.ROOT.resolve(TESTS).toString());
	}

	@ParameterizedTest
	@MethodSource("rules")
	void eachAlertHasATestOfItsOwn(AlertRule rule) {
		assertThat(Sources.text(Page.ROOT.resolve(TESTS))).contains("- name: " + rule.name() + " fires ")
			.contains("alertname=\"" + rule.name() + "\"");
	}

	@ParameterizedTest
	@MethodSource("rules")
	void eachAlertHasASeverityAndTextsAndLeadsToItsEntryOfTheRunbook(AlertRule rule) {
		assertThat(rule.labels()).containsOnlyKeys("severity");
		assertThat(rule.labels().get("severity")).isIn("critical", "warning", "info");
		assertThat(rule.annotations()).containsOnlyKeys("summary", "description", "runbook_url");
		String anchor = rule.annotations().get("runbook_url").replaceFirst("^.*#", "");
		assertThat(PAGE.anchors()).contains(anchor);
		assertThat(rule.annotations()).containsEntry("runbook_url",
				home() + "/blob/main/" + PAGE.path().toString().replaceFirst("^.*docs/", "docs/") + "#" + anchor);
		assertThat(anchor).isEqualToIgnoringCase(rule.name());
	}

	// The placeholder of the repository's address.
	private static String home() {
		return HOME.matcher(Sources.text(Page.ROOT.resolve("pom.xml"))).results().findFirst().orElseThrow().group(1);
	}

	@ParameterizedTest
	@MethodSource("rules")
	void eachEntryOfTheRunbookHasSymptomWhereToLookAndWhatToDo(AlertRule rule) {
		String text = PAGE.text();
		int begin = text.indexOf("\n### " + rule.name() + "\n");
		assertThat(begin).as("The heading of %s", rule).isPositive();
		int end = text.indexOf("\n### ", begin + 1);
		assertThat(text.substring(begin, (end > 0) ? end : text.length())).contains("- **Symptom:** ")
			.contains("- **Look at:** ")
			.contains("- **Do:** ");
	}

	@Test
	void theTableOfThePageHasTheTimesAndTheSeveritiesOfTheRules() {
		Map<String, String> rows = new TreeMap<>();
		PAGE.visit(TableRow.class, (row) -> {
			List<String> cells = cells(row);
			if (cells.size() == 4 && cells.get(0).startsWith("Operations")) {
				rows.put(cells.get(0), cells.get(2) + ", " + cells.get(3));
			}
		});
		Map<String, String> rules = new TreeMap<>();
		rules().forEach((rule) -> rules.put(rule.name(), rule.duration() + ", " + rule.labels().get("severity")));
		assertThat(rows).isEqualTo(rules);
		assertThat(PAGE.text().split("\n### Operations", -1)).hasSize(rules.size() + 1);
	}

	@Test
	void theManualHasTheNumberOfAlerts() {
		assertThat(Page.of("docs/operations-manual.md").text()).contains(Set.copyOf(rules()).size() + " alerts");
	}

	private static List<String> cells(Node row) {
		List<String> cells = new ArrayList<>();
		for (Node cell = row.getFirstChild(); cell != null; cell = cell.getNext()) {
			cells.add(Page.plain(cell).trim());
		}
		return cells;
	}

}
