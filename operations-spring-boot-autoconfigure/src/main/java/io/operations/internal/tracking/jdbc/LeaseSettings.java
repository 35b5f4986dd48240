package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;

/**
 * Configures the work of the instance that holds the lease of a client.
 *
 * @param leaseDuration the time after which another instance takes a lease that is not
 * renewed
 * @param look the time between two looks of the holder for operations that other
 * instances track or forget. Other instances look as often for a free lease
 * @param flush the time for which changes are collected
 * @param maxHeld the maximum number of operations in memory
 * @param maxUnwritten the maximum memory, in bytes, of operations that wait to be stored
 * as a poll has last seen them. The holder drops further ones, and polls these operations
 * again
 * @param threadFactory creates the threads
 */
record LeaseSettings(Duration leaseDuration, Duration look, Duration flush, int maxHeld, long maxUnwritten,
		ThreadFactory threadFactory) {

}
