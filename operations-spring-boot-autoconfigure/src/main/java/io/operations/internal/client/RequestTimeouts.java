package io.operations.internal.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * Ends exchanges that take too long. All exchanges have the same timeout, so their
 * deadlines pass in the order in which they began. A single timer, set for the first
 * exchange, serves all of them. The timer is set again when it fires, not when that
 * exchange ends.
 */
final class RequestTimeouts {

	private final long timeout;

	private final Scheduler scheduler;

	// "this" guards the fields below. No foreign code is called while it is locked.
	private @Nullable Exchange first;

	private @Nullable Exchange last;

	private boolean timerIsSet;

	RequestTimeouts(Duration timeout, Scheduler scheduler) {
		this.timeout = timeout.toNanos();
		this.scheduler = scheduler;
	}

	void add(Exchange exchange) {
		synchronized (this) {
			exchange.deadline = now() + this.timeout;
			exchange.previous = this.last;
			if (this.last != null) {
				this.last.next = exchange;
			}
			else {
				this.first = exchange;
			}
			this.last = exchange;
			if (this.timerIsSet) {
				return;
			}
			this.timerIsSet = true;
		}
		setTimer(this.timeout);
	}

	synchronized void remove(Exchange exchange) {
		if (exchange.previous != null) {
			exchange.previous.next = exchange.next;
		}
		else if (this.first == exchange) {
			this.first = exchange.next;
		}
		if (exchange.next != null) {
			exchange.next.previous = exchange.previous;
		}
		else if (this.last == exchange) {
			this.last = exchange.previous;
		}
		exchange.previous = null;
		exchange.next = null;
	}

	private void setTimer(long nanos) {
		try {
			this.scheduler.schedule(this::ring, nanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			synchronized (this) {
				this.timerIsSet = false;
			}
			throw ex;
		}
	}

	private void ring() {
		List<Exchange> late = new ArrayList<>();
		long left = 0;
		synchronized (this) {
			long now = now();
			Exchange exchange = this.first;
			while (exchange != null && exchange.deadline <= now) {
				late.add(exchange);
				exchange = exchange.next;
			}
			this.timerIsSet = exchange != null;
			if (exchange != null) {
				left = exchange.deadline - now;
			}
		}
		if (left > 0) {
			setTimer(left);
		}
		for (Exchange exchange : late) {
			try {
				exchange.timeOut();
			}
			catch (RuntimeException | Error ex) {
				// Thrown by a subscriber, which must not affect other exchanges.
				Operators.onErrorDropped(ex, exchange.callersContext());
			}
		}
	}

	private long now() {
		return this.scheduler.now(TimeUnit.NANOSECONDS);
	}

}
