package io.operations.ui;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * An endpoint {@code operations} that answers what the test has written down.
 */
@WebEndpoint(id = "operations")
class CannedOperations {

	static final String STUCK = "IFstuck0000000000000000000000001";

	static final String FAILING = "IFfails0000000000000000000000002";

	static final String FORGED = "<img src=x onerror=\"document.title='forged'\"><script>document.title='forged'</script>";

	/**
	 * The ages, in seconds, at which each operation is polled.
	 */
	private static final List<Integer> AGES = List.of(0, 10, 30, 60, 110, 150, 190, 250);

	private static final Map<String, String> FAULTS = Map.of("throttled", "HTTP 429 (20429)", "unavailable", "HTTP 503",
			"not-found", "HTTP 404 (20404)", "error", "Connection reset");

	private final List<String> calls = new CopyOnWriteArrayList<>();

	private volatile Instant start = Instant.now();

	private volatile List<Map<String, @Nullable Object>> rows;

	private volatile UnaryOperator<Object> change = UnaryOperator.identity();

	private volatile String access = "unrestricted";

	private volatile int status = WebEndpointResponse.STATUS_OK;

	private volatile @Nullable String failingClient;

	private volatile @Nullable String trackingFault;

	CannedOperations() {
		this.rows = usual();
	}

	void reset() {
		this.start = Instant.now();
		this.rows = usual();
		this.change = UnaryOperator.identity();
		this.access = "unrestricted";
		this.status = WebEndpointResponse.STATUS_OK;
		this.failingClient = null;
		this.trackingFault = null;
		this.calls.clear();
	}

	List<String> calls() {
		return List.copyOf(this.calls);
	}

	void access(String access) {
		this.access = access;
	}

	void status(int status) {
		this.status = status;
	}

	/**
	 * Answer requests for this client with an error.
	 */
	void failFor(String client) {
		this.failingClient = client;
	}

	/**
	 * Answer without a summary of the tracked operations, as if the store could not be
	 * reached.
	 */
	void trackingFault(String trackingFault) {
		this.trackingFault = trackingFault;
	}

	/**
	 * Replace each text of each answer, as a server or a handler might that is not to be
	 * trusted.
	 */
	void forge() {
		this.change = CannedOperations::forged;
	}

	void rows(List<Map<String, @Nullable Object>> rows) {
		this.rows = List.copyOf(rows);
	}

	List<Map<String, @Nullable Object>> many(int count) {
		return IntStream.range(0, count)
			.mapToObj((i) -> row("IFmany%026d".formatted(i), "TRACKED", Map.of("age", "PT" + (count - i) + "S")))
			.toList();
	}

	private List<Map<String, @Nullable Object>> usual() {
		List<Map<String, @Nullable Object>> all = new ArrayList<>();
		all.add(row("IFgivenup00000000000000000000003", "UNDELIVERED",
				Map.of("age", "PT1H2M", "status", "FAILED", "outcome", "FAILED", "endedAt", at(-3690), "attempts", 10,
						"deliveryFault", "java.net.ConnectException: Connection refused", "kind", "campaign")));
		all.add(row(STUCK, "AWAITED", Map.of("age", "PT5M3S", "stuck", true, "waits", 2)));
		all.add(row(FAILING, "ENDED",
				Map.of("age", "PT1M30S", "status", "COMPLETED", "outcome", "COMPLETED", "endedAt", at(-60), "attempts",
						4, "deliveryFault", "java.lang.IllegalStateException: the table 'orders' is locked")));
		for (int i = 0; i < 60; i++) {
			all.add(row("IFplain000000000000000000000%04d".formatted(i), "TRACKED",
					Map.of("age", "PT" + (70 - i) + "S")));
		}
		return all;
	}

	private String at(long seconds) {
		return this.start.plusSeconds(seconds).toString();
	}

	Map<String, @Nullable Object> row(String id, String state, Map<String, Object> other) {
		Map<String, @Nullable Object> row = new LinkedHashMap<>();
		row.put("client", "operations");
		row.put("id", id);
		row.put("kind", "configuration");
		row.put("state", state);
		row.put("waits", state.equals("AWAITED") ? 1 : 0);
		row.put("status", "RUNNING");
		row.put("stuck", false);
		row.put("age", "PT30S");
		Duration age = Duration.parse(String.valueOf(other.getOrDefault("age", "PT30S")));
		Duration polled = other.containsKey("endedAt") ? Duration.ofSeconds(30) : age;
		row.put("since", this.start.minus(age).toString());
		row.put("deadline", at(600));
		row.put("polls", AGES.stream().filter((poll) -> poll <= polled.toSeconds()).count());
		row.put("nextDue", state.equals("UNDELIVERED") ? null : at(20));
		row.put("lastFault", null);
		row.put("outcome", null);
		row.put("endedAt", null);
		row.put("attempts", 0);
		row.put("deliveryFault", null);
		row.put("createdAt", null);
		row.put("completedAt", null);
		row.put("error", null);
		row.put("related", Map.of());
		row.put("attributes", Map.of());
		row.putAll(other);
		return row;
	}

