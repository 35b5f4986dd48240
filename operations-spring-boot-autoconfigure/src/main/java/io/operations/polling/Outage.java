package io.operations.polling;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.operations.OperationFetcher;
import io.operations.OperationNotFoundException;
import io.operations.OperationsActivity;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import reactor.core.scheduler.Scheduler;

/**
 * Whether the endpoint answers the calls of a template. Polls of waits, polls of tracked
 * operations and attempts of fetches all report here, so that an outage is one for all.
 * While it lasts, one poll at a time finds out whether the endpoint answers again, ever
 * more seldom, and all others stay where they are. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Outage {

	private static final double GROWTH = 1.5;

	private static final double JITTER = 0.15;

	private static final double PART_OF_LONGEST = 3;

	// How long a poller takes at most to notice what another one found out.
	private static final long LOOK_AGAIN_MILLIS = 1000;

	private final String client;

	private final double shortest;

	private final double longest;

	private final Scheduler scheduler;

	private final OperationsListener listener;

	// All below is guarded by "this"; nothing foreign is called while it is held. The
	// pollers may hold their own locks when they call, never the other way round.
	private int faults;

	private boolean refused;

	private boolean refusedLast;

	private int underWay;

	private double interval;

	private long nextProbe;

	private long began;

	/**
	 * Create what is known of an endpoint.
	 * @param client the name of the client
	 * @param settings the shortest and the longest interval
	 * @param scheduler tells the time
	 * @param listener told when an outage begins and when it ends
	 */
	public Outage(String client, PollingSettings settings, Scheduler scheduler, OperationsListener listener) {
		this.client = client;
		this.shortest = 2.0 * settings.minInterval().toMillis();
		// Thrice in the time that a wait is used to, so that nobody waits much longer.
		this.longest = Math.max(this.shortest, settings.maxInterval().toMillis() / PART_OF_LONGEST);
		this.scheduler = scheduler;
		this.listener = listener;
	}

	/**
	 * Return attempts that report here how they end.
	 * @param attempt the attempts
	 * @return the same
	 */
	public OperationFetcher noting(OperationFetcher attempt) {
		return (operationId) -> attempt.fetch(operationId).doOnNext((snapshot) -> succeeded()).doOnError(this::failed);
	}

	/**
	 * Note that an attempt brought an operation.
	 */
	void succeeded() {
		answered(true);
	}

	/**
	 * Note that an attempt failed.
	 * @param reason why
	 */
	void failed(Throwable reason) {
		if (!(reason instanceof OperationsException known)) {
			return;
		}
		if (known instanceof OtherOperationException) {
			// The endpoint answers.
			succeeded();
			return;
		}
		boolean refusal = known instanceof OperationsAuthenticationException;
		// An error in the application ends a wait, and is a fault like any other all the
		// same.
		boolean fault = known.isTransient() || known instanceof OperationsUnavailableException;
		if (refusal || (fault && !(known instanceof OperationsThrottledException))) {
			if (count(refusal)) {
				this.listener.outageBegan(this.client, known);
			}
		}
		// What never left says nothing of the endpoint.
		else if (known.getStatusCode().isPresent()) {
			answered(known instanceof OperationNotFoundException);
		}
	}

	private synchronized boolean count(boolean refusal) {
		if (this.faults == 0) {
			this.began = now();
		}
		this.refused |= refusal;
		this.refusedLast = refusal;
		this.faults++;
		if (this.faults != OperationsActivity.FAULTS_IN_A_ROW) {
			return false;
		}
		this.interval = this.shortest;
		this.nextProbe = now() + (long) this.interval;
		return true;
	}

	private void answered(boolean accepted) {
		Duration over;
		synchronized (this) {
			// An answer such as 429 says nothing of the credentials.
			if (this.refused && !accepted) {
				return;
			}
			over = isOn() ? Duration.ofMillis(now() - this.began) : null;
			this.faults = 0;
			this.refused = false;
			this.refusedLast = false;
		}
		if (over != null) {
			this.listener.outageEnded(this.client, over);
		}
	}

	/**
	 * Return whether an outage lasts: several attempts in a row brought no answer, or a
	 * refusal of the credentials.
	 * @return whether one poll at a time is to be made
	 */
	synchronized boolean isOn() {
		return this.faults >= OperationsActivity.FAULTS_IN_A_ROW;
	}

	/**
	 * Return whether polls of waits are to stay where they are. Where credentials are
	 * refused they need not: each wait ends with the first refusal that it meets.
	 * @return whether one poll at a time is to be made for all waits
	 */
	synchronized boolean holdsWaits() {
		return isOn() && !this.refusedLast;
	}

	/**
	 * Return whether the endpoint is of no use: there is an outage, or it has refused the
	 * credentials and not accepted them since.
	 * @return what health calls DOWN
	 */
	public synchronized boolean isAway() {
		return this.refused || isOn();
	}

	/**
	 * Return whether the next probe may be made now.
	 * @return {@code true} if it is time and no poll is under way
	 */
	synchronized boolean mayProbe() {
		return this.underWay == 0 && now() >= this.nextProbe;
	}

	/**
	 * Begin a probe.
	 * @return {@code false} if somebody else has made it meanwhile
	 */
	synchronized boolean beginProbe() {
		long now = now();
		if (now < this.nextProbe) {
			return false;
		}
		this.interval = Math.min(this.longest, this.interval * GROWTH);
		double spread = 1 - JITTER + 2 * JITTER * ThreadLocalRandom.current().nextDouble();
		this.nextProbe = now + (long) (this.interval * spread);
		return true;
	}

	/**
	 * Note that polls were handed over to leave, or that they are over.
	 * @param number how many; negative if they are over
	 */
	synchronized void underWay(int number) {
		this.underWay += number;
	}

	/**
	 * Return when it is to be looked again whether a probe may be made, or the outage is
	 * over.
	 * @return the time
	 */
	synchronized long nextLook() {
		long again = now() + LOOK_AGAIN_MILLIS;
		return (this.underWay == 0) ? Math.min(this.nextProbe, again) : again;
	}

	// Of the clock that is never set back: polls would wait for it to come round again.
	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

}
