#!/usr/bin/env bash
# Guess: In H2, DELETE ... WHERE id IN (SELECT id ... ORDER BY ended LIMIT 1000) reads the subquery once,
#   as a SELECT with the same condition does, and deletes 1000 rows.
# Truth: The SELECT finds exactly 1000 rows. The DELETE removes another number, 992 to 1002 as measured,
#   where rows share the sort key, and takes seconds for 2,560 rows. DELETE ... FETCH FIRST 1000 ROWS ONLY
#   removes exactly 1000, in milliseconds.
# Version: H2 2.4.240.
# Source: measured here; https://github.com/h2database/h2database/issues/4158 reports such a DELETE as slow.
# For users: Limit the DELETE itself. A cleanup in batches that asks "was it a whole batch?" stops early on
#   H2 if the batch is limited by a subquery, and blocks its connection for seconds.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>findings</groupId>
	<artifactId>delete-with-limited-subquery</artifactId>
	<version>1</version>
	<dependencies>
		<dependency>
			<groupId>com.h2database</groupId>
			<artifactId>h2</artifactId>
			<version>2.4.240</version>
		</dependency>
	</dependencies>
</project>
EOF

cat >Main.java <<'EOF'
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

class Main {

	static final String FIRST = "state = 'OLD' AND id IN"
			+ " (SELECT id FROM job WHERE state = 'OLD' ORDER BY ended LIMIT 1000)";

	public static void main(String[] args) throws SQLException {
		int runs = 0;
		int deleted = 1000;
		while (deleted == 1000 && runs < 20) {
			deleted = run("DELETE FROM job WHERE " + FIRST);
			runs++;
		}
		System.out.println((deleted != 1000) ? "a limited subquery: another number than 1000 deleted"
				: "a limited subquery: 1000 deleted in each of 20 runs");
		System.out.println("a limited DELETE: " + run("DELETE FROM job WHERE state = 'OLD' FETCH FIRST 1000 ROWS ONLY")
				+ " deleted");
	}

	static int run(String delete) throws SQLException {
		try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
				Statement statement = connection.createStatement()) {
			statement.execute("CREATE TABLE job (id INT PRIMARY KEY, state VARCHAR(9) NOT NULL, ended DATE NOT NULL)");
			statement.execute("INSERT INTO job SELECT x, 'OLD', DATE '2026-01-01' FROM SYSTEM_RANGE(1, 2560)");
			try (ResultSet found = statement.executeQuery("SELECT COUNT(*) FROM job WHERE " + FIRST)) {
				found.next();
				if (found.getInt(1) != 1000) {
					throw new IllegalStateException("The SELECT finds " + found.getInt(1) + " rows");
				}
			}
			return statement.executeUpdate(delete);
		}
	}

}
EOF

mvn -B -q dependency:copy-dependencies -DoutputDirectory=lib
java -cp 'lib/*' Main.java | tee output
diff output - <<'EOF'
a limited subquery: another number than 1000 deleted
a limited DELETE: 1000 deleted
EOF
