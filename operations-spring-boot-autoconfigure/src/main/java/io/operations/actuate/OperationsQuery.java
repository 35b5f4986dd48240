package io.operations.actuate;

import java.util.EnumSet;
import java.util.Set;

import io.operations.OperationStatus;
import io.operations.actuate.OperationDescriptor.State;
import io.operations.internal.polling.PolledFilter;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * Holds the checked parameters of a list.
 *
 * @param kind the kind of the operations, {@code null} for all kinds
 * @param state the state of the operations, {@code null} for all states
 * @param status the status of the operations, {@code null} for all operations
 * @param stuck whether the operations are stuck, {@code null} for all operations
 * @param failing whether the last delivery failed, {@code null} for all operations
 * @param id the text with which the ids begin, {@code null} for all ids
 * @param order the order of the operations
 * @param after the last operation of the previous page, {@code null} for the first page
 * @param size the maximum number of operations on the page
 */
record OperationsQuery(@Nullable String kind, @Nullable State state, @Nullable OperationStatus status,
		@Nullable Boolean stuck, @Nullable Boolean failing, @Nullable String id, PageCursor.Order order,
		@Nullable PageCursor after, int size) {

	// A cursor contains an id in another encoding.
	private static final int MAXIMUM_CURSOR = 4096;

	// Before each id.
	private static final String FIRST = "";

	// After each id.
	private static final String LAST = "\uffff";

	/**
	 * Check the parameters of a request.
	 * @param kind the kind
	 * @param state the name of a state
	 * @param status the name of a status
	 * @param stuck {@code true} or {@code false}
	 * @param failing {@code true} or {@code false}
	 * @param id the beginning of the id
	 * @param order the name of an order
	 * @param after the cursor
	 * @param size the size of the page
	 * @return the parameters
	 * @throws InvalidEndpointRequestException if one is invalid
	 */
	static OperationsQuery of(@Nullable String kind, @Nullable String state, @Nullable String status,
			@Nullable String stuck, @Nullable String failing, @Nullable String id, @Nullable String order,
			@Nullable String after, @Nullable String size) {
		EndpointParameters.checkText("kind", kind);
		EndpointParameters.checkText("id", id);
		EndpointParameters.checkLength("after", after, MAXIMUM_CURSOR);
		PageCursor.Order named = EndpointParameters.choice("order", order, PageCursor.Order.values());
		PageCursor.Order wanted = (named != null) ? named : PageCursor.Order.AGE;
		return new OperationsQuery(kind, EndpointParameters.choice("state", state, State.values()),
				EndpointParameters.choice("status", status, OperationStatus.values()),
				EndpointParameters.flag("stuck", stuck), EndpointParameters.flag("failing", failing), id, wanted,
				(after != null) ? cursor(after, wanted) : null, size(size));
	}

	private static int size(@Nullable String text) {
		if (text == null) {
			return OperationsEndpoint.DEFAULT_SIZE;
		}
		try {
			int size = Integer.parseInt(text);
			if (size >= 0 && size <= OperationsEndpoint.MAXIMUM_SIZE) {
				return size;
			}
		}
		catch (NumberFormatException ex) {
			// Reported below.
		}
		throw EndpointParameters.invalid("'size' is '" + EndpointParameters.shown(text)
				+ "', but it must be a number from 0 to " + OperationsEndpoint.MAXIMUM_SIZE + ".");
	}

	private static PageCursor cursor(String text, PageCursor.Order order) {
		PageCursor cursor = PageCursor.decode(text);
		if (cursor == null || cursor.order() != order) {
			throw EndpointParameters.invalid("'after' is '" + EndpointParameters.shown(text)
					+ "', but it must be the 'next' of a page with order=" + EndpointParameters.name(order)
					+ ". Leave it out to read the first page.");
		}
		return cursor;
	}

	/**
	 * Check that this instance can list the operations in the order of their next polls.
	 * @param instance the name of this instance
	 * @param holder the name of the instance that polls the tracked operations,
	 * {@code null} if it is unknown
	 */
	void checkNextPoll(String instance, @Nullable String holder) {
		if (isTrue(this.failing)
				|| (this.state != null && this.state != State.AWAITED && this.state != State.TRACKED)) {
			throw EndpointParameters
				.invalid("'order' is 'next-poll', but only operations that have not ended have a next poll."
						+ " Use state=awaited, state=tracked or order=age.");
		}
		if (this.state != State.AWAITED && !instance.equals(holder)) {
			throw EndpointParameters
				.invalid(
						"'order' is 'next-poll', but this instance (" + instance
								+ ") does not poll the tracked operations. "
								+ ((holder != null) ? "Ask the instance " + holder + " that polls them, or use"
										: "No known instance polls them at present. Use")
								+ " state=awaited or order=age.");
		}
	}

	/**
	 * Return whether the page may have waits.
	 * @return whether the filters permit waits, and the last page did not leave them
	 * behind
	 */
	boolean hasWaits() {
		return (this.state == null || this.state == State.AWAITED) && !isTrue(this.failing)
				&& !isAfter(PageCursor.Section.DELIVERED);
	}

	/**
	 * Return whether the page may have an operation of the store.
	 * @return {@code false} if the page is empty or has waits only
	 */
	boolean needsStore() {
		return this.size > 0 && this.state != State.AWAITED;
	}

	private static boolean isTrue(@Nullable Boolean filter) {
		return Boolean.TRUE.equals(filter);
	}

	private boolean isAfter(PageCursor.Section section) {
		return this.after != null && this.after.section() == section;
	}

	/**
	 * Return the filter of the waits.
	 * @param limit the maximum number of waits
	 * @return the filter
	 */
	PolledFilter waits(int limit) {
		return polled(isAfter(PageCursor.Section.WAITS), LAST, limit);
	}

	/**
	 * Return the filter of the tracked operations that this instance holds, in the order
	 * of their next polls.
	 * @param limit the maximum number of operations
	 * @return the filter
	 */
	PolledFilter held(int limit) {
		return polled(isAfter(PageCursor.Section.OPEN), FIRST, limit);
	}

	// Of the same time, waits come first. So all waits are before a tracked operation.
	private PolledFilter polled(boolean isAfterOneOfThese, String otherwise, int limit) {
		PolledFilter.Position position = (this.after != null)
				? new PolledFilter.Position(this.after.time(), isAfterOneOfThese ? this.after.id() : otherwise) : null;
		return new PolledFilter(this.kind, this.status, this.stuck, this.id, this.order == PageCursor.Order.NEXT_POLL,
				position, limit);
	}

	/**
	 * Return the states of the tracked operations of a section.
	 * @param section the section
	 * @return the states, empty if the page has no operation of this section
	 */
	Set<TrackingState> states(PageCursor.Section section) {
		if (section == PageCursor.Section.OPEN && isAfter(PageCursor.Section.DELIVERED)) {
			return Set.of();
		}
		Set<TrackingState> states = EnumSet.allOf(TrackingState.class);
		states.removeIf((each) -> (each == TrackingState.DELIVERED) != (section == PageCursor.Section.DELIVERED)
				|| !hasState(each));
		return states;
	}

	// As in the summary, an operation is not stuck any more once it has ended.
	private boolean hasState(TrackingState each) {
		if (this.state != null) {
			return State.of(each) == this.state;
		}
		return (!isTrue(this.stuck) || each == TrackingState.TRACKED)
				&& (!isTrue(this.failing) || each == TrackingState.ENDED || each == TrackingState.UNDELIVERED);
	}

	/**
	 * Return the filter of the tracked operations of a section, the oldest first.
	 * @param section the section
	 * @param limit the maximum number of operations
	 * @return the filter
	 */
	TrackingFilter tracked(PageCursor.Section section, int limit) {
		TrackingFilter filter = TrackingFilter.all()
			.withStates(states(section))
			.withKind(this.kind)
			.withStatus(this.status)
			.withStuck(this.stuck)
			.withFailing(this.failing)
			.withIdPrefix(this.id)
			.withOrder(TrackingFilter.Order.AGE)
			.withLimit(limit);
		PageCursor last = this.after;
		if (last == null || (section == PageCursor.Section.DELIVERED && !isAfter(section))) {
			return filter;
		}
		// A wait comes before tracked operations of the same time, so all of them follow.
		return filter.withAfter(last.time(), isAfter(PageCursor.Section.WAITS) ? FIRST : last.id());
	}

}
