package io.operations.internal.tracking.jdbc;

import java.util.List;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.operations.internal.tracking.ClientTracking;
import io.operations.internal.tracking.ClientTrackingFactory;
import io.operations.internal.tracking.TrackingEngine;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.PlatformTransactionManager;

/**
 * Creates a {@link JdbcTrackingStore} for each client. All stores share one database, its
 * connections and the threads that deliver outcomes. Each client has a lease. The leases
 * spread over the instances of the application.
 *
 * @since 0.1.0
 */
public final class JdbcTrackingStores implements ClientTrackingFactory {

	private final DataSource dataSource;

	private final Supplier<List<PlatformTransactionManager>> transactionManagers;

	private final JdbcTrackingSettings settings;

	// Guarded by "this".
	private @Nullable InstanceWork instance;

	/**
	 * Create the factory.
	 * @param dataSource the database
	 * @param transactionManagers supplies the application's transaction managers when
	 * they are first needed. Handlers run in transactions of the first manager that
	 * belongs to this database.
	 * @param settings the settings of all stores
	 */
	public JdbcTrackingStores(DataSource dataSource, Supplier<List<PlatformTransactionManager>> transactionManagers,
			JdbcTrackingSettings settings) {
		this.dataSource = dataSource;
		this.transactionManagers = transactionManagers;
		this.settings = settings;
	}

	/**
	 * Create the store of a client.
	 * @param engine the engine of the client
	 * @return the store, not started
	 * @throws TrackingDatabaseException if the database is unavailable, or is neither
	 * PostgreSQL nor H2
	 */
	@Override
	public synchronized ClientTracking create(TrackingEngine engine) {
		if (this.instance == null) {
			this.instance = new InstanceWork(
					new TrackingDatabase(this.dataSource, this.transactionManagers, this.settings, engine), engine);
		}
		return new JdbcTrackingStore(this.instance, engine);
	}

}
