package io.operations.docs;

import java.util.ArrayList;
import java.util.List;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The Grafana dashboard.
 *
 * @param json the file
 */
record Dashboard(JsonNode json) {

	static Dashboard read() {
		return new Dashboard(
				JsonMapper.shared().readTree(Sources.text(Page.ROOT.resolve("ops/grafana/operations.json"))));
	}

	List<JsonNode> panels() {
		return List.copyOf(this.json.get("panels").values());
	}

	/**
	 * Return the titles of the rows.
	 */
	List<String> rows() {
		return panels().stream().filter(Dashboard::isRow).map((panel) -> panel.get("title").asString()).toList();
	}

	static boolean isRow(JsonNode panel) {
		return panel.get("type").asString().equals("row");
	}

	/**
	 * Return the queries of all panels, with all clients and instances selected.
	 */
	List<Query> queries() {
		List<Query> queries = new ArrayList<>();
		for (JsonNode panel : panels()) {
			if (!isRow(panel)) {
				panel.get("targets")
					.values()
					.forEach((target) -> queries.add(new Query(panel.get("title").asString(),
							selected(target.get("expr").asString()), target.get("legendFormat").asString())));
			}
		}
		return queries;
	}

	private static String selected(String expression) {
		return expression.replace("$client", ".*").replace("$instance", ".*").replace("$__rate_interval", "2m");
	}

	/**
	 * A query of a panel.
	 *
	 * @param panel the title of the panel
	 * @param expression the query
	 * @param legend the text of the legend
	 */
	record Query(String panel, String expression, String legend) {

	}

}
