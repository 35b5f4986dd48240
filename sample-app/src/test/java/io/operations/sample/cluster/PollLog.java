package io.operations.sample.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.operations.sample.cluster.RecordedEndpoint.Poll;

/**
 * What the endpoint's record of polls tells.
 */
final class PollLog {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private static final long STEP = SECOND / 10;

	private final List<Poll> polls;

	PollLog(Collection<Poll> polls) {
		this.polls = polls.stream().sorted(Comparator.comparingLong(Poll::began)).toList();
	}

	/**
	 * Return the polls of one instance.
	 * @param instance the instance
	 * @return its polls
	 */
	PollLog of(Instance instance) {
		return new PollLog(
				this.polls.stream().filter((poll) -> poll.userAgent().equals(instance.userAgent())).toList());
	}

	/**
	 * Return the polls that did not begin in a time.
	 * @param from when it begins
	 * @param until when it ends
	 * @return the others
	 */
	PollLog without(long from, long until) {
		return new PollLog(this.polls.stream().filter((poll) -> poll.began() < from || poll.began() >= until).toList());
	}

	int size() {
		return this.polls.size();
	}

	/**
	 * Return how often an operation was asked for while it was being asked for, by
	 * another instance or by the same.
	 * @return the number of such polls
	 */
	long overlaps() {
		Map<String, List<Poll>> byId = this.polls.stream().collect(Collectors.groupingBy(Poll::id));
		return byId.values().stream().mapToLong(PollLog::overlaps).sum();
	}

	private static long overlaps(List<Poll> polls) {
		long count = 0;
		long lastEnd = Long.MIN_VALUE;
		for (Poll poll : polls) {
			if (poll.began() < lastEnd) {
				count++;
			}
			lastEnd = Math.max(lastEnd, poll.ended());
		}
		return count;
	}

	/**
	 * Return how many polls a second began in a time.
	 * @param from when it begins
	 * @param until when it ends
	 * @return the rate
	 */
	double rate(long from, long until) {
		return (double) SECOND * between(from, until) / (until - from);
	}

	/**
	 * Return how many polls began in a time.
	 * @param from when it begins
	 * @param until when it ends
	 * @return the number
	 */
	long between(long from, long until) {
		return this.polls.stream().filter((poll) -> poll.began() >= from && poll.began() < until).count();
	}

	/**
	 * Return the most polls that began within a second.
	 * @param from when to begin to look
	 * @param until when to end
	 * @return the number
	 */
	long mostInASecond(long from, long until) {
		long most = 0;
		for (long start = from; start + SECOND <= until; start += STEP) {
			most = Math.max(most, between(start, start + SECOND));
		}
		return most;
	}

	/**
	 * Return how long it took until so many polls a second began for a whole second.
	 * @param rate how many
	 * @param from since when
	 * @param until until when to look
	 * @return the seconds until the beginning of that second, infinite if there was none
	 */
	double secondsToRate(double rate, long from, long until) {
		for (long start = from; start + SECOND <= until; start += STEP) {
			if (between(start, start + SECOND) >= rate) {
				return seconds(start - from);
			}
		}
		return Double.POSITIVE_INFINITY;
	}

	/**
	 * Return when an operation was first asked for after a time.
	 * @param id its id
	 * @param after the time
	 * @return the seconds since then, infinite if it was not
	 */
	double secondsToPoll(String id, long after) {
		return this.polls.stream()
			.filter((poll) -> poll.id().equals(id) && poll.began() > after)
			.mapToDouble((poll) -> seconds(poll.began() - after))
			.findFirst()
			.orElse(Double.POSITIVE_INFINITY);
	}

	/**
	 * Return which operations polls have seen the end of.
	 * @return their ids
	 */
	Set<String> ends() {
		return this.polls.stream().filter(Poll::sawEnd).map(Poll::id).collect(Collectors.toSet());
	}

	/**
	 * Return when the first poll began after a time.
	 * @param after the time
	 * @return the seconds since then, infinite if none did
	 */
	double secondsToFirst(long after) {
		return this.polls.stream()
			.filter((poll) -> poll.began() > after)
			.mapToDouble((poll) -> seconds(poll.began() - after))
			.findFirst()
			.orElse(Double.POSITIVE_INFINITY);
	}

	/**
	 * Return when another instance first polled after a time.
	 * @param instance the instance
	 * @param after the time
	 * @return the seconds since then, infinite if none did
	 */
	double secondsToOther(Instance instance, long after) {
		return this.polls.stream()
			.filter((poll) -> !poll.userAgent().equals(instance.userAgent()) && poll.began() > after)
			.mapToDouble((poll) -> seconds(poll.began() - after))
			.findFirst()
			.orElse(Double.POSITIVE_INFINITY);
	}

	/**
	 * Return the instances that asked.
	 * @return their names at the endpoint
	 */
	Set<String> instances() {
		return this.polls.stream().map(Poll::userAgent).collect(Collectors.toSet());
	}

	static double seconds(long nanos) {
		return (double) nanos / SECOND;
	}

}
