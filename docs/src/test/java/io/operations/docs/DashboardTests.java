package io.operations.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Grafana can show the dashboard, and Prometheus accepts its queries. The test of the
 * recorded run proves that they have results.
 */
class DashboardTests {

	private static final int COLUMNS = 24;

	private final Dashboard dashboard = Dashboard.read();

	@Test
	void theRowsAreThoseOfThePage() {
		assertThat(this.dashboard.rows()).containsExactly("Outcome", "Lag and polls", "Account", "Tracking",
				"Deliveries", "Writes");
		assertThat(Page.of("docs/alerts.md").text())
			.contains(this.dashboard.rows().stream().map((row) -> "\n| " + row + " | ").toList());
	}

	@Test
	void theVariablesSelectDataSourceClientAndInstance() {
		JsonNode variables = this.dashboard.json().get("templating").get("list");
		assertThat(variables.values()).extracting((variable) -> variable.get("name").asString())
			.containsExactly("datasource", "client", "instance");
		assertThat(variables.get(0).get("query").asString()).isEqualTo("prometheus");
		for (JsonNode variable : List.of(variables.get(1), variables.get(2))) {
			assertThat(variable.get("multi").asBoolean()).isTrue();
			assertThat(variable.get("includeAll").asBoolean()).isTrue();
			assertThat(variable.get("allValue").asString()).isEqualTo(".*");
		}
	}

	@Test
	void everyPanelHasItsOwnNumberAndItsOwnPlace() {
		Set<Integer> numbers = new HashSet<>();
		Set<String> places = new HashSet<>();
		for (JsonNode panel : this.dashboard.panels()) {
			assertThat(numbers.add(panel.get("id").asInt())).as("The id of %s", panel.get("title")).isTrue();
			JsonNode place = panel.get("gridPos");
			int right = place.get("x").asInt() + place.get("w").asInt();
			assertThat(right).as("The right edge of %s", panel.get("title")).isLessThanOrEqualTo(COLUMNS);
			for (int x = place.get("x").asInt(); x < right; x++) {
				for (int y = 0; y < place.get("h").asInt(); y++) {
					assertThat(places.add(x + "," + (place.get("y").asInt() + y)))
						.as("The place of %s", panel.get("title"))
						.isTrue();
				}
			}
		}
	}

	@Test
	void everyPanelSaysWhatItShowsAndReadsTheChosenDataSource() {
		for (JsonNode panel : this.dashboard.panels()) {
			if (Dashboard.isRow(panel)) {
				continue;
			}
			String title = panel.get("title").asString();
			assertThat(panel.get("description").asString()).as(title).isNotEmpty();
			assertThat(panel.get("datasource").get("uid").asString()).as(title).isEqualTo("${datasource}");
			Set<String> letters = new HashSet<>();
			for (JsonNode target : panel.get("targets").values()) {
				assertThat(letters.add(target.get("refId").asString())).as(title).isTrue();
				assertThat(target.get("datasource").get("uid").asString()).as(title).isEqualTo("${datasource}");
				assertThat(target.get("expr").asString()).as(title).contains("instance=~\"$instance\"");
			}
		}
	}

	@Test
	void prometheusAcceptsTheQueries(@TempDir Path folder) throws IOException {
		List<String> rules = new ArrayList<>(List.of("groups:", "- name: dashboard", "  rules:"));
		for (Dashboard.Query query : this.dashboard.queries()) {
			rules.add("  - record: dashboard:query" + rules.size());
			rules.add("    expr: '" + query.expression() + "'");
		}
		Path file = Files.write(folder.resolve("queries.yml"), rules);
		Promtool.run("check", "rules", file.toString());
	}

}
