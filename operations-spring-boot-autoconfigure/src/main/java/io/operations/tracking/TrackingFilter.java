package io.operations.tracking;

import java.util.EnumSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Which tracked operations to return. Immutable.
 *
 * @param states those in one of these states; none stands for all
 * @param kind those of this kind, {@code null} for all
 * @param after those whose id comes after this one, {@code null} for all
 * @param limit how many at most
 * @since 0.1.0
 */
public record TrackingFilter(Set<TrackingState> states, @Nullable String kind, @Nullable String after, long limit) {

	public TrackingFilter {
		Assert.isTrue(limit >= 0, () -> "'limit' must not be negative, but is " + limit);
		states = states.isEmpty() ? Set.of() : Set.copyOf(states);
	}

	/**
	 * Return the filter that lets all pass.
	 * @return the filter
	 */
	public static TrackingFilter all() {
		return new TrackingFilter(Set.of(), null, null, Long.MAX_VALUE);
	}

	/**
	 * Return the filter that lets those in some states pass.
	 * @param first a state
	 * @param others further states
	 * @return the filter
	 */
	public static TrackingFilter of(TrackingState first, TrackingState... others) {
		return new TrackingFilter(EnumSet.of(first, others), null, null, Long.MAX_VALUE);
	}

	/**
	 * Return this filter for operations of a kind.
	 * @param kind the kind
	 * @return the filter
	 */
	public TrackingFilter withKind(String kind) {
		return new TrackingFilter(this.states, kind, this.after, this.limit);
	}

	/**
	 * Return this filter from an id on, for the next page.
	 * @param id the last id of the page before
	 * @return the filter
	 */
	public TrackingFilter withAfter(String id) {
		return new TrackingFilter(this.states, this.kind, id, this.limit);
	}

	/**
	 * Return this filter with a limit.
	 * @param limit how many operations at most
	 * @return the filter
	 */
	public TrackingFilter withLimit(long limit) {
		return new TrackingFilter(this.states, this.kind, this.after, limit);
	}

	/**
	 * Return whether an operation passes; the limit is for whoever counts.
	 * @param operation the operation
	 * @return whether it passes
	 */
	public boolean matches(TrackedOperation operation) {
		return (this.states.isEmpty() || this.states.contains(operation.state()))
				&& (this.kind == null || this.kind.equals(operation.kind()))
				&& (this.after == null || operation.id().compareTo(this.after) > 0);
	}

}
