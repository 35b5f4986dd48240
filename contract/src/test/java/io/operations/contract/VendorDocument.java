package io.operations.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

import io.operations.OperationsProduct;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The vendor's OpenAPI document of a product.
 *
 * @param product the product
 * @param content the document
 */
record VendorDocument(OperationsProduct product, JsonNode content) {

	/**
	 * The products that have a document, and its name.
	 */
	static final Map<OperationsProduct, String> NAMES = Map.of(OperationsProduct.CONVERSATIONS, "conversations_v2",
			OperationsProduct.MEMORY, "memory_v1", OperationsProduct.KNOWLEDGE, "knowledge_v2",
			OperationsProduct.INSIGHTS_QUERIES, "insights_v3", OperationsProduct.VOICE_TRANSCRIPTIONS, "voice_v3");

	private static final JsonMapper JSON = JsonMapper.builder().build();

	static VendorDocument read(Packages packages, OperationsProduct product) {
		Path file = packages.documents().resolve("twilio_" + NAMES.get(product) + ".json");
		return new VendorDocument(product, JSON.readTree(file.toFile()));
	}

	/**
	 * Return an id that the document allows.
	 * @return the id
	 */
	String id() {
		String prefix = (this.product == OperationsProduct.VOICE_TRANSCRIPTIONS) ? "voice_transcription" : "proc_job";
		return prefix + "_01h9d8r0vte3hz8tykdj329t7r";
	}

	List<String> statuses() {
		JsonNode status = operation(this.content).at("/properties/status");
		return texts(resolve(this.content, status).get("enum"));
	}

	List<Integer> errors() {
		return path(this.content).at("/get/responses")
			.propertyStream()
			.map((response) -> Integer.valueOf(response.getKey()))
			.filter((status) -> status >= 400)
			.toList();
	}

	private static List<String> texts(JsonNode array) {
		return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asString).toList();
	}

	/**
	 * Write a copy of the document that allows a single status and a single id.
	 * @param status the status
	 * @return the file
	 * @throws IOException if the file cannot be written
	 */
	Path narrowTo(String status) throws IOException {
		JsonNode copy = this.content.deepCopy();
		// The other paths would only make Prism slow.
		JsonNode path = path(copy);
		((ObjectNode) copy).putObject("paths").set(this.product.path().replace("{id}", parameter()), path);
		((ObjectNode) answer(copy)).remove(List.of("example", "examples"));
		ObjectNode operation = (ObjectNode) operation(copy);
		operation.remove("example");
		only((ObjectNode) operation.at("/properties/status"), status);
		// A client takes an answer about another operation for a mistake.
		only((ObjectNode) operation.at("/properties/operationId"), id());
		Path file = Files.createTempFile(NAMES.get(this.product), "_" + status + ".json");
		file.toFile().deleteOnExit();
		JSON.writeValue(file.toFile(), copy);
		return file;
	}

	private static void only(ObjectNode schema, String value) {
		schema.removeAll();
		schema.put("type", "string").putArray("enum").add(value);
	}

	// The documents call the parameter differently.
	private String parameter() {
		String before = this.product.path().substring(0, this.product.path().indexOf("{id}"));
		return this.content.get("paths")
			.propertyNames()
			.stream()
			.filter((path) -> path.startsWith(before + "{") && path.endsWith("}"))
			.map((path) -> path.substring(before.length()))
			.filter((parameter) -> parameter.indexOf('/') < 0)
			.findFirst()
			.orElseThrow();
	}

	private JsonNode path(JsonNode document) {
		return document.get("paths").get(this.product.path().replace("{id}", parameter()));
	}

	private JsonNode answer(JsonNode document) {
		JsonNode response = resolve(document, path(document).at("/get/responses/200"));
		return response.at("/content/application~1json");
	}

	private JsonNode operation(JsonNode document) {
		return resolve(document, answer(document).get("schema"));
	}

	@Override
	public String toString() {
		return "document of " + this.product;
	}

	private static JsonNode resolve(JsonNode document, JsonNode node) {
		JsonNode resolved = node;
		while (resolved.has("$ref")) {
			resolved = document.at(resolved.get("$ref").asString().substring(1));
		}
		return resolved;
	}

}
