package io.operations.docs;

import java.util.List;
import java.util.Map;

import org.yaml.snakeyaml.Yaml;

/**
 * An alert of the rules.
 *
 * @param name its name
 * @param expression when it fires
 * @param duration for how long the expression must hold
 * @param labels its labels
 * @param annotations its texts
 */
record AlertRule(String name, String expression, String duration, Map<String, String> labels,
		Map<String, String> annotations) {

	/**
	 * Return all alerts, in the order of the file.
	 */
	static List<AlertRule> all() {
		Map<String, List<Map<String, Object>>> file = new Yaml().load(Sources.text(Promtool.RULES));
		return file.get("groups").stream().flatMap((group) -> rules(group).stream()).map(AlertRule::of).toList();
	}

	@SuppressWarnings("unchecked")
	private static List<Map<String, Object>> rules(Map<String, Object> group) {
		return (List<Map<String, Object>>) group.get("rules");
	}

	@SuppressWarnings("unchecked")
	private static AlertRule of(Map<String, Object> rule) {
		return new AlertRule((String) rule.get("alert"), (String) rule.get("expr"), (String) rule.get("for"),
				(Map<String, String>) rule.get("labels"), (Map<String, String>) rule.get("annotations"));
	}

	@Override
	public String toString() {
		return this.name;
	}

}
