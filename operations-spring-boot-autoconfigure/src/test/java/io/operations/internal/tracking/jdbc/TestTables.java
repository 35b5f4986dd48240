package io.operations.internal.tracking.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

import javax.sql.DataSource;

import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.Resource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/**
 * Creates the tables of a test, and ages their rows.
 */
final class TestTables {

	private TestTables() {
	}

	static void create(DataSource dataSource, TrackingTables tables) {
		try {
			Resource script = new DefaultResourceLoader().getResource(JdbcTrackingStore.schemaLocation(dataSource));
			String text = tables.rename(script.getContentAsString(StandardCharsets.UTF_8));
			new ResourceDatabasePopulator(new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
				.execute(dataSource);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static void deliveredLongAgo(JdbcClient jdbc, TrackingTables tables) {
		jdbc.sql("DELETE FROM " + tables.scheduled()).update();
		jdbc.sql("UPDATE " + tables.tracked() + " SET state = 'DELIVERED', outcome = 'COMPLETED', ended_at = :then")
			.param("then", OffsetDateTime.now(ZoneOffset.UTC).minusDays(8))
			.update();
	}

}
