package io.operations.internal.tracking.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;

import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * A real PostgreSQL, started once for all tests.
 */
public final class PostgresDatabase {

	private static final EmbeddedPostgres SERVER = start();

	public static final HikariDataSource DATA_SOURCE = open();

	private PostgresDatabase() {
	}

	private static EmbeddedPostgres start() {
		try {
			EmbeddedPostgres server = EmbeddedPostgres.builder().start();
			Runtime.getRuntime().addShutdownHook(new Thread(() -> {
				try {
					server.close();
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			}));
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public static HikariDataSource open() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl(SERVER.getJdbcUrl("postgres", "postgres"));
		dataSource.setMaximumPoolSize(20);
		return dataSource;
	}

}
