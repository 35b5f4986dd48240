package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections that break when a transaction is committed.
 */
@ExtendWith(OutputCaptureExtension.class)
class LostConnectionTests extends TrackingApplication {

	// The commits are those of the poll that sees the operation run, of the one that sees
	// its end, of the attempt that is counted, and of the handlers.
	@ParameterizedTest
	@CsvSource({ "1, 1", "2, 1", "3, 1", "4, 2" })
	void whenConnectionBreaksAtCommitNothingIsDelayed(int commit, int attempts, CapturedOutput output) {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status((poll > 1) ? "COMPLETED" : "RUNNING"));
		AtomicInteger commits = new AtomicInteger();
		Map<Connection, String> updated = Objects.requireNonNull(Collections.synchronizedMap(new IdentityHashMap<>()));
		try (HikariDataSource pool = PostgresDatabase.open()) {
			with(new RecordingDataSource(pool, (statement, connection) -> {
				if (statement.contains("UPDATE " + this.prefix + "tracked")) {
					updated.put(connection, statement);
				}
				else if (statement.equals("COMMIT") && updated.remove(connection) != null
						&& commits.incrementAndGet() == commit) {
					terminate(connection);
				}
			})).run((context) -> {
				track(context, "op");
				// Sooner than the work of a dead instance is taken over.
				assertThat(until(context, "op", TrackingState.DELIVERED).attempts()).isEqualTo(attempts);
			});
		}
		assertThat(commits).hasValueGreaterThanOrEqualTo(commit);
		if (commit < 4) {
			assertThat(output).doesNotContain("ERROR").doesNotContain("likely remain scheduled");
		}
	}

	private void terminate(Connection connection) throws SQLException {
		assertThat(this.jdbc.sql("SELECT pg_terminate_backend(:pid, 5000)")
			.param("pid", connection.unwrap(PGConnection.class).getBackendPID())
			.query(Boolean.class)
			.single()).isTrue();
	}

}
