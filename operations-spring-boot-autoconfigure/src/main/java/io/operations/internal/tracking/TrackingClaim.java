package io.operations.internal.tracking;

import org.jspecify.annotations.Nullable;

/**
 * Represents the exclusive claim of one worker on an operation. The methods may block.
 * Each method stores a row only if the store still has the version that the row was made
 * from. Otherwise another worker or a caller has changed or removed the operation, and
 * the worker gives the claim up.
 *
 * @since 0.1.0
 */
public interface TrackingClaim {

	/**
	 * Store a row and keep the claim.
	 * @param row the row
	 * @return the stored row, {@code null} if the claim has ended
	 */
	@Nullable TrackedRow save(TrackedRow row);

	/**
	 * Store a row and release the claim.
	 * @param row the row
	 * @return the stored row, {@code null} if the claim had ended
	 */
	@Nullable TrackedRow release(TrackedRow row);

	/**
	 * Run some work, store a row and release the claim. A store with transactions does
	 * all of this in one transaction. If the work throws an exception, the transaction is
	 * rolled back and the claim is kept.
	 * @param work the work
	 * @param row the row
	 * @return the stored row, {@code null} if the claim had ended
	 */
	@Nullable TrackedRow releaseAfter(Runnable work, TrackedRow row);

}
