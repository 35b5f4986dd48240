package io.operations.internal.client;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

import io.operations.AcceptedNames;
import io.operations.AcceptedOperation;
import io.operations.OperationStatus;
import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.sym.PropertyNameMatcher;
import tools.jackson.core.util.Named;

import org.springframework.util.Assert;

/**
 * Describes how a product reports its operations: which member of a response is the id,
 * which are times, what the words of the status mean, and how a {@code 202 Accepted}
 * names the operation. The error, the related ids and the result have the same names in
 * all products. In all products, {@code Retry-After} says when the client may poll again;
 * if it is missing, {@code X-RateLimit-Reset} does. Immutable and thread-safe.
 *
 * @since 0.1.0
 * @see OperationsProduct
 */
public final class OperationFormat {

	private static final Retention AFTER_END = new Retention(Duration.ofDays(7), true);

	private static final Retention AFTER_CREATION = new Retention(Duration.ofDays(7), false);

	private static final String COMMS_ID = "comms_operation_";

	// Several products have ids of this form.
	private static final String COMMON_ID = "proc_job_";

	private static final AcceptedNames COMMS = new AcceptedNames(
			List.of("operationId", AcceptedOperation.OPERATION_ID_HEADER), List.of("operationId"),
			List.of("Operation-Location"), List.of("operationLocation", "statusUrl"), List.of("id"), COMMS_ID);

	private static final Map<OperationsProduct, OperationFormat> PRESETS = new EnumMap<>(OperationsProduct.class);

	static {
		for (OperationsProduct product : OperationsProduct.values()) {
			PRESETS.put(product, new OperationFormat(product, shape(product), Map.of()));
		}
	}

	private final OperationsProduct product;

	private final Shape shape;

	private final Map<String, OperationStatus> words;

	private final PropertyNameMatcher matcher;

	// The role of each member, by its position in the matcher.
	private final Role[] roles;

	private OperationFormat(OperationsProduct product, Shape shape, Map<String, OperationStatus> words) {
		this.product = product;
		this.shape = shape;
		this.words = Map.copyOf(words);
		Map<String, Role> members = shape.members();
		this.matcher = new JsonFactory().constructNameMatcher(members.keySet().stream().map(Named::fromString).toList(),
				false);
		this.roles = Arrays.stream(this.matcher.nameLookup()).map(members::get).toArray(Role[]::new);
	}

	private static Shape shape(OperationsProduct product) {
		return switch (product) {
			case CONVERSATIONS, INSIGHTS_QUERIES ->
				new Shape("operationId", COMMON_ID, null, AFTER_END, AcceptedNames.ANY);
			case MEMORY, KNOWLEDGE -> new Shape("operationId", null, null, AFTER_END, AcceptedNames.ANY);
			case COHORTS -> new Shape("operationId", "cmp_operation_", null, null, AcceptedNames.ANY);
			case VOICE_TRANSCRIPTIONS ->
				new Shape("operationId", "voice_transcription_", "transcription", null, AcceptedNames.ANY);
			case MESSAGES, EMAILS, SENDER_POOLS, PUSH_NOTIFICATIONS ->
				new Shape("id", COMMS_ID, null, AFTER_CREATION, COMMS);
		};
	}

	/**
	 * Return the format of a product.
	 * @param product the product
	 * @return its format
	 */
	public static OperationFormat of(OperationsProduct product) {
		OperationFormat format = PRESETS.get(product);
		Assert.state(format != null, () -> "No format of " + product);
		return format;
	}

	/**
	 * Return this format with further words of the status. Case does not matter.
	 * @param further the words of each status, for instance {@code ACTIVE} for COMPLETED
	 * @return the format
	 * @throws IllegalArgumentException if a word is blank or stands for another status,
	 * too
	 */
	public OperationFormat withWords(Map<OperationStatus, ? extends Collection<String>> further) {
		Map<String, OperationStatus> all = new LinkedHashMap<>(this.words);
		further.forEach((status, words) -> words.forEach((text) -> {
			String word = text.strip().toUpperCase(Locale.ROOT);
			Assert.hasText(word, () -> "A word for " + status + " is blank: remove it");
			OperationStatus known = OperationStatus.of(word, all);
			Assert.isTrue(known == OperationStatus.UNKNOWN || known == status, () -> "The word '" + text
					+ "' must not stand for " + status + ", because it stands for " + known + ": remove it");
			all.put(word, status);
		}));
		return all.isEmpty() ? this : new OperationFormat(this.product, this.shape, all);
	}

	/**
	 * Return the product.
	 * @return the product whose operations have this format
	 */
	public OperationsProduct product() {
		return this.product;
	}

	/**
	 * Return how the response to a write names the operation.
	 * @return the names of headers and members
	 */
	public AcceptedNames acceptedNames() {
		return this.shape.accepted();
	}