	@ReadOperation
	WebEndpointResponse<Object> operations(@Nullable String client, @Nullable String kind, @Nullable String state,
			@Nullable String status, @Nullable Boolean stuck, @Nullable Boolean failing, @Nullable String id,
			@Nullable String order, @Nullable String after, @Nullable Integer size) {
		if (this.status != WebEndpointResponse.STATUS_OK) {
			return new WebEndpointResponse<>(Map.of("message", "The store cannot be reached."), this.status);
		}
		String name = (client != null) ? client : "operations";
		if (name.equals(this.failingClient)) {
			return new WebEndpointResponse<>(Map.of("message", "The store of '" + name + "' cannot be reached."), 503);
		}
		List<Map<String, @Nullable Object>> found = this.rows.stream()
			.filter((row) -> name.equals(row.get("client")))
			.filter((row) -> kind == null || kind.equals(row.get("kind")))
			.filter((row) -> state == null || state.equalsIgnoreCase((String) row.get("state")))
			.filter((row) -> status == null || status.equals(row.get("status")))
			.filter((row) -> stuck == null || stuck.equals(row.get("stuck")))
			.filter((row) -> failing == null || failing == (row.get("deliveryFault") != null))
			.filter((row) -> id == null || String.valueOf(row.get("id")).startsWith(id))
			.toList();
		int from = (after != null) ? Integer.parseInt(after) : 0;
		int to = Math.min(found.size(), from + ((size != null) ? size : 50));
		Map<String, @Nullable Object> answer = new LinkedHashMap<>();
		answer.put("time", Instant.now().toString());
		answer.put("instance", "orders-1:4711");
		answer.put("holder", "orders-1:4711");
		answer.put("access", this.access);
		answer.put("client", name);
		answer.put("clients", List.of("operations", "campaigns"));
		answer.put("accounts", Map.of("operations", account("PT0S", false), "campaigns", account("PT42S", true)));
		answer.put("learned", Map.of("configuration", learned()));
		answer.put("tracking", (this.trackingFault == null) ? tracking() : null);
		answer.put("trackingFault", this.trackingFault);
		answer.put("operations", found.subList(from, to));
		answer.put("next", (to < found.size() && to > from) ? String.valueOf(to) : null);
		return new WebEndpointResponse<>(this.change.apply(answer));
	}

	private static Map<String, @Nullable Object> account(String paused, boolean unavailable) {
		Map<String, @Nullable Object> account = new LinkedHashMap<>(
				Map.of("awaited", 1, "waits", 2, "maxWaits", 100000, "oldest", "PT5M3S", "stuck", unavailable ? 0 : 1,
						"backlogAge", "PT0S", "queued", 3, "maxQueued", 1000));
		account.putAll(Map.of("retrying", 0, "inFlight", 2, "inFlightLimit", 12, "maxInFlight", 16, "pausedFor", paused,
				"serverUnavailable", unavailable, "unavailableFor", unavailable ? "PT1M3S" : "PT0S", "rate", 20.0,
				"requestsPerSecond", 3.5, "instances", unavailable ? 2 : 1));
		account.put("budgetUnavailable", false);
		account.put("pausedBy", unavailable ? "server" : null);
		return account;
	}

	private static Map<String, Object> learned() {
		List<String> points = IntStream.range(0, 32)
			.mapToObj((i) -> Duration.ofMillis((long) (10_000 + 21_000 * Math.pow(i / 31.0, 1.5))).toString())
			.toList();
		return Map.of("ends", 40, "median", "PT20S", "upperQuantile", "PT31S", "polls", 3.1, "lag", "PT1.2S", "points",
				points);
	}

	private Map<String, Object> tracking() {
		return Map.of("states", Map.of("TRACKED", 60, "ENDED", 1, "UNDELIVERED", 1), "statuses", Map.of("RUNNING", 60),
				"unseen", 0, "stuck", 0, "failing", 1, "undelivered", 1, "ended", 1, "oldest", "PT1H2M", "backlog", 0,
				"backlogAge", "PT0S");
	}

