package io.operations.tracking;

import org.jspecify.annotations.Nullable;

/**
 * An operation that one worker has claimed, so that no other one touches it. Its calls
 * may block. Each accepts a row only in the place of the version that it was made of:
 * else somebody removed or changed the operation, and the worker lets go of it.
 *
 * @since 0.1.0
 */
public interface TrackingClaim {

	/**
	 * Store a row and keep the claim.
	 * @param row the row
	 * @return the row as it is stored, {@code null} if the operation is not ours any more
	 */
	@Nullable TrackedRow save(TrackedRow row);

	/**
	 * Store a row and give the claim back.
	 * @param row the row
	 * @return the row as it is stored, {@code null} if the operation is not ours any more
	 */
	@Nullable TrackedRow release(TrackedRow row);

	/**
	 * Do some work, store a row and give the claim back, all in one transaction where the
	 * store has any. Whatever the work throws undoes it and keeps the claim.
	 * @param work what to do
	 * @param row the row
	 * @return the row as it is stored, {@code null} if the operation is not ours any more
	 */
	@Nullable TrackedRow releaseAfter(Runnable work, TrackedRow row);

}
