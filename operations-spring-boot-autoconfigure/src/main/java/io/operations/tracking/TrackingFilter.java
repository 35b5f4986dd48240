package io.operations.tracking;

import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Set;

import io.operations.Operation;
import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Selects tracked operations and orders them. Immutable.
 *
 * @param ids the ids of the operations, empty for all ids
 * @param states the states of the operations, empty for all states
 * @param kind the kind of the operations, {@code null} for all kinds
 * @param status the status that the server last returned, {@code null} for all
 * operations, whether a poll has seen them or not
 * @param stuck whether the operations are stuck, {@code null} for all operations
 * @param failing whether the last delivery of the outcome failed, as
 * {@link TrackedOperation#isFailing()} says; {@code null} for all operations
 * @param idPrefix the text with which the ids begin, {@code null} for all ids
 * @param order the order of the operations
 * @param afterSince in the order of age, the {@link TrackedOperation#since()} of the
 * operation after which the operations come; otherwise {@code null}
 * @param after the id of the operation after which the operations come, {@code null} to
 * begin with the first one
 * @param limit the maximum number of operations
 * @since 0.1.0
 */
public record TrackingFilter(Set<String> ids, Set<TrackingState> states, @Nullable String kind,
		@Nullable OperationStatus status, @Nullable Boolean stuck, @Nullable Boolean failing, @Nullable String idPrefix,
		Order order, @Nullable Instant afterSince, @Nullable String after, long limit) {

	private static final TrackingFilter ALL = new TrackingFilter(Set.of(), Set.of(), null, null, null, null, null,
			Order.ID, null, null, Long.MAX_VALUE);

	public TrackingFilter {
		Assert.isTrue(limit >= 0, () -> "'limit' must not be negative, but is " + limit);
		Assert.isTrue(afterSince == null || (order == Order.AGE && after != null),
				"'afterSince' needs the order AGE and an id in 'after'");
		Assert.isTrue(order != Order.AGE || after == null || afterSince != null, () -> "'after' is '" + after
				+ "', but the order AGE also needs 'afterSince': call withAfter(since, id)");
		ids = Set.copyOf(ids);
		states = Set.copyOf(states);
	}

	/**
	 * Return a filter that matches all operations, in the order of their ids.
	 * @return the filter
	 */
	public static TrackingFilter all() {
		return ALL;
	}

	/**
	 * Return a filter that matches the operations in the given states, in the order of
	 * their ids.
	 * @param first a state
	 * @param others further states
	 * @return the filter
	 */
	public static TrackingFilter of(TrackingState first, TrackingState... others) {
		return ALL.withStates(EnumSet.of(first, others));
	}

	/**
	 * Return this filter restricted to operations with given ids.
	 * @param ids the ids, empty for all ids
	 * @return the filter
	 */
	public TrackingFilter withIds(Set<String> ids) {
		return new TrackingFilter(ids, this.states, this.kind, this.status, this.stuck, this.failing, this.idPrefix,
				this.order, this.afterSince, this.after, this.limit);
	}

	/**
	 * Return this filter with other states.
	 * @param states the states of the operations, empty for all states
	 * @return the filter
	 */
	public TrackingFilter withStates(Set<TrackingState> states) {
		return new TrackingFilter(this.ids, states, this.kind, this.status, this.stuck, this.failing, this.idPrefix,
				this.order, this.afterSince, this.after, this.limit);
	}

	/**
	 * Return this filter restricted to operations of a kind.
	 * @param kind the kind, {@code null} for all kinds
	 * @return the filter
	 */
	public TrackingFilter withKind(@Nullable String kind) {
		return new TrackingFilter(this.ids, this.states, kind, this.status, this.stuck, this.failing, this.idPrefix,
				this.order, this.afterSince, this.after, this.limit);
	}

	/**
	 * Return this filter restricted to operations that the server last returned with a
	 * status.
	 * @param status the status, {@code null} for all operations
	 * @return the filter
	 */
	public TrackingFilter withStatus(@Nullable OperationStatus status) {
		return new TrackingFilter(this.ids, this.states, this.kind, status, this.stuck, this.failing, this.idPrefix,
				this.order, this.afterSince, this.after, this.limit);
	}

	/**
	 * Return this filter restricted to operations that are stuck, or to those that are
	 * not.
	 * @param stuck whether the operations are stuck, {@code null} for all operations
	 * @return the filter
	 */
	public TrackingFilter withStuck(@Nullable Boolean stuck) {
		return new TrackingFilter(this.ids, this.states, this.kind, this.status, stuck, this.failing, this.idPrefix,
				this.order, this.afterSince, this.after, this.limit);
	}

	/**
	 * Return this filter restricted to operations whose last delivery failed, or to the
	 * others.
	 * @param failing whether the last delivery failed, {@code null} for all operations
	 * @return the filter
	 */
	public TrackingFilter withFailing(@Nullable Boolean failing) {
		return new TrackingFilter(this.ids, this.states, this.kind, this.status, this.stuck, failing, this.idPrefix,
				this.order, this.afterSince, this.after, this.limit);
	}

	/**
	 * Return this filter restricted to operations whose ids begin with a text.
	 * @param prefix the text, {@code null} for all ids
	 * @return the filter
	 */
	public TrackingFilter withIdPrefix(@Nullable String prefix) {
		return new TrackingFilter(this.ids, this.states, this.kind, this.status, this.stuck, this.failing, prefix,
				this.order, this.afterSince, this.after, this.limit);
	}

	/**
	 * Return this filter with another order. It begins with the first operation.
	 * @param order the order
	 * @return the filter
	 */
	public TrackingFilter withOrder(Order order) {
		return new TrackingFilter(this.ids, this.states, this.kind, this.status, this.stuck, this.failing,
				this.idPrefix, order, null, null, this.limit);
	}

	/**
	 * Return this filter restricted to operations after an id, to read the next page in
	 * the order of the ids.
	 * @param id the last id of the previous page
	 * @return the filter
	 */
	public TrackingFilter withAfter(String id) {
		return new TrackingFilter(this.ids, this.states, this.kind, this.status, this.stuck, this.failing,
				this.idPrefix, this.order, null, id, this.limit);
	}

	/**
	 * Return this filter restricted to operations after another one, to read the next
	 * page in the order of age.
	 * @param since the time at which the tracking of the last operation of the previous
	 * page started
	 * @param id the id of that operation
	 * @return the filter
	 */
	public TrackingFilter withAfter(Instant since, String id) {
		return new TrackingFilter(this.ids, this.states, this.kind, this.status, this.stuck, this.failing,
				this.idPrefix, this.order, since, id, this.limit);
	}

	/**
	 * Return this filter restricted to operations after another one, to read the next
	 * page in the order of this filter.
	 * @param last the last operation of the previous page
	 * @return the filter
	 */
	public TrackingFilter withAfter(TrackedOperation last) {
		return (this.order == Order.AGE) ? withAfter(last.since(), last.id()) : withAfter(last.id());
	}

	/**
	 * Return this filter with another limit.
	 * @param limit the maximum number of operations
	 * @return the filter
	 */
	public TrackingFilter withLimit(long limit) {
		return new TrackingFilter(this.ids, this.states, this.kind, this.status, this.stuck, this.failing,
				this.idPrefix, this.order, this.afterSince, this.after, limit);
	}

	/**
	 * Return whether an operation matches this filter. The limit is not considered: the
	 * caller counts the operations.
	 * @param operation the operation
	 * @return whether the operation matches
	 */
	public boolean matches(TrackedOperation operation) {
		return (this.ids.isEmpty() || this.ids.contains(operation.id()))
				&& (this.states.isEmpty() || this.states.contains(operation.state()))
				&& (this.kind == null || this.kind.equals(operation.kind())) && hasStatus(operation.operation())
				&& (this.stuck == null || this.stuck == operation.stuck())
				&& (this.failing == null || this.failing == operation.isFailing())
				&& (this.idPrefix == null || operation.id().startsWith(this.idPrefix)) && isAfter(operation);
	}

	private boolean hasStatus(@Nullable Operation seen) {
		return this.status == null || (seen != null && seen.status() == this.status);
	}

	private boolean isAfter(TrackedOperation operation) {
		if (this.after == null) {
			return true;
		}
		int compared = (this.afterSince != null) ? operation.since().compareTo(this.afterSince) : 0;
		return compared > 0 || (compared == 0 && operation.id().compareTo(this.after) > 0);
	}

	/**
	 * The orders of operations.
	 */
	public enum Order {

		/**
		 * The order of the ids.
		 */
		ID(Comparator.comparing(TrackedOperation::id)),

		/**
		 * The oldest operations first: the order of {@link TrackedOperation#since()},
		 * then of the ids.
		 */
		AGE(Comparator.comparing(TrackedOperation::since).thenComparing(TrackedOperation::id));

		@SuppressWarnings("ImmutableEnumChecker") // The comparator has no state.
		private final Comparator<TrackedOperation> comparator;

		Order(Comparator<TrackedOperation> comparator) {
			this.comparator = comparator;
		}

		/**
		 * Return a comparator of this order.
		 * @return the comparator
		 */
		public Comparator<TrackedOperation> comparator() {
			return this.comparator;
		}

	}

}
