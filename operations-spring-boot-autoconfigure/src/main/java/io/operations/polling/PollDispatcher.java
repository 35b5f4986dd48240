package io.operations.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.operations.resilience.Admission;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Hands the polls that are due to the admission, as many as may leave soon, and tells of
 * the deadlines that have passed. One timer serves all.
 */
final class PollDispatcher {

	private final AtomicInteger pumping = new AtomicInteger();

	private final Admission admission;

	private final Pace pace;

	private final Scheduler scheduler;

	private final Consumer<Wait> poll;

	private final Consumer<Waiter> late;

	private final Outage outage;

	// All below is guarded by "this"; nothing foreign is called while it is held. The
	// poller may hold its own lock when it calls, never the other way round.
	private final DuePolls due = new DuePolls();

	private final NavigableSet<Waiter> deadlines = new TreeSet<>(Timed.ORDER);

	private int firstsHanded;

	private int repeatsHanded;

	private @Nullable Disposable timer;

	private long timerAt = Long.MAX_VALUE;

	private boolean closed;

	/**
	 * Create the dispatcher.
	 * @param admission tells how many polls may be handed over
	 * @param pace tells whether there are too few of them
	 * @param outage tells whether the endpoint is away
	 * @param scheduler where the timer is set
	 * @param poll makes a poll, and says {@link #handedBack(boolean)} at its end
	 * @param late told of who has waited too long
	 */
	PollDispatcher(Admission admission, Pace pace, Outage outage, Scheduler scheduler, Consumer<Wait> poll,
			Consumer<Waiter> late) {
		this.admission = admission;
		this.pace = pace;
		this.scheduler = scheduler;
		this.poll = poll;
		this.late = late;
		this.outage = outage;
	}

	synchronized void add(Wait wait, long at, long notBefore) {
		wait.at(at);
		wait.notBefore(notBefore);
		this.due.add(wait);
	}

	synchronized void hasten(Wait wait, long at) {
		if (at < wait.at() && this.due.remove(wait)) {
			wait.at(at);
			this.due.add(wait);
		}
	}

	synchronized void remove(Wait wait) {
		this.due.remove(wait);
	}

	synchronized void addDeadline(Waiter waiter) {
		this.deadlines.add(waiter);
	}

	synchronized void removeDeadline(Waiter waiter) {
		this.deadlines.remove(waiter);
	}

	/**
	 * Note that a poll is over.
	 * @param repeat whether it was a repeat poll when it was handed over
	 */
	void handedBack(boolean repeat) {
		synchronized (this) {
			count(repeat, -1);
		}
		pump();
	}

	/**
	 * Hand over the polls that may leave now, end the waits whose deadline has passed,
	 * and set the timer to what is next. One thread at a time; others leave it to that
	 * one.
	 */
	void pump() {
		if (this.pumping.getAndIncrement() != 0) {
			return;
		}
		boolean done = false;
		try {
			int missed = 1;
			while (missed != 0) {
				late().forEach(this.late);
				Wait wait = next(isRoomForEarlyPolls());
				while (wait != null) {
					this.poll.accept(wait);
					wait = next(isRoomForEarlyPolls());
				}
				setTimer(isRoomForEarlyPolls());
				missed = this.pumping.addAndGet(-missed);
			}
			done = true;
		}
		finally {
			if (!done) {
				// Whatever was thrown, the next one must be able to go on.
				this.pumping.set(0);
			}
		}
	}

	private synchronized List<Waiter> late() {
		List<Waiter> passed = new ArrayList<>();
		long now = now();
		while (!this.deadlines.isEmpty() && this.deadlines.first().at() <= now) {
			passed.add(this.deadlines.pollFirst());
		}
		return passed;
	}

	private synchronized @Nullable Wait next(boolean early) {
		long now = now();
		boolean away = this.outage.holdsWaits();
		if (this.closed || (away && !this.outage.mayProbe())) {
			return null;
		}
		DuePolls.Sorts sorts = away ? DuePolls.Sorts.BOTH : sorts();
		Wait wait = this.due.take(now, sorts);
		if (wait == null && early && !away) {
			wait = this.due.takeEarly(now, sorts);
		}
		if (wait != null && away && !this.outage.beginProbe()) {
			this.due.add(wait);
			return null;
		}
		if (wait != null) {
			count(wait.isRepeated(), 1);
		}
		return wait;
	}

	private void count(boolean repeat, int number) {
		this.outage.underWay(number);
		if (repeat) {
			this.repeatsHanded += number;
		}
		else {
			this.firstsHanded += number;
		}
	}

	// Each sort has a bound of its own: first polls wait among fetches, and would else
	// keep all places from repeat polls.
	private DuePolls.Sorts sorts() {
		int most = this.admission.maxHanded();
		return new DuePolls.Sorts(this.firstsHanded < most, this.repeatsHanded < most);
	}

	private boolean isRoomForEarlyPolls() {
		return this.pace.isShortOfPolls() && this.admission.hasRoom();
	}

	private void setTimer(boolean early) {
		long at;
		synchronized (this) {
			at = Math.min(nextPoll(early), this.deadlines.isEmpty() ? Long.MAX_VALUE : this.deadlines.first().at());
			if (at == this.timerAt) {
				return;
			}
			this.timerAt = at;
			if (this.timer != null) {
				this.timer.dispose();
				this.timer = null;
			}
		}
		if (at == Long.MAX_VALUE) {
			return;
		}
		Disposable set = this.scheduler.schedule(() -> ring(at), Math.max(0, at - now()), TimeUnit.MILLISECONDS);
		synchronized (this) {
			if (this.timerAt == at) {
				this.timer = set;
			}
		}
	}

	private long nextPoll(boolean early) {
		if (this.closed) {
			return Long.MAX_VALUE;
		}
		if (this.outage.holdsWaits()) {
			return Math.max(this.due.next(DuePolls.Sorts.BOTH), this.outage.nextLook());
		}
		// Where enough is under way, that comes first, and comes back here.
		DuePolls.Sorts sorts = sorts();
		long next = this.due.next(sorts);
		return early ? Math.min(next, this.due.nextEarly(sorts)) : next;
	}

	private void ring(long at) {
		synchronized (this) {
			if (this.timerAt == at) {
				this.timerAt = Long.MAX_VALUE;
				this.timer = null;
			}
		}
		pump();
	}

	/**
	 * Return for how long the poll that is due first has been so.
	 * @return the time, zero if none is overdue
	 */
	synchronized Duration backlogAge() {
		long next = this.due.next(DuePolls.Sorts.BOTH);
		return Duration.ofMillis((next != Long.MAX_VALUE) ? Math.max(0, now() - next) : 0);
	}

	/**
	 * Hand nothing over any more.
	 */
	void close() {
		synchronized (this) {
			this.closed = true;
		}
		pump();
	}

	// Of the clock that is never set back: polls would wait for it to come round again.
	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

}
