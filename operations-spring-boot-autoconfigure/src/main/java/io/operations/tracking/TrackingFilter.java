package io.operations.tracking;

import java.util.EnumSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Selects tracked operations. Immutable.
 *
 * @param states the states of the operations, empty for all states
 * @param kind the kind of the operations, {@code null} for all kinds
 * @param after the id after which the ids of the operations come, {@code null} for all
 * ids
 * @param limit the maximum number of operations
 * @since 0.1.0
 */
public record TrackingFilter(Set<TrackingState> states, @Nullable String kind, @Nullable String after, long limit) {

	public TrackingFilter {
		Assert.isTrue(limit >= 0, () -> "'limit' must not be negative, but is " + limit);
		states = states.isEmpty() ? Set.of() : Set.copyOf(states);
	}

	/**
	 * Return a filter that matches all operations.
	 * @return the filter
	 */
	public static TrackingFilter all() {
		return new TrackingFilter(Set.of(), null, null, Long.MAX_VALUE);
	}

	/**
	 * Return a filter that matches the operations in the given states.
	 * @param first a state
	 * @param others further states
	 * @return the filter
	 */
	public static TrackingFilter of(TrackingState first, TrackingState... others) {
		return new TrackingFilter(EnumSet.of(first, others), null, null, Long.MAX_VALUE);
	}

	/**
	 * Return this filter restricted to operations of a kind.
	 * @param kind the kind
	 * @return the filter
	 */
	public TrackingFilter withKind(String kind) {
		return new TrackingFilter(this.states, kind, this.after, this.limit);
	}

	/**
	 * Return this filter restricted to operations after an id, to read the next page.
	 * @param id the last id of the previous page
	 * @return the filter
	 */
	public TrackingFilter withAfter(String id) {
		return new TrackingFilter(this.states, this.kind, id, this.limit);
	}

	/**
	 * Return this filter with another limit.
	 * @param limit the maximum number of operations
	 * @return the filter
	 */
	public TrackingFilter withLimit(long limit) {
		return new TrackingFilter(this.states, this.kind, this.after, limit);
	}

	/**
	 * Return whether an operation matches this filter. The limit is not considered: the
	 * caller counts the operations.
	 * @param operation the operation
	 * @return whether the operation matches
	 */
	public boolean matches(TrackedOperation operation) {
		return (this.states.isEmpty() || this.states.contains(operation.state()))
				&& (this.kind == null || this.kind.equals(operation.kind()))
				&& (this.after == null || operation.id().compareTo(this.after) > 0);
	}

}
