#!/usr/bin/env bash
# Guess: JpaTransactionManager shows its connection to JDBC code of the same DataSource, so a
#   JdbcTransactionManager of that DataSource takes part in its transaction: MANDATORY is content, and
#   what REQUIRED does is undone when the JPA transaction rolls back.
# Truth: JdbcTemplate joins the JPA transaction; JdbcTransactionManager uses the same connection, but does
#   not see the transaction. It refuses MANDATORY ("no existing transaction"). For REQUIRED it begins its
#   own on that connection and commits it, and with it all that was written within the JPA transaction
#   so far: the later rollback of the JPA transaction undoes nothing of it.
# Version: spring-orm, spring-jdbc and spring-tx 7.0.9, hibernate-core 7.4.5.Final, H2 2.4.240.
# Source: DataSourceTransactionManager.isExistingTransaction asks ConnectionHolder.isTransactionActive;
#   JpaTransactionManager.doBegin binds a ConnectionHolder that it does not mark as active.
# For users: Do not put a JdbcTransactionManager beside a JpaTransactionManager on one DataSource; one
#   JpaTransactionManager serves both. A library that wants to know whether JDBC work is part of a
#   transaction asks the bound connection for its auto-commit mode, not MANDATORY.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>findings</groupId>
	<artifactId>jdbc-in-jpa-transaction</artifactId>
	<version>1</version>
	<dependencies>
		<dependency>
			<groupId>org.springframework</groupId>
			<artifactId>spring-orm</artifactId>
			<version>7.0.9</version>
		</dependency>
		<dependency>
			<groupId>org.springframework</groupId>
			<artifactId>spring-context</artifactId>
			<version>7.0.9</version>
		</dependency>
		<dependency>
			<groupId>org.hibernate.orm</groupId>
			<artifactId>hibernate-core</artifactId>
			<version>7.4.5.Final</version>
		</dependency>
		<dependency>
			<groupId>com.h2database</groupId>
			<artifactId>h2</artifactId>
			<version>2.4.240</version>
		</dependency>
	</dependencies>
</project>
EOF

cat >Main.java <<'EOF'
import org.h2.jdbcx.JdbcConnectionPool;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

public class Main {

	public static void main(String[] args) {
		JdbcConnectionPool dataSource = JdbcConnectionPool.create("jdbc:h2:mem:findings", "sa", "");
		JdbcTemplate jdbc = new JdbcTemplate(dataSource);
		jdbc.execute("create table entry (name varchar(20))");

		LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
		factory.setDataSource(dataSource);
		factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		factory.setPackagesToScan("findings.none");
		factory.afterPropertiesSet();
		JpaTransactionManager jpa = new JpaTransactionManager(factory.getObject());
		jpa.afterPropertiesSet();
		JdbcTransactionManager other = new JdbcTransactionManager(dataSource);

		for (PlatformTransactionManager outer : new PlatformTransactionManager[] { other, jpa }) {
			String title = (outer == jpa) ? "JPA outside" : "JDBC outside";
			for (int propagation : new int[] { TransactionDefinition.PROPAGATION_MANDATORY,
					TransactionDefinition.PROPAGATION_REQUIRED }) {
				jdbc.execute("delete from entry");
				TransactionTemplate inner = new TransactionTemplate(other);
				inner.setPropagationBehavior(propagation);
				StringBuilder seen = new StringBuilder();
				new TransactionTemplate(outer).executeWithoutResult((status) -> {
					jdbc.update("insert into entry values ('outer')");
					try {
						inner.executeWithoutResult((nested) -> jdbc.update("insert into entry values ('inner')"));
						seen.append("accepted");
					}
					catch (IllegalTransactionStateException ex) {
						seen.append("refused: ").append(ex.getMessage());
					}
					status.setRollbackOnly();
				});
				System.out.println(title + ", "
						+ ((propagation == TransactionDefinition.PROPAGATION_MANDATORY) ? "MANDATORY" : "REQUIRED")
						+ " inside: " + seen + "; left after rollback: "
						+ jdbc.queryForList("select name from entry", String.class));
			}
		}
		factory.destroy();
		dataSource.dispose();
	}

}
EOF

mvn -q -B -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath \
	-Dmdep.outputFile=classpath
java -cp "$(cat classpath)" Main.java 2>log | tee seen || { cat log >&2; exit 1; }

cat >expected <<'EOF'
JDBC outside, MANDATORY inside: accepted; left after rollback: []
JDBC outside, REQUIRED inside: accepted; left after rollback: []
JPA outside, MANDATORY inside: refused: No existing transaction found for transaction marked with propagation 'mandatory'; left after rollback: []
JPA outside, REQUIRED inside: accepted; left after rollback: [outer, inner]
EOF
if ! diff expected seen >difference; then
	echo "This finding no longer holds (< as found, > seen now):" >&2
	cat difference >&2
	[[ ! -s log ]] || cat log >&2
	exit 1
fi
