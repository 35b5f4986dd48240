package io.operations.internal.tracking.jdbc;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.operations.OperationStatus;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;

/**
 * Contains the conditions and the order of a list of tracked operations. The conditions
 * contain states as literals, because PostgreSQL uses a partial index only if it can
 * prove from the text that each row is in the index.
 *
 * @param sql the end of the statement: the further conditions, the order and the limit
 * @param parameters the values of its parameters
 */
record ListStatement(String sql, Map<String, Object> parameters) {

	/**
	 * The condition of operations whose last delivery failed.
	 */
	static final String FAILING = "(t.state <> 'DELIVERED' AND t.delivery_fault IS NOT NULL)";

	static ListStatement of(TrackingFilter filter) {
		List<String> conditions = new ArrayList<>();
		Map<String, Object> parameters = new LinkedHashMap<>();
		if (!filter.ids().isEmpty()) {
			conditions.add("t.id IN (:ids)");
			parameters.put("ids", filter.ids());
		}
		if (!filter.states().isEmpty()) {
			conditions.add("t.state IN ("
					+ TrackedRows.names(filter.states().stream().sorted().toArray(TrackingState[]::new)) + ")");
		}
		if (filter.kind() != null) {
			conditions.add("t.kind = :kind");
			parameters.put("kind", filter.kind());
		}
		if (filter.status() != null) {
			conditions.add("t.status IN (:statuses)");
			parameters.put("statuses", (filter.status() == OperationStatus.PENDING)
					? List.of(filter.status().name(), TrackedRowMapper.SCHEDULED) : List.of(filter.status().name()));
		}
		if (filter.stuck() != null) {
			conditions.add(filter.stuck() ? "t.stuck" : "NOT t.stuck");
		}
		if (filter.failing() != null) {
			conditions.add(filter.failing() ? FAILING : "NOT " + FAILING);
		}
		if (filter.idPrefix() != null) {
			conditions.add("t.id LIKE :prefix ESCAPE '!'");
			parameters.put("prefix", filter.idPrefix().replaceAll("[!%_]", "!$0") + "%");
		}
		after(filter, conditions, parameters);
		String order = (filter.order() == TrackingFilter.Order.AGE) ? "t.tracked_at, t.id" : "t.id";
		return new ListStatement(conditions.stream().map((condition) -> " AND " + condition).reduce("", String::concat)
				+ " ORDER BY " + order + " LIMIT " + Math.min(filter.limit(), Integer.MAX_VALUE), parameters);
	}

	private static void after(TrackingFilter filter, List<String> conditions, Map<String, Object> parameters) {
		if (filter.after() == null) {
			return;
		}
		parameters.put("after", filter.after());
		if (filter.afterSince() == null) {
			conditions.add("t.id > :after");
			return;
		}
		// As one comparison of rows, both columns bound the scan of the index.
		conditions.add("(t.tracked_at, t.id) > (:since, :after)");
		parameters.put("since", filter.afterSince().atOffset(ZoneOffset.UTC));
	}

}