	/**
	 * Return what a word of the status means.
	 * @param text the word that the server sent
	 * @return the status; {@link OperationStatus#UNKNOWN} for a word without a meaning
	 */
	public OperationStatus status(String text) {
		return OperationStatus.of(text, this.words);
	}

	/**
	 * Return how long the server keeps an operation.
	 * @return the time; {@code null} if the product does not document it
	 */
	public @Nullable Retention retention() {
		return this.shape.retention();
	}

	/**
	 * Return whether an operation of this form may have an id.
	 * @param id the id
	 * @return {@code false} if its beginning is that of another form, or if this form has
	 * another beginning
	 */
	public boolean mayHaveId(String id) {
		String prefix = this.shape.idPrefix();
		return (prefix != null) ? id.startsWith(prefix)
				: PRESETS.values()
					.stream()
					.map((format) -> format.shape.idPrefix())
					.noneMatch((other) -> other != null && !other.equals(COMMON_ID) && id.startsWith(other));
	}

	/**
	 * Return whether an id begins as the ids of this form do.
	 * @param id the id
	 * @return {@code false} if it does not, or if ids of this form have no known
	 * beginning
	 */
	public boolean hasIdPrefix(String id) {
		return this.shape.idPrefix() != null && mayHaveId(id);
	}

	/**
	 * Return why a response is not an operation of this form. The response has the id
	 * member of another form.
	 * @param id the id in that member
	 * @param statusUrl the URL in the response, {@code null} if there is none
	 * @return a clause that names the products whose operations look like this
	 */
	String differsFrom(String id, @Nullable URI statusUrl) {
		String idMember = this.shape.idMember();
		List<OperationFormat> others = PRESETS.values()
			.stream()
			.filter((format) -> !format.shape.idMember().equals(idMember))
			.toList();
		String path = (statusUrl != null && statusUrl.getRawPath() != null) ? statusUrl.getRawPath() : "";
		List<String> alike = products(others, (format) -> path.startsWith(format.product.path().replace("{id}", "")));
		if (alike.isEmpty()) {
			alike = products(others,
					(format) -> format.shape.idPrefix() != null && id.startsWith(format.shape.idPrefix()));
		}
		if (alike.isEmpty()) {
			alike = products(others, (format) -> true);
		}
		return " of " + this.product + ", because it has '" + others.get(0).shape.idMember() + "' in place of '"
				+ idMember + "'. It looks like an operation of " + String.join(" or ", alike);
	}

	private static List<String> products(List<OperationFormat> formats, Predicate<OperationFormat> filter) {
		return formats.stream().filter(filter).map((format) -> format.product.value()).toList();
	}

	PropertyNameMatcher matcher() {
		return this.matcher;
	}

	Role role(int match) {
		return this.roles[match];
	}

	@Override
	public String toString() {
		return "OperationFormat[" + this.product + "]";
	}

	/**
	 * Says how long a server keeps an operation.
	 *
	 * @param time the time
	 * @param afterEnd whether the time begins with the end of the operation, not with its
	 * creation
	 */
	public record Retention(Duration time, boolean afterEnd) {

		@Override
		public String toString() {
			return this.time.toDays() + " days after its " + (this.afterEnd ? "end" : "creation");
		}

	}

	/**
	 * Holds the parts in which products differ.
	 *
	 * @param idMember the member with the id of the operation
	 * @param idPrefix the prefix of ids; {@code null} if it is not known. The client does
	 * not reject an id with another prefix
	 * @param timesWithin the member with an object that has the times, {@code null} if
	 * the operation itself has the times
	 * @param retention how long the server keeps an operation, {@code null} if it is not
	 * known
	 * @param accepted how the response to a write names the operation
	 */
	private record Shape(String idMember, @Nullable String idPrefix, @Nullable String timesWithin,
			@Nullable Retention retention, AcceptedNames accepted) {

		Map<String, Role> members() {
			Map<String, Role> members = new LinkedHashMap<>();
			members.put("operationId", Role.OTHER_ID);
			members.put("id", Role.OTHER_ID);
			members.put(this.idMember, Role.ID);
			members.put("status", Role.STATUS);
			members.put("createdAt", Role.CREATED_AT);
			members.put("completedAt", Role.COMPLETED_AT);
			members.put("updatedAt", Role.UPDATED_AT);
			members.put("statusUrl", Role.STATUS_URL);
			members.put("error", Role.ERROR);
			members.put("related", Role.RELATED);
			if (this.timesWithin != null) {
				members.put(this.timesWithin, Role.TIMES);
			}
			return members;
		}

	}

	/**
	 * Lists the parts of an operation. A member of a response fills each of them.
	 */
	enum Role {

		ID,

		/**
		 * The id in the form of another product.
		 */
		OTHER_ID, STATUS, CREATED_AT, COMPLETED_AT, UPDATED_AT, STATUS_URL, ERROR, RELATED,

		/**
		 * An object with the times.
		 */
		TIMES

	}

}
