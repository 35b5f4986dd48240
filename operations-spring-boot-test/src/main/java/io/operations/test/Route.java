package io.operations.test;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.operations.OperationsProduct;
import io.operations.test.SimulatedOperation.Resource;

import org.springframework.web.util.UriUtils;

/**
 * Represents a path that the server of a product serves.
 *
 * @param product the product
 * @param methods the methods that the path allows
 * @param template the path with {@code {id}} for each id
 * @param path the pattern of the path, with a group for a prefix and a group for each id
 * @param resource the name that the product gives to the id of the resource that a write
 * is about; empty if the path is that of an operation
 * @param idPrefix the prefix of the id of a resource that a write creates; empty if the
 * path names the resource
 */
record Route(OperationsProduct product, Set<String> methods, String template, Pattern path, String resource,
		String idPrefix) {

	static final String SNAPSHOT = "cohortSnapshotId";

	private static final String STORES = "/v1/ControlPlane/Stores";

	private static final String CHANGE = "PATCH DELETE";

	// OperationsSimulator.accept() starts an operation as the first write of its product
	// in this list does.
	private static final List<Route> WRITES = List.of(
			creation(OperationsProduct.CONVERSATIONS, "/v2/ControlPlane/Configurations", "configurationId",
					"cfg_configuration"),
			change(OperationsProduct.CONVERSATIONS, "PUT PATCH DELETE", "/v2/ControlPlane/Configurations/{id}",
					"configurationId"),
			change(OperationsProduct.CONVERSATIONS, "DELETE", "/v2/Conversations/{id}", "conversationId"),
			creation(OperationsProduct.MEMORY, STORES, "id", "mem_store"),
			change(OperationsProduct.MEMORY, CHANGE, STORES + "/{id}", "id"),
			change(OperationsProduct.MEMORY, "PUT", STORES + "/{id}/IdentityResolutionSettings", "id"),
			creation(OperationsProduct.MEMORY, STORES + "/{id}/TraitGroups", "id", "traits"),
			change(OperationsProduct.MEMORY, CHANGE, STORES + "/{id}/TraitGroups/{id}", "id"),
			creation(OperationsProduct.MEMORY, STORES + "/{id}/DataMappings", "id", "mem_datamapping"),
			change(OperationsProduct.MEMORY, CHANGE, STORES + "/{id}/DataMappings/{id}", "id"),
			creation(OperationsProduct.KNOWLEDGE, "/v2/ControlPlane/KnowledgeBases", "id", "know_knowledgebase"),
			change(OperationsProduct.KNOWLEDGE, CHANGE, "/v2/ControlPlane/KnowledgeBases/{id}", "id"),
			creation(OperationsProduct.COHORTS, "/preview/CohortSnapshots", SNAPSHOT, "cmp_cohortsnapshot"),
			change(OperationsProduct.COHORTS, "DELETE", "/preview/CohortSnapshots/{id}", SNAPSHOT),
			creation(OperationsProduct.COHORTS, "/preview/Cohorts", "cohortId", "cmp_cohort"),
			change(OperationsProduct.COHORTS, "PUT PATCH DELETE", "/preview/Cohorts/{id}", "cohortId"),
			creation(OperationsProduct.INSIGHTS_QUERIES, "/v3/InsightsDomains/Conversations/QueryJobs", "resultId",
					"proc_job"),
			creation(OperationsProduct.VOICE_TRANSCRIPTIONS, "/v3/Transcriptions", "conversationId",
					"conv_conversation"),
			creation(OperationsProduct.MESSAGES, "/v1/Messages", "id", "comms_message"),
			creation(OperationsProduct.EMAILS, "/v1/Emails", "id", "comms_email"),
			creation(OperationsProduct.SENDER_POOLS, "/v1/SenderPools", "id", "comms_senderpool"),
			change(OperationsProduct.SENDER_POOLS, "POST", "/v1/SenderPools/{id}/Senders", "id"),
			creation(OperationsProduct.PUSH_NOTIFICATIONS, "/v1/PushNotifications", "id", "comms_pushnotification"));

	private static final List<Route> OPERATIONS = Arrays.stream(OperationsProduct.values())
		.map((product) -> new Route(product, Set.of("GET"), product.path(), pattern(product.path()), "", ""))
		.toList();

	private static Route creation(OperationsProduct product, String path, String resource, String idPrefix) {
		return new Route(product, Set.of("POST"), path, pattern(path), resource, idPrefix);
	}

	private static Route change(OperationsProduct product, String methods, String path, String resource) {
		return new Route(product, Set.of(methods.split(" ")), path, pattern(path), resource, "");
	}

	private static Pattern pattern(String path) {
		return Pattern.compile(Arrays.stream(path.split("\\{id}", -1))
			.map((part) -> part.isEmpty() ? "" : Pattern.quote(part))
			.collect(Collectors.joining("([^/]+)", "(.*?)", "")));
	}

	/**
	 * Return the routes that a request fits, whatever its method.
	 * @param request the request
	 * @return the matches, those of operations first
	 */
	static List<Match> find(SimulatedRequest request) {
		return Stream.concat(OPERATIONS.stream(), WRITES.stream())
			.filter((route) -> request.isFor(route.product))
			.flatMap((route) -> route.match(request).stream())
			.toList();
	}

	private Optional<Match> match(SimulatedRequest request) {
		Matcher matcher = this.path.matcher(request.path());
		if (!matcher.matches() || (!request.redirected() && !matcher.group(1).isEmpty())) {
			return Optional.empty();
		}
		try {
			String id = (matcher.groupCount() > 1)
					? UriUtils.decode(matcher.group(matcher.groupCount()), StandardCharsets.UTF_8) : "";
			return Optional.of(new Match(this, matcher.group(1), id));
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	/**
	 * Return the resource of an operation that no write has started.
	 * @param product the product
	 * @return the resource, which the product's first write would create
	 */
	static Resource resource(OperationsProduct product) {
		Route route = WRITES.stream().filter((write) -> write.product == product).findFirst().orElseThrow();
		return route.create(route.template);
	}

	private Resource create(String parent) {
		String id = Ids.of(this.idPrefix);
		return new Resource(this.resource, id, parent + '/' + id);
	}

	boolean isOperation() {
		return this.resource.isEmpty();
	}

	/**
	 * Represents a route that fits a request.
	 *
	 * @param route the route
	 * @param prefix the path before that of the route, which a gateway may require
	 * @param id the last id in the path, decoded; empty if the path has none
	 */
	record Match(Route route, String prefix, String id) {

		OperationsProduct product() {
			return this.route.product;
		}

		String baseUrl(SimulatedRequest request) {
			return request.baseUrl() + this.prefix;
		}

		Resource resource(SimulatedRequest request) {
			String path = request.path().substring(this.prefix.length());
			return this.route.idPrefix.isEmpty() ? new Resource(this.route.resource, this.id, path)
					: this.route.create(path);
		}

	}

}