	@ReadOperation
	WebEndpointResponse<Object> operation(@Selector String client, @Selector String id) {
		return this.rows.stream()
			.filter((row) -> id.equals(row.get("id")) || id.equals(forged(String.valueOf(row.get("id")))))
			.findFirst()
			.map((row) -> new WebEndpointResponse<>(this.change.apply(detailed(row))))
			.orElseGet(() -> new WebEndpointResponse<>(Map.of("message", "No tracked operation has this id."),
					WebEndpointResponse.STATUS_NOT_FOUND));
	}

	private Map<String, @Nullable Object> detailed(Map<String, @Nullable Object> row) {
		Map<String, @Nullable Object> all = new LinkedHashMap<>(row);
		Instant since = Instant.parse((String) Objects.requireNonNull(row.get("since")));
		boolean ended = row.get("endedAt") != null;
		String last = (String) row.get("status");
		all.put("statusSince", since.plusSeconds(ended ? 30 : 10).toString());
		all.put("expected", learned());
		List<String> outcomes = List.of("success", "success", "success", "throttled", "unavailable", "not-found",
				"error", "success");
		List<Map<String, @Nullable Object>> history = new ArrayList<>();
		for (int i = 0; i < Math.toIntExact((Long) Objects.requireNonNull(row.get("polls"))); i++) {
			Instant time = since.plusSeconds(AGES.get(i));
			String outcome = outcomes.get(i);
			boolean success = outcome.equals("success");
			String status = (i == 0) ? "PENDING" : (i == 1) ? "RUNNING" : last;
			int delay = (i < AGES.size() - 1) ? AGES.get(i + 1) - AGES.get(i) : 73;
			history.add(event(time, "poll", outcome, success ? status : null,
					(ended && i == 2) ? null : Duration.ofSeconds(delay).toString(), FAULTS.get(outcome)));
			if (i < 2 || (ended && i == 2)) {
				history.add(event(time, "status", null, status, null, null));
			}
		}
		int attempts = (Integer) Objects.requireNonNull(row.get("attempts"));
		for (int i = 0; i < attempts; i++) {
			history.add(event(since.plusSeconds(30 + 10L * i), "delivery", "error", null, null,
					(String) row.get("deliveryFault")));
		}
		all.putIfAbsent("history", history);
		return all;
	}

	static Map<String, @Nullable Object> event(Instant time, String event, @Nullable String outcome,
			@Nullable String status, @Nullable String delay, @Nullable String fault) {
		Map<String, @Nullable Object> all = new LinkedHashMap<>();
		all.put("time", time.toString());
		all.put("event", event);
		all.put("outcome", outcome);
		all.put("status", status);
		all.put("delay", delay);
		all.put("fault", fault);
		return all;
	}

	@WriteOperation
	WebEndpointResponse<Object> act(String action, String client, @Nullable String duration, @Nullable String kind,
			@Nullable String id) {
		this.calls.add(action + " " + client + ((duration != null) ? " " + duration : ""));
		return new WebEndpointResponse<>(Map.of("accepted", 1, "more", true, "scope", "all instances"));
	}

	@WriteOperation
	WebEndpointResponse<Object> redeliver(@Selector String client, @Selector String id) {
		this.calls.add("redeliver " + client + " " + id);
		return new WebEndpointResponse<>(Map.of("accepted", true), 202);
	}

	@DeleteOperation
	WebEndpointResponse<Object> forget(@Selector String client, @Selector String id) {
		this.calls.add("forget " + client + " " + id);
		this.rows = this.rows.stream().filter((row) -> !Objects.equals(id, row.get("id"))).toList();
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
	}

	private static Object forged(Object value) {
		if (value instanceof Map<?, ?> map) {
			Map<Object, @Nullable Object> all = new LinkedHashMap<>();
			// The only key that a server may choose is the name of a kind.
			map.forEach((key, member) -> all.put("configuration".equals(key) ? forged(key) : key,
					(member != null) ? forged(member) : null));
			return all;
		}
		if (value instanceof List<?> list) {
			return list.stream().map((one) -> forged(Objects.requireNonNull(one))).toList();
		}
		// Durations, times and the words that the page knows are left, for else nothing
		// would
		// be drawn.
		if (value instanceof String text
				&& !text.matches("PT.*|20\\d\\d-.*|unrestricted|poll|status|delivery|success|error|throttled|TRACKED|"
						+ "AWAITED|ENDED|UNDELIVERED|operations|campaigns")) {
			return FORGED + text;
		}
		return value;
	}

}
