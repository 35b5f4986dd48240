package io.operations.sample.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;

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

	int port() {
		return this.port;
	}

	String url() {
		return url(this.port);
	}

	static String url(int port) {
		return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
	}

	/**
	 * Let it answer nothing, by SIGSTOP.
	 */
	void suspend() {
		signal("STOP");
	}

	/**
	 * Let it answer again, by SIGCONT.
	 */
	void resume() {
		signal("CONT");
	}

	private void signal(String signal) {
		Path file = this.directory.resolve("postmaster.pid");
		if (this.server == null || !Files.exists(file)) {
			return;
		}
		try {
			ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(Files.readAllLines(file).get(0).trim()))
				.orElseThrow();
			Stream.concat(Stream.of(postmaster), postmaster.descendants())
				.forEach((process) -> Instance.signal(signal, process.pid()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
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
