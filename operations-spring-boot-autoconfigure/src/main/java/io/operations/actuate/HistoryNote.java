package io.operations.actuate;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Says why the history of an operation is empty or has gaps, and which instance has the
 * rest.
 */
final class HistoryNote {

	// An operation has at most so many polls and so many deliveries in its history.
	private static final int KEPT = OperationHistory.POLLS;

	private static final String PLACES = "the histories of the " + Histories.MOST
			+ " oldest or failing operations in its memory";

	private HistoryNote() {
	}

	/**
	 * Return the note about a history.
	 * @param operation the operation
	 * @param events the events of the history
	 * @param otherHolder the name of the other instance that polls the tracked operations
	 * of the client, {@code null} if this instance does or if it is not known
	 * @return the note, {@code null} if nothing is missing
	 */
	static @Nullable String of(OperationDescriptor operation, List<HistoryEvent> events, @Nullable String otherHolder) {
		boolean isPolled = operation.outcome() == null;
		if (isPolled && otherHolder != null) {
			return events.isEmpty()
					? "Instance '" + otherHolder + "' polls this operation and keeps its history." + send(otherHolder)
					: "This history ends where instance '" + otherHolder + "' began to poll this operation."
							+ " That instance keeps the later polls." + send(otherHolder);
		}
		if (operation.polls() == 0 && operation.attempts() == 0) {
			return events.isEmpty() ? "The operation has not been polled yet." : null;
		}
		long polls = count(events, "poll");
		long deliveries = count(events, "delivery");
		// The latest attempt may be in progress, and then it is no event yet.
		int attempts = operation.attempts() - ((operation.state() == OperationDescriptor.State.ENDED) ? 1 : 0);
		if (polls >= Math.min(operation.polls(), KEPT) && deliveries >= Math.min(attempts, KEPT)) {
			return null;
		}
		String kept = "The history has " + of(polls, operation.polls(), "poll");
		if (operation.state() == OperationDescriptor.State.AWAITED) {
			return kept + ". This instance had no place for the others: it keeps " + PLACES + ".";
		}
		if (isPolled) {
			return kept + ". Another instance sent the others, or this one had no place for them: it keeps " + PLACES
					+ ". No instance has the missing polls any more.";
		}
		return kept + " and " + of(deliveries, operation.attempts(), "attempt")
				+ " to deliver. The others are in the memory of the instances that made them, unless those have stopped"
				+ " or had no place for them: an instance keeps " + PLACES + "."
				+ ((otherHolder != null) ? " Instance '" + otherHolder
						+ "' polls at present, so it probably has the polls." + send(otherHolder) : "");
	}

	private static String send(String instance) {
		return " Send the request to instance '" + instance + "'.";
	}

	private static String of(long kept, int all, String word) {
		return kept + " of " + all + " " + word + ((all == 1) ? "" : "s");
	}

	private static long count(List<HistoryEvent> events, String event) {
		return events.stream().filter((each) -> each.event().equals(event)).count();
	}

}
