package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Contains the periodic jobs of an instance for all clients. The jobs remove outdated
 * rows, measure the database's clock, and spread the leases over the instances.
 */
final class HousekeepingJobs {

	private static final Log logger = LogFactory.getLog(HousekeepingJobs.class);

	private final TrackingDatabase database;

	private final Map<String, ClientWork> clients;

	private final Instances instances;

	private final UnknownClients unknownClients;

	private final Supplier<Instant> now;

	/**
	 * Create the jobs.
	 * @param database the database
	 * @param clients the work of the started clients, by their names
	 * @param instances spreads the leases
	 * @param now the clock of this instance
	 */
	HousekeepingJobs(TrackingDatabase database, Map<String, ClientWork> clients, Instances instances,
			Supplier<Instant> now) {
		this.database = database;
		this.clients = clients;
		this.instances = instances;
		this.unknownClients = new UnknownClients(database.own(), database.tables());
		this.now = now;
	}

	/**
	 * Remove outdated rows of all clients, and report unknown clients.
	 */
	void keepHouse() {
		try {
			this.database.measureClock();
			Instant present = this.now.get();
			for (ClientWork client : this.clients.values()) {
				client.keepHouse(present);
			}
			this.unknownClients.report(this.clients.keySet());
			this.instances.forgetDead();
		}
		catch (RuntimeException ex) {
			// An exception would end the periodic pruning.
			logger.warn(
					"The library cannot remove delivered operations older than operations.tracking.retention. It tries"
							+ " again in one minute. If this repeats, fix the cause below: until then the table grows.",
					ex);
		}
	}

	/**
	 * Release a lease if this instance has more than its share.
	 */
	void spreadLeases() {
		Collection<ClientWork> held = held();
		try {
			if (this.clients.size() > 1 && this.instances.hasLeaseToRelease(this.clients.size(), held.size())) {
				held.stream().findAny().ifPresent(ClientWork::releaseLease);
			}
		}
		catch (RuntimeException ex) {
			// An exception would end the job.
			logger.debug("How many instances hold leases is not known at present.", ex);
		}
	}

	/**
	 * Return how long a lease must have been free before this instance takes it. So
	 * instances that hold fewer leases can take it first.
	 * @return the time, zero if this instance has less than its share
	 */
	Duration takeoverDelay() {
		return this.instances.takeoverDelay(this.clients.size(), held().size());
	}

	private Collection<ClientWork> held() {
		return this.clients.values().stream().filter(ClientWork::isHolding).toList();
	}

}
