package io.operations.internal.polling;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.OperationFetcher;
import io.operations.OperationNotFoundException;
import io.operations.OperationsActivity;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.polling.PollingSettings;
import reactor.core.scheduler.Scheduler;

/**
 * Detects outages: whether the server answers the requests of a template. Polls of waits,
 * polls of tracked operations and attempts of fetches all report here, so that they share
 * one outage. During an outage only one poll at a time is sent, at growing intervals, to
 * probe whether the server answers again. All other polls wait. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Outage {

	private static final double GROWTH = 1.5;

	private static final double JITTER = 0.15;

	private static final double PART_OF_LONGEST = 3;

	// The longest time until a poller notices the result of another poller's probe.
	private static final long LOOK_AGAIN_MILLIS = 1000;

	private final String client;

	private final double shortest;

	private final double longest;

	private final Scheduler scheduler;

	private final OperationsListener listener;

	private final AtomicInteger underWay = new AtomicInteger();

	// Both are written while this object is locked. The pollers read both several times
	// for each poll, so they read them without the lock.
	private volatile int faults;

	private volatile boolean holdsWaits;

	// The fields below are guarded by "this". No foreign code is called while it is
	// locked. A poller may hold its own lock when it calls this class. This class never
	// calls a poller.
	private boolean refused;

	private double interval;

	private long nextProbe;

	private long began;

	/**
	 * Create the detection for one template.
	 * @param client the name of the client
	 * @param settings the bounds of the intervals between probes
	 * @param scheduler the clock
	 * @param listener notified when an outage begins and when it ends
	 */
	public Outage(String client, PollingSettings settings, Scheduler scheduler, OperationsListener listener) {
		this.client = client;
		this.shortest = 2.0 * settings.minInterval().toMillis();
		// Three probes in the longest interval of a wait, so that an outage hardly
		// prolongs a wait.
		this.longest = Math.max(this.shortest, settings.maxInterval().toMillis() / PART_OF_LONGEST);
		this.scheduler = scheduler;
		this.listener = listener;
	}

	/**
	 * Return a fetcher that reports the outcome of each attempt here.
	 * @param attempt makes the attempts
	 * @return the reporting fetcher
	 */
	public OperationFetcher noting(OperationFetcher attempt) {
		return (operationId) -> attempt.fetch(operationId).doOnNext((snapshot) -> succeeded()).doOnError(this::failed);
	}

	/**
	 * Record that an attempt got an operation.
	 */
	void succeeded() {
		answered(true);
	}

	/**
	 * Record that an attempt failed.
	 * @param reason the error
	 */
	void failed(Throwable reason) {
		if (!(reason instanceof OperationsException known)) {
			return;
		}
		if (known instanceof OtherOperationException) {
			// The server answers.
			succeeded();
			return;
		}
		boolean refusal = known instanceof OperationsAuthenticationException;
		// A JVM error in the application ends a wait. It also counts as a fault of the
		// server.
		boolean fault = known.isTransient() || known instanceof OperationsUnavailableException;
		if (refusal || (fault && !(known instanceof OperationsThrottledException))) {
			if (count(refusal)) {
				this.listener.outageBegan(this.client, known);
			}
		}
		// A request that never left says nothing about the server.
		else if (known.getStatusCode() != null) {
			answered(known instanceof OperationNotFoundException);
		}
	}

	private synchronized boolean count(boolean refusal) {
		if (this.faults == 0) {
			this.began = now();
		}
		this.refused |= refusal;
		this.faults++;
		this.holdsWaits = isOn() && !refusal;
		if (this.faults != OperationsActivity.FAULTS_IN_A_ROW) {
			return false;
		}
		this.interval = this.shortest;
		this.nextProbe = now() + (long) this.interval;
		return true;
	}

	private void answered(boolean accepted) {
		if (this.faults == 0) {
			return;
		}
		Duration over;
		synchronized (this) {
			// A 429, for example, does not show whether the server accepts the
			// credentials.
			if (this.refused && !accepted) {
				return;
			}
			over = isOn() ? Duration.ofMillis(now() - this.began) : null;
			this.holdsWaits = false;
			this.faults = 0;
			this.refused = false;
		}
		if (over != null) {
			this.listener.outageEnded(this.client, over);
		}
	}

	/**
	 * Return whether there is an outage: several attempts in a row got no answer, or the
	 * server rejected the credentials.
	 * @return whether only one poll at a time may leave
	 */
	boolean isOn() {
		return this.faults >= OperationsActivity.FAULTS_IN_A_ROW;
	}

	/**
	 * Return whether the outage holds back the polls of waits. An outage by rejected
	 * credentials does not: each wait ends with its first rejection.
	 * @return whether only one poll at a time may leave for all waits
	 */
	boolean holdsWaits() {
		return this.holdsWaits;
	}

	/**
	 * Return whether the server is unavailable: there is an outage, or the server has
	 * rejected the credentials and not accepted them since.
	 * @return {@code true} while passive health is DOWN
	 */
	public synchronized boolean isServerUnavailable() {
		return this.refused || isOn();
	}

	/**
	 * Return how long the server has been unavailable.
	 * @return the time since the first of the failed attempts, zero if the server is
	 * available
	 */
	public synchronized Duration unavailableFor() {
		return isServerUnavailable() ? Duration.ofMillis(now() - this.began) : Duration.ZERO;
	}

	/**
	 * Return whether the server has rejected the credentials and not accepted them since.
	 * @return {@code true} until the server accepts the credentials
	 */
	public synchronized boolean areCredentialsRejected() {
		return this.refused;
	}

	/**
	 * Return whether the next probe may leave now.
	 * @return {@code true} if the probe is due and no poll is in flight
	 */
	synchronized boolean mayProbe() {
		return this.underWay.get() == 0 && now() >= this.nextProbe;
	}

	/**
	 * Begin a probe.
	 * @return {@code false} if another caller began the probe in the meantime
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
	 * Record that polls were handed to the admission, or that they are over.
	 * @param number the number of polls, negative if they are over
	 */
	void underWay(int number) {
		this.underWay.addAndGet(number);
	}

	/**
	 * Return the time at which a poller checks again whether a probe may leave or the
	 * outage is over.
	 * @return the time in milliseconds of the scheduler's monotonic clock
	 */
	synchronized long nextLook() {
		long again = now() + LOOK_AGAIN_MILLIS;
		return (this.underWay.get() == 0) ? Math.min(this.nextProbe, again) : again;
	}

	// A monotonic clock. After a step back of the wall clock, polls would wait too long.
	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

}
