package io.operations.actuate;

import java.time.Duration;

import io.operations.OperationsActivity;

/**
 * The waits of a client, which live in this instance's memory, and its calls.
 *
 * @param waiting how many operations are waited for
 * @param oldest the age of the oldest wait
 * @param stuck how many of them are older than such operations ever get
 * @param backlogAge for how long the poll that is due first has been so
 * @param queued how many calls wait to be admitted
 * @param inFlight how many calls are under way
 * @param inFlightLimit how many calls may be under way at present
 * @since 0.1.0
 */
public record WaitsDescriptor(int waiting, Duration oldest, int stuck, Duration backlogAge, int queued, int inFlight,
		int inFlightLimit) {

	static WaitsDescriptor of(OperationsActivity activity) {
		return new WaitsDescriptor(activity.waiting(), activity.oldestWait(), activity.stuck(), activity.backlogAge(),
				activity.queued(), activity.inFlight(), activity.inFlightLimit());
	}

}
