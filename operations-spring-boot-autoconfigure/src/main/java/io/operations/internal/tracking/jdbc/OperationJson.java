package io.operations.internal.tracking.jdbc;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.ProblemDetail;

/**
 * Reads and writes operations, attributes and related ids as JSON. Another version of the
 * library may have written the JSON, so unknown members are ignored and missing members
 * have defaults.
 */
final class OperationJson {

	private static final TypeReference<LinkedHashMap<String, @Nullable Object>> OBJECT = new TypeReference<>() {
	};

	private static final TypeReference<List<Number>> NUMBERS = new TypeReference<>() {
	};

	// Not the application's mapper, whose settings would change the format.
	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	String write(Map<String, String> texts) {
		return MAPPER.writeValueAsString(texts);
	}

	String write(List<Duration> durations) {
		return MAPPER.writeValueAsString(durations.stream().map(Duration::toMillis).toList());
	}

	List<Duration> readDurations(@Nullable String json) {
		try {
			List<Number> millis = (json != null) ? MAPPER.readValue(json, NUMBERS) : List.of();
			return millis.stream().map((number) -> Duration.ofMillis(number.longValue())).toList();
		}
		catch (JacksonException ex) {
			return List.of();
		}
	}

	Map<String, String> readTexts(@Nullable String json) {
		Map<String, String> texts = new LinkedHashMap<>();
		read(json).forEach((key, value) -> {
			if (value != null) {
				texts.put(key, value.toString());
			}
		});
		return Collections.unmodifiableMap(texts);
	}

	@Nullable String write(@Nullable Operation operation) {
		if (operation == null) {
			return null;
		}
		Map<String, @Nullable Object> object = new LinkedHashMap<>();
		object.put("status", operation.statusText());
		if (operation.status() != OperationStatus.of(operation.statusText())) {
			// The application configured what the word means.
			object.put("meaning", operation.status().name());
		}
		object.put("createdAt", text(operation.createdAt()));
		object.put("completedAt", text(operation.completedAt()));
		object.put("statusUrl", text(operation.statusUrl()));
		object.put("error", error(operation.error()));
		object.put("related", operation.related());
		object.put("details", operation.details());
		return MAPPER.writeValueAsString(object);
	}

	private static @Nullable String text(@Nullable Object value) {
		return (value != null) ? value.toString() : null;
	}

	private static @Nullable Map<String, @Nullable Object> error(@Nullable ProblemDetail error) {
		if (error == null) {
			return null;
		}
		Map<String, @Nullable Object> object = new LinkedHashMap<>();
		object.put("type", text(error.getType()));
		object.put("title", error.getTitle());
		object.put("status", error.getStatus());
		object.put("detail", error.getDetail());
		object.put("instance", text(error.getInstance()));
		object.put("properties", error.getProperties());
		return object;
	}

	@Nullable Operation readOperation(String id, @Nullable String json) {
		if (json == null) {
			return null;
		}
		Map<String, @Nullable Object> object = read(json);
		String status = (object.get("status") instanceof String text) ? text : "";
		Map<String, String> related = new LinkedHashMap<>();
		object(object.get("related")).forEach((key, value) -> {
			if (value != null) {
				related.put(key, value.toString());
			}
		});
		OperationStatus meaning = OperationStatus.of((object.get("meaning") instanceof String text) ? text : status);
		return new Operation(id, meaning, status, instant(object.get("createdAt")), instant(object.get("completedAt")),
				uri(object.get("statusUrl")), error(object.get("error")), related, object(object.get("details")));
	}

	private static @Nullable ProblemDetail error(@Nullable Object value) {
		if (!(value instanceof Map<?, ?>)) {
			return null;
		}
		Map<String, @Nullable Object> object = object(value);
		ProblemDetail error = ProblemDetail
			.forStatus((object.get("status") instanceof Number number) ? number.intValue() : 0);
		URI type = uri(object.get("type"));
		if (type != null) {
			error.setType(type);
		}
		error.setTitle(text(object.get("title")));
		error.setDetail(text(object.get("detail")));
		error.setInstance(uri(object.get("instance")));
		object(object.get("properties")).forEach(error::setProperty);
		return error;
	}

	private Map<String, @Nullable Object> read(@Nullable String json) {
		try {
			return (json != null) ? MAPPER.readValue(json, OBJECT) : Map.of();
		}
		catch (JacksonException ex) {
			return Map.of();
		}
	}

	private static Map<String, @Nullable Object> object(@Nullable Object value) {
		Map<String, @Nullable Object> object = new LinkedHashMap<>();
		if (value instanceof Map<?, ?> members) {
			members.forEach((key, member) -> object.put(String.valueOf(key), member));
		}
		return object;
	}

	private static @Nullable Instant instant(@Nullable Object value) {
		try {
			return (value instanceof String text) ? Instant.parse(text) : null;
		}
		catch (DateTimeParseException ex) {
			return null;
		}
	}

	private static @Nullable URI uri(@Nullable Object value) {
		try {
			return (value instanceof String text) ? URI.create(text) : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
