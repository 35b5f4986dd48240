package io.operations.actuate;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

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
		EndpointParameters.checkText("client", client);
		if (read != Action.PAUSE) {
			reject("duration", duration, read);
		}
		if (read != Action.REDELIVER) {
			reject("kind", kind, read);
			reject("id", id, read);
		}
		EndpointParameters.checkText("kind", kind);
		EndpointParameters.checkText("id", id);
		return new LeverRequest(read, client, (read == Action.PAUSE) ? duration(duration) : null, kind, id);
	}

	private static Action action(@Nullable String text) {
		return Arrays.stream(Action.values())
			.filter((action) -> action.toString().equals(text))
			.findFirst()
			.orElseThrow(() -> EndpointParameters.invalid(((text != null)
					? "'action' is '" + EndpointParameters.shown(text) + "', but it" : "'action' is missing. It")
					+ " must be one of: "
					+ Arrays.stream(Action.values()).map(Action::toString).collect(Collectors.joining(", ")) + "."));
	}

	private static Duration duration(@Nullable String text) {
		String rule = " must be a time from 1 s to 1 h, for example PT10M or 10m.";
		if (text == null) {
			throw EndpointParameters.invalid("'duration' is missing. It" + rule);
		}
		Duration duration = read(text);
		if (duration == null || duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
			throw EndpointParameters.invalid("'duration' is '" + EndpointParameters.shown(text) + "', but it" + rule);
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
			throw EndpointParameters
				.invalid("'" + parameter + "' has no effect on the action '" + action + "'. Leave it out.");
		}
	}

}
