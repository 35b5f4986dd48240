package io.operations.actuate;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

import io.operations.OperationsErrorResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * Checks the parameters of a request to the {@link OperationsEndpoint}. Each exception
 * names the parameter, its value and the permitted form.
 */
final class EndpointParameters {

	private static final int MAXIMUM_TEXT = 512;

	private EndpointParameters() {
	}

	/**
	 * Check a text that selects operations.
	 * @param parameter the name of the parameter
	 * @param text its value, {@code null} if the request does not have the parameter
	 * @throws InvalidEndpointRequestException if the text is empty or too long, or
	 * contains a control character
	 */
	static void checkText(String parameter, @Nullable String text) {
		if (text != null && text.isEmpty()) {
			throw invalid("'" + parameter + "' is empty, but it must have 1 to " + MAXIMUM_TEXT
					+ " characters. Give it a value, or leave it out.");
		}
		checkLength(parameter, text, MAXIMUM_TEXT);
	}

	/**
	 * Check the length and the characters of a text.
	 * @param parameter the name of the parameter
	 * @param text its value, {@code null} if the request does not have the parameter
	 * @param maximum the maximum number of characters
	 * @throws InvalidEndpointRequestException if the text is too long or contains a
	 * control character
	 */
	static void checkLength(String parameter, @Nullable String text, int maximum) {
		if (text != null && (text.length() > maximum || text.chars().anyMatch(Character::isISOControl))) {
			throw invalid("'" + parameter + "' must be at most " + maximum
					+ " characters long and must not contain a control character.");
		}
	}

	/**
	 * Read {@code true} or {@code false}.
	 * @param parameter the name of the parameter
	 * @param text its value, {@code null} if the request does not have the parameter
	 * @return the value, {@code null} if there is none
	 */
	static @Nullable Boolean flag(String parameter, @Nullable String text) {
		if (text == null) {
			return null;
		}
		return switch (text.toLowerCase(Locale.ROOT)) {
			case "true" -> Boolean.TRUE;
			case "false" -> Boolean.FALSE;
			default -> throw notPermitted(parameter, text, List.of("true", "false"));
		};
	}

	/**
	 * Read one of several values.
	 * @param <E> the type of the values
	 * @param parameter the name of the parameter
	 * @param text its value, {@code null} if the request does not have the parameter
	 * @param values the permitted values
	 * @return the value, {@code null} if there is none
	 */
	static <E extends Enum<E>> @Nullable E choice(String parameter, @Nullable String text, E[] values) {
		if (text == null) {
			return null;
		}
		return Arrays.stream(values)
			.filter((value) -> name(value).equalsIgnoreCase(text.replace('_', '-')))
			.findFirst()
			.orElseThrow(
					() -> notPermitted(parameter, text, Arrays.stream(values).map(EndpointParameters::name).toList()));
	}

	/**
	 * Return the name of a value in a request.
	 * @param value the value
	 * @return the name, in lower case and with hyphens
	 */
	static String name(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static InvalidEndpointRequestException notPermitted(String parameter, String text, List<String> permitted) {
		return invalid("'" + parameter + "' is '" + shown(text) + "', but the permitted values are: "
				+ String.join(", ", permitted) + ".");
	}

	/**
	 * Return the exception for the name of a client that does not exist.
	 * @param client the name
	 * @param clients the names of the clients
	 * @return the exception
	 */
	static InvalidEndpointRequestException unknownClient(String client, Collection<String> clients) {
		return invalid("'client' is '" + shown(client) + "', but the clients are: " + String.join(", ", clients) + ".");
	}

	static InvalidEndpointRequestException invalid(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

	/**
	 * Return the value of a parameter as a message may show it.
	 * @param text the value
	 * @return the value, cut and with escaped control characters
	 */
	static String shown(String text) {
		return OperationsErrorResponse.printable(text);
	}

}
