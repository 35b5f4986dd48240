package io.operations.client;

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
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.ProblemDetail;
import org.springframework.util.StringUtils;

/**
 * Reads an operation from JSON, token by token. The names of the members are explicit, so
 * the configuration of an application's mapper has no effect. A value of an unexpected
 * type is not an error: the reader keeps it among the details.
 */
final class OperationReader {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private final String id;

	private final URI uri;

	private final Map<String, String> related = new LinkedHashMap<>(4);

	// Created only if needed, which is rare.
	private @Nullable Map<String, @Nullable Object> details;

	// The id of the operation if the body does not contain one.
	private final @Nullable String idHeader;

	private boolean namesItself;

	private @Nullable String statusText;

	private @Nullable Instant createdAt;

	private @Nullable Instant completedAt;

	private @Nullable URI statusUrl;

	private @Nullable ProblemDetail error;

	private OperationReader(String id, URI uri, @Nullable String idHeader) {
		this.id = id;
		this.uri = uri;
		this.idHeader = idHeader;
	}

	/**
	 * Read an operation.
	 * @param id the requested id
	 * @param uri the URI of the request
	 * @param idHeader the id in a header of the response; {@code null} if there is none
	 * @param json the body of the response
	 * @return the operation, with an empty status text if the body has none; {@code null}
	 * if the body is not a single JSON object
	 * @throws JacksonException if the body is not JSON
	 */
	static @Nullable Operation read(String id, URI uri, @Nullable String idHeader, byte[] json)
			throws JacksonException {
		try (JsonParser parser = MAPPER.createParser(json)) {
			if (parser.nextToken() != JsonToken.START_OBJECT) {
				return null;
			}
			OperationReader reader = new OperationReader(id, uri, idHeader);
			for (String name = parser.nextName(); name != null; name = parser.nextName()) {
				reader.property(name, parser.nextToken(), parser);
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

	private void property(String name, JsonToken token, JsonParser parser) {
		switch (name) {
			case "operationId" -> {
				String text = parser.getValueAsString();
				this.namesItself = this.id.equals(text);
				if (!this.namesItself) {
					keepUnlessNull(name, token, parser);
				}
			}
			case "status" -> this.statusText = parsed(name, token, parser, Function.identity());
			case "createdAt" -> this.createdAt = parsed(name, token, parser, TimestampReader::read);
			case "completedAt" -> this.completedAt = parsed(name, token, parser, TimestampReader::read);
			case "statusUrl" -> this.statusUrl = parsed(name, token, parser, this::statusUrl);
			case "error" -> {
				if (token == JsonToken.START_OBJECT) {
					this.error = problem(parser);
				}
				else {
					keepUnlessNull(name, token, parser);
				}
			}
			case "related" -> {
				if (token == JsonToken.START_OBJECT) {
					related(parser);
				}
				else {
					keepUnlessNull(name, token, parser);
				}
			}
			default -> detail(name, value(token, parser));
		}
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

	@SuppressWarnings("unchecked")
	private ProblemDetail problem(JsonParser parser) {
		Map<String, @Nullable Object> members = new LinkedHashMap<>(parser.readValueAs(Map.class));
		ProblemDetail problem = ProblemDetail.forStatus(0);
		if (members.get("status") instanceof Integer status) {
			problem.setStatus(status);
			members.remove("status");
		}
		URI type = memberUri(members, "type");
		if (type != null) {
			problem.setType(type);
		}
		problem.setInstance(memberUri(members, "instance"));
		problem.setTitle(memberText(members, "title"));
		problem.setDetail(memberText(members, "detail"));
		// The vendor's own format of an error, whose two members mean the same.
		if (!StringUtils.hasText(problem.getDetail()) && members.get("message") instanceof String message) {
			problem.setDetail(message);
		}
		if (problem.getStatus() == 0 && members.get("httpStatusCode") instanceof Integer status) {
			problem.setStatus(status);
		}
		members.forEach(problem::setProperty);
		return problem;
	}

	private static @Nullable String memberText(Map<String, @Nullable Object> members, String name) {
		if (members.get(name) instanceof String text) {
			members.remove(name);
			return text;
		}
		return null;
	}

	private static @Nullable URI memberUri(Map<String, @Nullable Object> members, String name) {
		URI uri = (members.get(name) instanceof String text) ? uri(text) : null;
		if (uri != null) {
			members.remove(name);
		}
		return uri;
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

	// Usually the URL of the request. Parsing it again would allocate half a kilobyte.
	private @Nullable URI statusUrl(String text) {
		return text.equals(this.uri.toString()) ? this.uri : uri(text);
	}

	private static @Nullable URI uri(String text) {
		try {
			return URI.create(text);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private Operation operation() {
		String text = (this.statusText != null) ? this.statusText : "";
		OperationStatus status = OperationStatus.of(text);
		// Shares the text, because waits keep their operations for long.
		text = status.name().equals(text) ? status.name() : text;
		if (!this.namesItself && this.idHeader != null && !this.idHeader.equals(this.id)
				&& (this.details == null || !this.details.containsKey("operationId"))) {
			detail("operationId", this.idHeader);
		}
		return new Operation(this.id, status, text, this.createdAt, this.completedAt, this.statusUrl, this.error,
				this.related, (this.details != null) ? this.details : Map.of());
	}

}
