package io.operations.internal.tracking;

/**
 * Reports how full the bounded parts of the tracking of one client are, in this instance.
 * A maximum is {@code NaN} where there is none.
 *
 * @param held the number of open operations in the memory of this instance
 * @param maxHeld the maximum of {@code held}
 * @param delivering the number of outcomes that this instance is delivering
 * @param maxDelivering the maximum of {@code delivering}
 * @param unwritten the memory, in bytes, of operations as last seen that wait to be
 * stored
 * @param maxUnwritten the maximum of {@code unwritten}
 * @param maxStored the maximum number of operations in the store
 * @since 0.1.0
 */
public record TrackingLoad(double held, double maxHeld, double delivering, double maxDelivering, double unwritten,
		double maxUnwritten, double maxStored) {

}
