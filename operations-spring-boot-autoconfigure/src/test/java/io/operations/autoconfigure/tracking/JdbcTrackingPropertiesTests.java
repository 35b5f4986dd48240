package io.operations.autoconfigure.tracking;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.internal.tracking.jdbc.JdbcTrackingStores;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What is set for the store in a database is seen there.
 */
class JdbcTrackingPropertiesTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final List<Thread> threads = new CopyOnWriteArrayList<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.tracking.store=jdbc", "spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID())
		.withBean(OperationsTemplate.class, () -> this.endpoint.template().build())
		.withBean(OperationOutcomeHandler.class, () -> (outcome) -> this.threads.add(Thread.currentThread()))
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class,
				OperationsTrackingAutoConfiguration.class, DataSourceAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class));

	@Test
	void theNameOfTheInstanceIsInTheDatabaseWhileItPolls() {
		this.endpoint.others((poll) -> Mono.never());
		this.runner.withPropertyValues("operations.tracking.jdbc.instance-name=mine").run((context) -> {
			context.getBean(OperationTracker.class).track("op", Map.of()).block(MAX_WAIT);
			JdbcClient jdbc = JdbcClient.create(context.getBean(DataSource.class));
			await().atMost(MAX_WAIT)
				.untilAsserted(() -> assertThat(
						jdbc.sql("SELECT picked_by FROM operations_lease WHERE picked").query(String.class).list())
					.containsExactly("mine"));
		});
	}

	@Test
	void theLeaseIsRenewedWithEachLook() {
		this.runner
			.withPropertyValues("operations.tracking.jdbc.look-interval=50ms",
					"operations.tracking.jdbc.lease-duration=10m")
			.run((context) -> {
				JdbcClient jdbc = JdbcClient.create(context.getBean(DataSource.class));
				await().atMost(MAX_WAIT).until(() -> heartbeats(jdbc).size() == 1);
				List<@Nullable Object> first = heartbeats(jdbc);
				await().atMost(MAX_WAIT).until(() -> heartbeats(jdbc).size() == 1 && !heartbeats(jdbc).equals(first));
			});
	}

	@Test
	void everyPropertyReachesTheStore() {
		this.runner
			.withPropertyValues("operations.tracking.jdbc.deliveries=3", "operations.tracking.jdbc.look-interval=40ms",
					"operations.tracking.jdbc.flush-interval=30ms", "operations.tracking.jdbc.lease-duration=5s",
					"operations.tracking.max-held=77", "operations.tracking.jdbc.heartbeat-interval=5m",
					"operations.tracking.jdbc.missed-heartbeats=6", "operations.tracking.jdbc.shutdown-max-wait=7s",
					"operations.tracking.jdbc.instance-name=mine", "operations.tracking.jdbc.table-prefix=own_")
			.run((context) -> assertThat(context.getBean(JdbcTrackingStores.class))
				.extracting("settings.deliveries", "settings.lookInterval", "settings.flushInterval",
						"settings.leaseDuration", "settings.maxHeld", "settings.heartbeatInterval",
						"settings.missedHeartbeats", "settings.shutdownMaxWait", "settings.instanceName",
						"settings.tables.prefix")
				.containsExactly(3, Duration.ofMillis(40), Duration.ofMillis(30), Duration.ofSeconds(5), 77,
						Duration.ofMinutes(5), 6, Duration.ofSeconds(7), "mine", "own_"));
	}

	@Test
	void halfAsManyOutcomesAreDeliveredAtOnceAsRequestsMayBeInFlight() {
		this.runner.run((context) -> {
			int maxInFlight = TemplateInternals.of(context.getBean(OperationsTemplate.class)).polls().maxInFlight();
			assertThat(context.getBean(JdbcTrackingStores.class)).extracting("settings.deliveries")
				.isEqualTo(maxInFlight / 2);
		});
	}

	@Test
	void handlersRunOnThreadsThatAreNamedAfterTheTracking() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.runner.run((context) -> {
			assertThat(handlerThread(context.getBean(OperationTracker.class)).getName())
				.startsWith("operations-tracking-");
			assertThat(this.threads).allMatch(Thread::isDaemon);
		});
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void withVirtualThreadsHandlersRunOnThose() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.runner.withPropertyValues("spring.threads.virtual.enabled=true").run((context) -> {
			Thread thread = handlerThread(context.getBean(OperationTracker.class));
			assertThat(thread.getName()).startsWith("operations-tracking-");
			// Not in JDK 17, which this is compiled for.
			assertThat(Thread.class.getMethod("isVirtual").invoke(thread)).isEqualTo(true);
		});
	}

	private static List<@Nullable Object> heartbeats(JdbcClient jdbc) {
		return jdbc.sql("SELECT last_heartbeat FROM operations_lease WHERE picked").query().singleColumn();
	}

	private Thread handlerThread(OperationTracker tracker) {
		tracker.track("op", Map.of()).block(MAX_WAIT);
		await().atMost(MAX_WAIT).until(() -> !this.threads.isEmpty());
		return this.threads.get(0);
	}

}
