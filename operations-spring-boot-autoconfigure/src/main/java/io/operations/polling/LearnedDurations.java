package io.operations.polling;

import java.time.Duration;
import java.util.List;

/**
 * Describes how long operations of a kind take, as far as a schedule has learned it.
 * Immutable.
 *
 * @param ends the number of operations of this kind that were seen to end
 * @param median the age by which half of the operations have ended
 * @param upperQuantile the age by which 95 % of the operations have ended
 * @param polls the average number of polls for an operation under the current plan
 * @param lag the average time from the end of an operation to the poll that sees it,
 * under the current plan
 * @param points the learned distribution: ages in ascending order by which equal parts of
 * the operations have ended. With 32 points, 1/64 of the operations end before the first
 * one, and 1/32 between two neighbours. Empty if the schedule knows no distribution.
 * @since 0.1.0
 */
public record LearnedDurations(long ends, Duration median, Duration upperQuantile, double polls, Duration lag,
		List<Duration> points) {

	public LearnedDurations {
		points = List.copyOf(points);
	}

	/**
	 * Create a description without a distribution.
	 * @param ends the number of operations of this kind that were seen to end
	 * @param median the age by which half of the operations have ended
	 * @param upperQuantile the age by which 95 % of the operations have ended
	 * @param polls the average number of polls for an operation
	 * @param lag the average time from the end of an operation to the poll that sees it
	 */
	public LearnedDurations(long ends, Duration median, Duration upperQuantile, double polls, Duration lag) {
		this(ends, median, upperQuantile, polls, lag, List.of());
	}

}
