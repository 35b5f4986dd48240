package io.operations;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.http.ProblemDetail;

/**
 * Finds the explanation and the code in an error that the server sends. Products use
 * different names and nest them at different depths. Some products send a text or a list
 * instead of an object.
 */
final class ErrorText {

	private static final String CODE = "code";

	private static final List<String> NESTED = List.of("error", "errors");

	private static final List<String> WORDS_OF_AN_ANSWER = List.of("message", "detail", "title");

	private static final List<String> WORDS_OF_AN_OPERATION = List.of("detail", "message", "title");

	private ErrorText() {
	}

	/**
	 * Return a text with a full stop at its end, so that another sentence can follow.
	 * @param text the text
	 * @return the text as it is if it ends with a full stop
	 */
	static String sentence(@Nullable String text) {
		return (text != null && text.endsWith(".")) ? text : text + ".";
	}

	/**
	 * Return the message of an error response.
	 * @param body the body of the response
	 * @return the first message in it; {@code null} if it has none
	 */
	static @Nullable String message(@Nullable Object body) {
		return find(body, (value) -> (value instanceof Map<?, ?> members) ? words(members, WORDS_OF_AN_ANSWER)
				: (value instanceof String text) ? scalar(text) : null);
	}

	/**
	 * Return the vendor's code of an error response.
	 * @param body the body of the response
	 * @return the first code in it; {@code null} if it has none
	 */
	static @Nullable Integer code(@Nullable Object body) {
		return find(body, (value) -> (value instanceof Map<?, ?> members) ? integer(members.get(CODE)) : null);
	}

	private static <T> @Nullable T find(@Nullable Object value, Function<Object, @Nullable T> reader) {
		if (value == null) {
			return null;
		}
		T found = reader.apply(value);
		if (found != null) {
			return found;
		}
		Collection<?> within = (value instanceof Map<?, ?> members) ? NESTED.stream().map(members::get).toList()
				: (value instanceof Collection<?> elements) ? elements : List.of();
		return within.stream().map((each) -> find(each, reader)).filter(Objects::nonNull).findFirst().orElse(null);
	}

	/**
	 * Return why an operation ended without success.
	 * @param operation the operation
	 * @return one printable line with the vendor's code; {@code null} if the server sent
	 * no explanation
	 */
	static @Nullable String of(Operation operation) {
		Object error = members(operation.error());
		String text = all(error);
		Map<String, @Nullable Object> details = operation.details();
		for (String name : NESTED) {
			if (text == null && details.get(name) != null) {
				error = details.get(name);
				text = all(error);
			}
		}
		if (text == null && operation.status() == OperationStatus.FAILED) {
			text = scalar(details.get("message"));
		}
		String code = find(error, (value) -> (value instanceof Map<?, ?> members) ? scalar(members.get(CODE)) : null);
		if (text == null) {
			return (code != null) ? CODE + " " + OperationsErrorResponse.printable(code) : null;
		}
		String line = OperationsErrorResponse.printable(text);
		return (code != null) ? line + " (" + CODE + " " + OperationsErrorResponse.printable(code) + ")" : line;
	}

	private static Map<String, @Nullable Object> members(@Nullable ProblemDetail error) {
		Map<String, @Nullable Object> members = new LinkedHashMap<>();
		if (error != null) {
			members.put("detail", error.getDetail());
			members.put("title", error.getTitle());
			members.put("type", (error.getType() != null) ? error.getType().toString() : null);
			members.remove("type", "about:blank");
			if (error.getProperties() != null) {
				members.putAll(error.getProperties());
			}
		}
		return members;
	}

	// This method collects all texts, because a list may contain several reasons.
	private static @Nullable String all(@Nullable Object value) {
		Set<String> texts = new LinkedHashSet<>();
		if (value instanceof Collection<?> elements) {
			for (Object element : elements) {
				add(texts, "", all(element));
			}
			return joined("; ", texts);
		}
		if (!(value instanceof Map<?, ?> members)) {
			return scalar(value);
		}
		String words = words(members, WORDS_OF_AN_OPERATION);
		for (String name : NESTED) {
			words = (words != null) ? words : all(members.get(name));
		}
		if (words != null) {
			return words;
		}
		members.forEach((name, member) -> {
			if (!name.equals(CODE)) {
				add(texts, name + " ", all(member));
			}
		});
		return joined(", ", texts);
	}

	private static void add(Set<String> texts, String prefix, @Nullable String text) {
		if (text != null) {
			texts.add(prefix + text);
		}
	}

	private static @Nullable String joined(String separator, Set<String> texts) {
		return texts.isEmpty() ? null : String.join(separator, texts);
	}

	private static @Nullable String words(Map<?, ?> members, List<String> names) {
		return names.stream().map((name) -> all(members.get(name))).filter(Objects::nonNull).findFirst().orElse(null);
	}

	private static @Nullable String scalar(@Nullable Object value) {
		boolean says = value instanceof Number || value instanceof Boolean
				|| (value instanceof String text && !OperationStatus.strip(text).isEmpty());
		return says ? String.valueOf(value) : null;
	}

	private static @Nullable Integer integer(@Nullable Object value) {
		if (value instanceof Integer number) {
			return number;
		}
		return (value instanceof String text && text.matches("\\d{1,9}")) ? Integer.valueOf(text) : null;
	}

}
