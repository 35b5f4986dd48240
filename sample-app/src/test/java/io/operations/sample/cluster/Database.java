package io.operations.sample.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;

/**
 * A real PostgreSQL that can be stopped and started again with its data.
 */
final class Database implements AutoCloseable {

	private final Path directory;

	private int port;

	private @Nullable EmbeddedPostgres server;

	/**
	 * Create a database.
	 * @param directory where its data is, removed at the end
	 * @param port the port to listen on, 0 for a free one
	 */
	Database(Path directory, int port) {
		this.directory = directory;
		this.port = port;
	}

	Database start() {
		EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
			.setDataDirectory(this.directory)
			.setCleanDataDirectory(false);
		try {
			EmbeddedPostgres started = ((this.port != 0) ? builder.setPort(this.port) : builder).start();
			this.port = started.getPort();
			this.server = started;
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void stop() {
		EmbeddedPostgres running = this.server;
		this.server = null;
		try {
			if (running != null) {
				running.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String url() {
		return "jdbc:postgresql://localhost:" + this.port + "/postgres";
	}

	JdbcClient client() {
		return JdbcClient.create(new DriverManagerDataSource(url(), "postgres", ""));
	}

	Connection connect() throws SQLException {
		Connection connection = DriverManager.getConnection(url(), "postgres", "");
		connection.setAutoCommit(false);
		return connection;
	}

	static void lock(Connection connection, String select) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(select);
		}
	}

	@Override
	public void close() {
		stop();
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
