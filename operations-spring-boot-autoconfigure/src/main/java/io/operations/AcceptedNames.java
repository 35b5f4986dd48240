package io.operations;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.util.StringUtils;
import org.springframework.web.util.UriUtils;

/**
 * Names the headers and the members of a {@code 202 Accepted} response that identify the
 * operation. The first header or member with a value counts. Headers come before members.
 * If the response has no id, the last segment of the URL identifies the operation.
 * Members that may be the id of another resource come after the URL, and count only if
 * the id is that of an operation.
 *
 * @param idHeaders the headers with the id
 * @param idMembers the members of the body with the id
 * @param urlHeaders the headers with the URL that reports the operation's status
 * @param urlMembers the members of the body with that URL
 * @param ambiguousIdMembers the members of the body with the id of the operation or of a
 * resource that it creates
 * @param operationIdPrefix the beginning of the id of an operation in those members
 * @since 0.1.0
 */
public record AcceptedNames(List<String> idHeaders, List<String> idMembers, List<String> urlHeaders,
		List<String> urlMembers, List<String> ambiguousIdMembers, String operationIdPrefix) {

	/**
	 * The attribute of a request that holds the names for its response.
	 */
	public static final String ATTRIBUTE = AcceptedNames.class.getName();

	/**
	 * The names for a response of an unknown product.
	 */
	public static final AcceptedNames ANY = new AcceptedNames(
			List.of(AcceptedOperation.OPERATION_ID_HEADER, "operationId"), List.of("operationId"),
			List.of(HttpHeaders.LOCATION, "Operation-Location"), List.of("statusUrl", "operationLocation"), List.of(),
			"");

	public AcceptedNames {
		idHeaders = List.copyOf(idHeaders);
		idMembers = List.copyOf(idMembers);
		urlHeaders = List.copyOf(urlHeaders);
		urlMembers = List.copyOf(urlMembers);
		ambiguousIdMembers = List.copyOf(ambiguousIdMembers);
	}

	@Nullable String id(HttpHeaders headers, Map<String, ?> body, @Nullable URI statusUrl) {
		String id = id(this.idHeaders, headers, this.idMembers, body);
		if (id == null && statusUrl != null) {
			id = lastSegment(statusUrl);
		}
		return (id != null) ? id : first(List.of(), headers, this.ambiguousIdMembers, body,
				(text) -> (StringUtils.hasText(text) && text.startsWith(this.operationIdPrefix)) ? text : null);
	}

	/**
	 * Return which id of a response is not the id of an operation, for a message.
	 * @param body the members of the body
	 * @return a sentence that begins with a space; empty if there is no such id
	 */
	String otherId(Map<String, ?> body) {
		for (String name : this.ambiguousIdMembers) {
			if (body.get(name) instanceof String text && StringUtils.hasText(text)) {
				return " The member '" + name + "' is '" + OperationsErrorResponse.printable(text)
						+ "', but the id of an operation begins with '" + this.operationIdPrefix
						+ "': this is the id of another resource.";
			}
		}
		return "";
	}

	private static @Nullable String id(List<String> headerNames, HttpHeaders headers, List<String> memberNames,
			Map<String, ?> body) {
		return first(headerNames, headers, memberNames, body, (text) -> StringUtils.hasText(text) ? text : null);
	}

	@Nullable URI statusUrl(HttpHeaders headers, Map<String, ?> body) {
		return first(this.urlHeaders, headers, this.urlMembers, body, AcceptedNames::uri);
	}

	// This is not a stream of both lists, because a stream cannot contain null. For most
	// responses, the search ends with the first list.
	private static <T> @Nullable T first(List<String> headerNames, HttpHeaders headers, List<String> memberNames,
			Map<String, ?> body, Function<String, @Nullable T> reader) {
		for (String name : headerNames) {
			String text = headers.getFirst(name);
			T value = (text != null) ? reader.apply(text) : null;
			if (value != null) {
				return value;
			}
		}
		for (String name : memberNames) {
			T value = (body.get(name) instanceof String text) ? reader.apply(text) : null;
			if (value != null) {
				return value;
			}
		}
		return null;
	}

	/**
	 * Return all names, for a message.
	 * @return a clause such as "neither the headers … nor the members … of the body"
	 */
	String neither() {
		return "neither the headers " + listed(this.idHeaders, this.urlHeaders) + " nor the members "
				+ listed(Stream.concat(this.idMembers.stream(), this.ambiguousIdMembers.stream()).toList(),
						this.urlMembers)
				+ " of the body";
	}

	private static String listed(List<String> ids, List<String> urls) {
		List<String> names = Stream.concat(ids.stream(), urls.stream()).toList();
		return names.stream().limit(names.size() - 1L).collect(Collectors.joining(", ")) + " and "
				+ names.get(names.size() - 1);
	}

	private static @Nullable URI uri(String text) {
		try {
			return StringUtils.hasText(text) ? URI.create(text.trim()) : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static @Nullable String lastSegment(URI uri) {
		String path = uri.getRawPath();
		if (path == null) {
			return null;
		}
		while (path.endsWith("/")) {
			path = path.substring(0, path.length() - 1);
		}
		String segment = UriUtils.decode(path.substring(path.lastIndexOf('/') + 1), StandardCharsets.UTF_8);
		return StringUtils.hasText(segment) ? segment : null;
	}

}
