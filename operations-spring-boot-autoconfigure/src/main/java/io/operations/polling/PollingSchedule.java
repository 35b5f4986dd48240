package io.operations.polling;

import java.time.Duration;

/**
 * Decides when to ask for an operation again. An application may replace it by a bean of
 * its own.
 * <p>
 * What it answers is changed in three ways: by 15 % of jitter to either side, upwards
 * while polls fail one after another for everybody, and upwards to a Retry-After of the
 * last answer.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PollingSchedule {

	/**
	 * Return when to ask again. Called after each poll, on the thread on which its answer
	 * came: it must not block.
	 * @param state what is known of the operation
	 * @return the time until the next poll, from now; less than a millisecond is taken
	 * for one
	 */
	Duration nextPoll(PollingState state);

}
