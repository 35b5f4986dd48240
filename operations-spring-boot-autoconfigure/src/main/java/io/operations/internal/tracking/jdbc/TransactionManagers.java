package io.operations.internal.tracking.jdbc;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.util.ReflectionUtils;

/**
 * Sorts the application's transaction managers by their databases. The resource that a
 * manager reports identifies its database, so no transaction is begun to find out. The
 * managers are resolved when they are first needed, because a bean that a manager needs
 * may need the tracker.
 */
final class TransactionManagers {

	private static final Log logger = LogFactory.getLog(TransactionManagers.class);

	private final DataSource dataSource;

	private final Supplier<List<PlatformTransactionManager>> managers;

	// Two threads may both compute the same value: no lock is held meanwhile.
	private volatile @Nullable Sorted sorted;

	/**
	 * Create the managers.
	 * @param dataSource the database
	 * @param managers supplies the managers, beginning with the one that handlers use by
	 * default
	 */
	TransactionManagers(DataSource dataSource, Supplier<List<PlatformTransactionManager>> managers) {
		this.dataSource = dataSource;
		this.managers = managers;
	}

	/**
	 * Return the managers of this database.
	 * @return the managers
	 */
	List<PlatformTransactionManager> ofDatabase() {
		return sorted().ofDatabase();
	}

	/**
	 * Return the keys under which the managers of this database bind connections.
	 * @return the DataSources
	 */
	List<DataSource> dataSources() {
		return sorted().dataSources();
	}

	/**
	 * Return the managers that do not report their resource.
	 * @return the managers
	 */
	List<PlatformTransactionManager> unknown() {
		return sorted().unknown();
	}

	private Sorted sorted() {
		Sorted known = this.sorted;
		if (known == null) {
			known = sort(this.managers.get());
			this.sorted = known;
		}
		return known;
	}

	private Sorted sort(List<PlatformTransactionManager> managers) {
		Sorted result = new Sorted(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
		DataSource innermost = innermost(this.dataSource);
		for (PlatformTransactionManager manager : managers) {
			Object resource = resource(manager);
			if (resource == null) {
				result.unknown().add(manager);
			}
			else if (resource instanceof DataSource its && innermost(its).equals(innermost)) {
				result.ofDatabase().add(manager);
				result.dataSources().add(its);
			}
		}
		if (result.ofDatabase().isEmpty() && !result.unknown().isEmpty()) {
			logger.warn("A transaction manager does not report its resource: " + result.unknown()
					+ ". Handlers of outcomes therefore run in a transaction of the library. If the manager belongs to the"
					+ " database of tracked operations, let it implement ResourceTransactionManager and return its"
					+ " DataSource.");
		}
		return result;
	}

	private static DataSource innermost(DataSource dataSource) {
		List<DataSource> layers = OwnDataSource.layers(dataSource);
		return layers.get(layers.size() - 1);
	}

	private static @Nullable Object resource(PlatformTransactionManager manager) {
		Object behind = AopProxyUtils.getSingletonTarget(manager);
		Object target = (behind != null) ? behind : manager;
		if (target instanceof DataSourceTransactionManager jdbc) {
			return jdbc.getDataSource();
		}
		DataSource dataSource = dataSource(target);
		if (dataSource != null) {
			return dataSource;
		}
		return (target instanceof ResourceTransactionManager known) ? known.getResourceFactory() : null;
	}

	// The managers of JPA and Hibernate also have this method, but are not on every class
	// path.
	private static @Nullable DataSource dataSource(Object manager) {
		Method getter = ReflectionUtils.findMethod(manager.getClass(), "getDataSource");
		if (getter == null || !DataSource.class.isAssignableFrom(getter.getReturnType())) {
			return null;
		}
		try {
			ReflectionUtils.makeAccessible(getter);
			return (DataSource) ReflectionUtils.invokeMethod(getter, manager);
		}
		catch (RuntimeException ex) {
			logger.debug("Transaction manager " + manager + " does not return its DataSource.", ex);
			return null;
		}
	}

	/**
	 * Groups the managers by the resource that they report.
	 *
	 * @param ofDatabase the managers of this database
	 * @param dataSources the keys under which the managers of this database bind
	 * connections
	 * @param unknown the managers that do not report their resource
	 */
	private record Sorted(List<PlatformTransactionManager> ofDatabase, List<DataSource> dataSources,
			List<PlatformTransactionManager> unknown) {

	}

}
