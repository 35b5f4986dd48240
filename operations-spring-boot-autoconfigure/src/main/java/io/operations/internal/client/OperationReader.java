package io.operations.internal.client;

import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.operations.Operation;
import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.sym.PropertyNameMatcher;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.ProblemDetail;

/**
 * Reads an operation from JSON, token by token. The format gives each member its role, so
 * the configuration of an application's mapper has no effect. A value of an unexpected
 * type is not an error: the reader keeps it among the details.
 */
final class OperationReader {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	// The detail in which Operation.answeredId() finds the id of another operation.
	private static final String ANSWERED_ID = "operationId";

	private final OperationFormat format;

	private final String id;

	private final URI uri;

	private final Map<String, String> related = new LinkedHashMap<>(4);

	// Created only if needed, which is rare.
	private @Nullable Map<String, @Nullable Object> details;

	// The id of the operation if the body does not contain one.
	private final @Nullable String idHeader;

	private boolean namesItself;

	private boolean hasId;

	private @Nullable String otherId;

	private @Nullable String statusText;

	private @Nullable Instant createdAt;

	private @Nullable Instant completedAt;

	private @Nullable Instant updatedAt;

	private @Nullable URI statusUrl;

	private @Nullable ProblemDetail error;

	private OperationReader(OperationFormat format, String id, URI uri, @Nullable String idHeader) {
		this.format = format;
		this.id = id;
		this.uri = uri;
		this.idHeader = idHeader;
	}

	/**
	 * Read an operation.
	 * @param format the format of the operation
	 * @param id the requested id
	 * @param uri the URI of the request
	 * @param idHeader the id in a header of the response; {@code null} if there is none
	 * @param json the body of the response
	 * @return the operation, with an empty status text if the body has none; {@code null}
	 * if the body is not a single JSON object
	 * @throws JacksonException if the body is not JSON
	 * @throws OtherFormatException if the operation has the format of another product
	 */
	static @Nullable Operation read(OperationFormat format, String id, URI uri, @Nullable String idHeader, byte[] json)
			throws JacksonException, OtherFormatException {
		try (JsonParser parser = MAPPER.createParser(json)) {
			if (parser.nextToken() != JsonToken.START_OBJECT) {
				return null;
			}
			OperationReader reader = new OperationReader(format, id, uri, idHeader);
			PropertyNameMatcher names = format.matcher();
			int match = parser.nextNameMatch(names);
			while (match != PropertyNameMatcher.MATCH_END_OBJECT) {
				String name = parser.currentName();
				JsonToken token = parser.nextToken();
				if (match >= 0) {
					reader.member(format.role(match), name, token, parser);
				}
				else {
					reader.detail(name, value(token, parser));
				}
				match = parser.nextNameMatch(names);
			}
			return (parser.nextToken() == null) ? reader.operation() : null;
		}
	}

	/**
	 * Read the members of a JSON object leniently.
	 * @param json the body of an error response
	 * @return the members of the object; for a list a single member {@code errors}; empty
	 * if the body is neither
	 */
	@SuppressWarnings("unchecked")
	static Map<String, ?> readMembers(byte[] json) {
		try {
			Object body = MAPPER.readValue(json, Object.class);
			if (body instanceof List<?> errors) {
				return Map.of("errors", errors);
			}
			return (body instanceof Map<?, ?> map) ? (Map<String, ?>) map : Map.of();
		}
		catch (JacksonException ex) {
			return Map.of();
		}
	}

	private void member(OperationFormat.Role role, String name, JsonToken token, JsonParser parser) {
		switch (role) {
			case ID -> id(token, parser);
			case OTHER_ID -> {
				Object value = value(token, parser);
				this.otherId = (value instanceof String text) ? text : null;
				detail(name, value);
			}
			case STATUS -> this.statusText = parsed(name, token, parser, Function.identity());
			case CREATED_AT -> this.createdAt = parsed(name, token, parser, TimestampReader::read);
			case COMPLETED_AT -> this.completedAt = parsed(name, token, parser, TimestampReader::read);
			case UPDATED_AT -> {
				this.updatedAt = (token == JsonToken.VALUE_STRING) ? TimestampReader.read(parser.getString()) : null;
				detail(name, value(token, parser));
			}
			case STATUS_URL -> this.statusUrl = parsed(name, token, parser, this::statusUrl);
			case ERROR -> {
				if (token == JsonToken.START_OBJECT) {
					this.error = ProblemReader.read(parser);
				}
				else {
					keepUnlessNull(name, token, parser);
				}
			}
			case RELATED -> {
				if (token == JsonToken.START_OBJECT) {
					related(parser);
				}
				else {
					keepUnlessNull(name, token, parser);
				}
			}
			case TIMES -> {
				Object value = value(token, parser);
				detail(name, value);
				times(value);
			}
		}
	}

