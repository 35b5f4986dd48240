package io.operations.internal.resilience;

import java.time.Duration;

import reactor.core.Disposable;

/**
 * Reports to a poller for how many polls the account has capacity.
 *
 * @since 0.1.0
 */
public interface PollCapacity {

	/**
	 * Return the prefix of the configuration keys of the client that owns the limits.
	 * @return the prefix, without a dot at its end
	 */
	String keyPrefix();

	/**
	 * Add an action to run whenever no request is queued and another one could be in
	 * flight. A poll that is not due yet can then use the free capacity. Each poller that
	 * sends its polls through this admission adds one.
	 * @param action the action, which runs on the thread that freed the capacity
	 * @return removes the action
	 */
	Disposable onCapacity(Runnable action);

	/**
	 * Return whether no request is queued and another one could be in flight.
	 * @return {@code true} if another request would be sent as soon as it has a permit
	 */
	boolean hasCapacity();

	/**
	 * Return how many polls the poller needs to hand over at once. The number applies to
	 * first polls and to repeat polls separately. It is the maximum of requests in
	 * flight, so that no free place stays unused.
	 * @return the number of polls
	 */
	int maxHanded();

	/**
	 * Return how many polls one poller may send per second. The number is what the rate
	 * limiter and the limit of requests in flight allow, minus the recent rate of
	 * fetches. If instances or pollers share the rate, it is an equal share of it. It is
	 * at least the share of the queue that is reserved for polls.
	 * @return the number of polls per second
	 */
	double pollsPerSecond();

	/**
	 * Return how many instances have a part of the rate that {@link #pollsPerSecond()}
	 * returns, if instances share the rate.
	 * @return the number of instances, including this one; 0 if the rate is not shared
	 */
	int senders();

	/**
	 * Return how many requests may be in flight at present.
	 * @return the number of requests, at most that of the settings
	 */
	int inFlightLimit();

	/**
	 * Return how long the current pause still lasts.
	 * @return the time; zero if there is no pause
	 */
	Duration paused();

	/**
	 * Return the means of an operator to pause and resume the account.
	 * @return the means, which also say whether an operator began the current pause
	 */
	OperatorPause operatorPause();

	/**
	 * Return when the last pause ended.
	 * @return the time in milliseconds of the scheduler's monotonic clock;
	 * {@link Long#MIN_VALUE} if no pause has ended
	 */
	long lastPauseEnd();

}
