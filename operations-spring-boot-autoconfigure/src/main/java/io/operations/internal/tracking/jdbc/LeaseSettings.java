package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;

/**
 * The settings for the work of the instance that holds the lease of a client.
 *
 * @param leaseDuration the time after which another instance takes a lease that is not
 * renewed
 * @param look the time between two looks for operations of other instances
 * @param flush the time for which changes are collected
 * @param maxHeld the maximum number of operations in memory
 * @param maxUnwritten the number of bytes above which no operation, as a poll has shown
 * it, is kept to store it later. It is polled again then.
 * @param threadFactory creates the threads
 */
record LeaseSettings(Duration leaseDuration, Duration look, Duration flush, int maxHeld, long maxUnwritten,
		ThreadFactory threadFactory) {

}