	private void id(JsonToken token, JsonParser parser) {
		this.hasId = token != JsonToken.VALUE_NULL;
		this.namesItself = this.id.equals(parser.getValueAsString());
		if (!this.namesItself) {
			keepUnlessNull(ANSWERED_ID, token, parser);
		}
	}

	// Times of the operation itself take precedence.
	private void times(@Nullable Object value) {
		if (value instanceof Map<?, ?> members) {
			this.createdAt = (this.createdAt != null) ? this.createdAt : time(members.get("createdAt"));
			this.completedAt = (this.completedAt != null) ? this.completedAt : time(members.get("completedAt"));
			this.updatedAt = (this.updatedAt != null) ? this.updatedAt : time(members.get("updatedAt"));
		}
	}

	private static @Nullable Instant time(@Nullable Object value) {
		return (value instanceof String text) ? TimestampReader.read(text) : null;
	}

	private void related(JsonParser parser) {
		for (String name = parser.nextName(); name != null; name = parser.nextName()) {
			JsonToken token = parser.nextToken();
			if (token == JsonToken.VALUE_STRING) {
				this.related.put(name, parser.getString());
			}
			else if (token != JsonToken.VALUE_NULL) {
				this.related.put(name, parser.readValueAsTree().toString());
			}
		}
	}

	private <T> @Nullable T parsed(String name, JsonToken token, JsonParser parser,
			Function<String, @Nullable T> reader) {
		T parsed = (token == JsonToken.VALUE_STRING) ? reader.apply(parser.getString()) : null;
		if (parsed == null) {
			keepUnlessNull(name, token, parser);
		}
		return parsed;
	}

	private void keepUnlessNull(String name, JsonToken token, JsonParser parser) {
		if (token != JsonToken.VALUE_NULL) {
			detail(name, value(token, parser));
		}
	}

	private static @Nullable Object value(JsonToken token, JsonParser parser) {
		return switch (token) {
			case VALUE_NULL -> null;
			case VALUE_STRING -> parser.getString();
			default -> parser.readValueAs(Object.class);
		};
	}

	private void detail(String name, @Nullable Object value) {
		if (this.details == null) {
			this.details = new LinkedHashMap<>();
		}
		this.details.put(name, value);
	}

	// The URL is usually that of the request. Parsing it again would allocate half a
	// kilobyte.
	private @Nullable URI statusUrl(String text) {
		return text.equals(this.uri.toString()) ? this.uri : ProblemReader.uri(text);
	}

	private Operation operation() {
		boolean named = this.hasId || this.idHeader != null;
		if (!named && this.otherId != null && this.statusText != null) {
			throw new OtherFormatException(this.format.differsFrom(this.otherId, this.statusUrl));
		}
		String text = (this.statusText != null) ? this.statusText : "";
		OperationStatus status = this.format.status(text);
		if (!this.hasId && this.idHeader != null && !this.idHeader.equals(this.id)) {
			detail(ANSWERED_ID, this.idHeader);
		}
		else if (this.namesItself && this.details != null) {
			// The product has the id in another member. The value of this member must not
			// look like the id of another operation.
			this.details.remove(ANSWERED_ID);
		}
		Instant ended = (this.completedAt == null && status.isTerminal()) ? this.updatedAt : this.completedAt;
		return new Operation(this.id, status, shared(text), this.createdAt, ended, this.statusUrl, this.error,
				this.related, (this.details != null) ? this.details : Map.of());
	}

	// Shares the text, because waits keep their operations for long.
	private static String shared(String text) {
		return switch (text) {
			case "PENDING" -> "PENDING";
			case "SCHEDULED" -> "SCHEDULED";
			case "RUNNING" -> "RUNNING";
			case "PROCESSING" -> "PROCESSING";
			case "COMPLETED" -> "COMPLETED";
			default -> text;
		};
	}

}
