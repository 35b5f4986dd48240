package io.operations.internal.client;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;

import org.springframework.http.ProblemDetail;
import org.springframework.util.StringUtils;

/**
 * Reads the error of an operation: an RFC 9457 problem, or the vendor's own form of it.
 */
final class ProblemReader {

	private ProblemReader() {
	}

	/**
	 * Read a problem.
	 * @param parser the parser, at the beginning of the object
	 * @return the problem, with status 0 if the object has none
	 */
	@SuppressWarnings("unchecked")
	static ProblemDetail read(JsonParser parser) {
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
		// The vendor's own format of an error has other names for the detail and the
		// status.
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

	/**
	 * Read a URI.
	 * @param text the text
	 * @return the URI; {@code null} if the text is not one
	 */
	static @Nullable URI uri(String text) {
		try {
			return URI.create(text);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
