package io.operations.actuate;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import io.operations.OperationsErrorResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.convert.DurationStyle;

/**
 * Describes what an operator wants to change about a client.
 *
 * @param action what to do
 * @param client the name of the client, {@code null} for the default client
 * @param duration how long the client pauses, only for {@link Action#PAUSE}
 * @param kind the kind of the operations, only for {@link Action#REDELIVER}, {@code null}
 * for all kinds
 * @param id how the ids of the operations begin, only for {@link Action#REDELIVER},
 * {@code null} for all ids
 */
record LeverRequest(Action action, @Nullable String client, @Nullable Duration duration, @Nullable String kind,
		@Nullable String id) {

	private static final int MAXIMUM_TEXT = 512;

	private static final Duration SHORTEST = Duration.ofSeconds(1);

	private static final Duration LONGEST = Duration.ofHours(1);

	/**
	 * Lists what an operator can do to a client.
	 */
	enum Action {

		PAUSE, RESUME, REDELIVER;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * Read a request.
	 * @param action {@code pause}, {@code resume} or {@code redeliver}
	 * @param client the name of the client, {@code null} for the default client
	 * @param duration how long the client pauses
	 * @param kind the kind of the operations, {@code null} for all kinds
	 * @param id how the ids of the operations begin, {@code null} for all ids
	 * @return the request
	 * @throws InvalidEndpointRequestException if a value is invalid or has no effect
	 */
	static LeverRequest of(@Nullable String action, @Nullable String client, @Nullable String duration,
			@Nullable String kind, @Nullable String id) {
		Action read = action(action);
		check("client", client);
		if (read != Action.PAUSE) {
			reject("duration", duration, read);
		}
		if (read != Action.REDELIVER) {
			reject("kind", kind, read);
			reject("id", id, read);
		}
		check("kind", kind);
		check("id", id);
		return new LeverRequest(read, client, (read == Action.PAUSE) ? duration(duration) : null, kind, id);
	}

	private static Action action(@Nullable String text) {
		return Arrays.stream(Action.values())
			.filter((action) -> action.toString().equals(text))
			.findFirst()
			.orElseThrow(() -> invalid(
					((text != null) ? "'action' is '" + OperationsErrorResponse.printable(text) + "', but it"
							: "'action' is missing. It") + " must be one of: "
							+ Arrays.stream(Action.values()).map(Action::toString).collect(Collectors.joining(", "))
							+ "."));
	}

	private static Duration duration(@Nullable String text) {
		String rule = " must be a time from 1 s to 1 h, for example PT10M or 10m.";
		if (text == null) {
			throw invalid("'duration' is missing. It" + rule);
		}
		Duration duration = read(text);
		if (duration == null || duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
			throw invalid("'duration' is '" + OperationsErrorResponse.printable(text) + "', but it" + rule);
		}
		return duration;
	}

	private static @Nullable Duration read(String text) {
		try {
			// A number without a unit could mean anything.
			return Character.isLetter(text.charAt(text.length() - 1)) ? DurationStyle.detectAndParse(text) : null;
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeParseException | ArithmeticException ex) {
			return null;
		}
	}

	private static void reject(String parameter, @Nullable String value, Action action) {
		if (value != null) {
			throw invalid("'" + parameter + "' has no effect on the action '" + action + "'. Leave it out.");
		}
	}

	/**
	 * Check a text.
	 * @param parameter the name of the parameter
	 * @param text its value
	 * @throws InvalidEndpointRequestException if the text is too long or contains a
	 * control character
	 */
	static void check(String parameter, @Nullable String text) {
		if (text != null && (text.length() > MAXIMUM_TEXT || text.chars().anyMatch(Character::isISOControl))) {
			throw invalid("'" + parameter + "' must be at most " + MAXIMUM_TEXT
					+ " characters long and must not contain a control character.");
		}
	}

	static InvalidEndpointRequestException invalid(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

}
