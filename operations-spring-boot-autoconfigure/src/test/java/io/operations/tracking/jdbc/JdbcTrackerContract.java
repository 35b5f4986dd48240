package io.operations.tracking.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;

import javax.sql.DataSource;

import io.operations.tracking.OperationTrackerContract;
import io.operations.tracking.TrackingEngine;
import io.operations.tracking.TrackingStore;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.Resource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a tracker promises whose store is a database.
 */
abstract class JdbcTrackerContract extends OperationTrackerContract {

	protected final DataSource dataSource;

	protected final TrackingTables tables = new TrackingTables(
			"t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12) + "_");

	protected final JdbcClient jdbc;

	JdbcTrackerContract(DataSource dataSource) {
		this.dataSource = dataSource;
		this.jdbc = JdbcClient.create(dataSource);
		createTables(this.tables);
	}

	protected final void createTables(TrackingTables names) {
		try {
			Resource script = new DefaultResourceLoader()
				.getResource(JdbcTrackingStore.schemaLocation(this.dataSource));
			String text = names.rename(script.getContentAsString(StandardCharsets.UTF_8));
			new ResourceDatabasePopulator(new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
				.execute(this.dataSource);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@BeforeEach
	void nothingIsLeftOver() {
		List<String> left = this.jdbc.sql("SELECT id FROM " + this.tables.tracked()).query(String.class).list();
		assertThat(left).isEmpty();
	}

	protected JdbcTrackingSettings jdbcSettings(String name) {
		return new JdbcTrackingSettings(this.tables, 8, Objects.requireNonNull(Executors.defaultThreadFactory()),
				Duration.ofMillis(50), Duration.ofMillis(500), 4, Duration.ofSeconds(5), name);
	}

	@Override
	protected TrackingStore createStore(TrackingEngine engine) {
		return new JdbcTrackingStore(this.dataSource, List.of(new JdbcTransactionManager(this.dataSource)),
				jdbcSettings("test-" + UUID.randomUUID().toString().substring(0, 8)), engine);
	}

}
