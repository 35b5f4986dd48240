package io.operations;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the request itself is wrong: the id is not valid, or the server answers
 * with a redirect, with 400 or with another 4xx status that has no exception type of its
 * own. A retry does not help.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsRequestException extends OperationsException {

	private static final int MAXIMUM_ID = 512;

	private final @Nullable String conflictingResourceId;

	/**
	 * Create the exception.
	 * @param message what happened and what to do
	 * @param operationId the operation's id; {@code null} if there is none
	 * @param response what the server answered; {@code null} if there was no response
	 */
	public OperationsRequestException(String message, @Nullable String operationId,
			@Nullable OperationsErrorResponse response) {
		super(message, null, operationId, response);
		this.conflictingResourceId = (response != null) ? response.conflictingResourceId() : null;
	}

	/**
	 * Return the id of the resource that is in the way of a write, from the
	 * {@code X-Conflicting-Resource-Id} header of a 409.
	 * @return the id; {@code null} if the server sent none
	 */
	public @Nullable String getConflictingResourceId() {
		return this.conflictingResourceId;
	}

	/**
	 * Check that a text can be an operation's id. The library checks each id before it
	 * sends a request.
	 * @param operationId the text
	 * @throws OperationsRequestException if the text is blank, {@code .} or {@code ..},
	 * is longer than 512 characters or contains a control character
	 */
	public static void checkId(String operationId) {
		Objects.requireNonNull(operationId, "'operationId' must not be null");
		String fault = null;
		if (operationId.isBlank()) {
			fault = "is blank";
		}
		else if (operationId.equals(".") || operationId.equals("..")) {
			fault = "is a path segment with a special meaning";
		}
		else if (operationId.length() > MAXIMUM_ID) {
			fault = "is longer than " + MAXIMUM_ID + " characters (" + operationId.length() + ")";
		}
		else if (containsControlCharacter(operationId)) {
			fault = "contains a control character";
		}
		if (fault != null) {
			throw new OperationsRequestException(
					"The operation id"
							+ (operationId.isBlank() ? " "
									: " '" + OperationsErrorResponse.printable(operationId) + "' ")
							+ fault + ". No request was sent: pass the id exactly as the accepted write returned it.",
					operationId, null);
		}
	}

	private static boolean containsControlCharacter(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (Character.isISOControl(text.charAt(i))) {
				return true;
			}
		}
		return false;
	}

}
