package io.operations.internal.tracking.jdbc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.operations.autoconfigure.OperationsConfigurationException;
import io.operations.autoconfigure.tracking.SharedRateLimitAutoConfiguration;
import io.operations.internal.resilience.jdbc.JdbcBudgetStore;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A build meets the tables of another one. The older build is the last one without
 * leases, 77597a0.
 */
class OlderSchemaTests extends TrackingApplication {

	static List<Named<DataSource>> databases() {
		JdbcDataSource h2 = new JdbcDataSource();
		h2.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
		return List.of(Named.of("h2", h2), Named.of("postgresql", PostgresDatabase.DATA_SOURCE));
	}

	@ParameterizedTest(autoCloseArguments = false)
	@MethodSource("databases")
	void whenTablesAreOlderStartFailsWithMissingColumn(DataSource target) throws IOException {
		createTablesOfAnOlderBuild(target);
		for (String mode : List.of("never", "always")) {
			with(target).withPropertyValues("operations.tracking.jdbc.initialize-schema=" + mode)
				.run((context) -> assertThat(messages(context.getStartupFailure())).as(mode)
					.contains("lacks a column", this.prefix + "tracked")
					.containsIgnoringCase("column \"client\""));
		}
	}

	// The statements with which that build checks its tables at the start.
	@ParameterizedTest(autoCloseArguments = false)
	@MethodSource("databases")
	void whenBuildIsOlderItRefusesTablesByNameOfColumn(DataSource target) {
		with(target).run((context) -> assertThat(context).hasNotFailed());
		JdbcClient jdbc = JdbcClient.create(target);
		Stream<String> checks = Stream.of(
				"SELECT id, kind, state, status, operation, attributes, accepted, tracked_at, created_at, deadline,"
						+ " learned_millis, polls, last_fault, stuck, outcome, ended_at, attempts, forgiven,"
						+ " delivery_fault, version FROM " + this.prefix + "tracked WHERE id = ''",
				"SELECT task_name, task_instance, task_data, execution_time, picked, picked_by, last_success,"
						+ " last_failure, consecutive_failures, last_heartbeat, version, priority FROM " + this.prefix
						+ "scheduled WHERE task_name = ''");
		assertThatExceptionOfType(NonTransientDataAccessException.class)
			.isThrownBy(() -> checks.forEach((check) -> jdbc.sql(check).query().listOfRows()))
			.satisfies((ex) -> assertThat(ex.getMostSpecificCause().getMessage()).containsIgnoringCase("priority"));
	}

	@ParameterizedTest(autoCloseArguments = false)
	@MethodSource("databases")
	void whenColumnsAreMissingAdviceHasTheirStatements(DataSource target) {
		with(target).run((context) -> assertThat(context).hasNotFailed());
		JdbcClient jdbc = JdbcClient.create(target);
		for (String column : List.of("delivery_fault", "traceparent")) {
			jdbc.sql("ALTER TABLE " + this.prefix + "tracked DROP COLUMN " + column).update();
		}
		boolean isH2 = target instanceof JdbcDataSource;
		List<String> statements = List.of(
				"ALTER TABLE " + this.prefix + "tracked ADD COLUMN delivery_fault "
						+ (isH2 ? "VARCHAR(1000000)" : "TEXT") + ";",
				"ALTER TABLE " + this.prefix + "tracked ADD COLUMN traceparent " + (isH2 ? "VARCHAR(1000)" : "TEXT")
						+ ";");
		for (String mode : List.of("never", "always")) {
			with(target).withPropertyValues("operations.tracking.jdbc.initialize-schema=" + mode)
				.run((context) -> assertThat(advice(context.getStartupFailure())).as(mode)
					.endsWith(": " + String.join(" ", statements)));
		}
		statements.forEach((statement) -> jdbc.sql(statement).update());
		with(target).run((context) -> assertThat(context).hasNotFailed());
	}

	// As the changelog has them.
	@ParameterizedTest(autoCloseArguments = false)
	@MethodSource("databases")
	void whenColumnsOfTheSharedRateAreMissingAdviceHasTheirStatements(DataSource target) {
		ApplicationContextRunner sharing = with(target)
			.withConfiguration(AutoConfigurations.of(SharedRateLimitAutoConfiguration.class));
		sharing.run((context) -> assertThat(context.getBean(JdbcBudgetStore.class)).isNotNull());
		JdbcClient jdbc = JdbcClient.create(target);
		for (String column : List.of("paused_by_operator", "resumes")) {
			jdbc.sql("ALTER TABLE " + this.prefix + "budget DROP COLUMN " + column).update();
		}
		List<String> statements = List.of(
				"ALTER TABLE " + this.prefix + "budget ADD COLUMN paused_by_operator BOOLEAN NOT NULL DEFAULT FALSE;",
				"ALTER TABLE " + this.prefix + "budget ADD COLUMN resumes INTEGER NOT NULL DEFAULT 0;");
		sharing.run((context) -> assertThatException().isThrownBy(() -> context.getBean(JdbcBudgetStore.class))
			.satisfies((ex) -> assertThat(advice(ex)).contains(": " + String.join(" ", statements))
				.contains("operations.rate-limit.across-instances=none")));
		statements.forEach((statement) -> jdbc.sql(statement).update());
		sharing.run((context) -> assertThat(context.getBean(JdbcBudgetStore.class)).isNotNull());
	}

	private static String advice(@Nullable Throwable failure) {
		return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
			.filter((fault) -> fault instanceof TrackingDatabaseException
					|| fault instanceof OperationsConfigurationException)
			.map((fault) -> String.valueOf(ReflectionTestUtils.getField(fault, "action")))
			.findFirst()
			.orElse("");
	}

	private static String messages(@Nullable Throwable failure) {
		return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
			.map(Throwable::getMessage)
			.collect(Collectors.joining("\n"));
	}

	private void createTablesOfAnOlderBuild(DataSource target) throws IOException {
		String schema = TrackingDialect.of(target).schema();
		String script = schema.substring(schema.lastIndexOf('/') + 1).replace("schema-", "schema-before-leases-");
		String text = new ClassPathResource(script, OlderSchemaTests.class).getContentAsString(StandardCharsets.UTF_8);
		new ResourceDatabasePopulator(
				new ByteArrayResource(new TrackingTables(this.prefix).rename(text).getBytes(StandardCharsets.UTF_8)))
			.execute(target);
	}

}
