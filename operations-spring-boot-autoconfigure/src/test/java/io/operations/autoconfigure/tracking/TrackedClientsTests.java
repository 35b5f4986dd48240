package io.operations.autoconfigure.tracking;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.operations.AcceptedOperation;
import io.operations.OperationsRequestException;
import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.metrics.OperationsTrackingMetricsAutoConfiguration;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * Tracked operations of several clients of one application.
 */
class TrackedClientsTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	@RegisterExtension
	static final WireMockExtension server = WireMockExtension.newInstance()
		.options(WireMockConfiguration.wireMockConfig().dynamicPort())
		.build();

	private final List<OperationOutcome> outcomes = new CopyOnWriteArrayList<>();

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
						OperationsAutoConfiguration.class, OperationsTrackingAutoConfiguration.class,
						OperationsTrackingMetricsAutoConfiguration.class, MetricsAutoConfiguration.class,
						DataSourceAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class))
		.withBean(OperationOutcomeHandler.class, () -> this.outcomes::add)
		.withBean(SimpleMeterRegistry.class, () -> this.registry)
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=s1",
				"operations.base-url=" + server.baseUrl(), "operations.clients.campaigns.product=messages",
				"operations.clients.campaigns.base-url=" + server.baseUrl(), "operations.polling.min-interval=10ms",
				"spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID());

	@ParameterizedTest
	@ValueSource(strings = { "memory", "jdbc" })
	void operationsOfEveryClientAreTrackedByTheirStatusUrl(String store) {
		stub();
		this.runner.withPropertyValues("operations.tracking.store=" + store).run((context) -> {
			assertThat(context).hasNotFailed();
			OperationTracker tracker = context.getBean(OperationTracker.class);
			assertThat(tracker.clients()).containsExactly("operations", "campaigns");
			track(tracker.track(accepted("comms_operation_1", "/v1/Messages/Operations/comms_operation_1")));
			track(tracker.track(accepted("proc_job_1", "/v2/ControlPlane/Operations/proc_job_1")));
			track(tracker.track("proc_job_2", Map.of()));
			track(tracker.forClient("campaigns").track("comms_operation_2", Map.of()));
			assertThatIllegalArgumentException()
				.isThrownBy(() -> track(tracker.track(accepted("x", "/v9/Elsewhere/x"))))
				.withMessageContaining("/v9/Elsewhere/x")
				.withMessageContaining("forClient");
			Mono<TrackingResult> foreign = tracker.forClient("campaigns")
				.track(accepted("proc_job_9", "/v2/ControlPlane/Operations/proc_job_9"));
			assertThatExceptionOfType(OperationsRequestException.class).isThrownBy(() -> track(foreign))
				.withMessageContaining("/v2/ControlPlane/Operations/proc_job_9");
			await().atMost(MAX_WAIT).until(() -> this.outcomes.size() == 4);
			assertThat(this.outcomes)
				.extracting(OperationOutcome::client, OperationOutcome::operationId, OperationOutcome::type)
				.containsExactlyInAnyOrder(tuple("campaigns", "comms_operation_1", OperationOutcome.Type.COMPLETED),
						tuple("operations", "proc_job_1", OperationOutcome.Type.COMPLETED),
						tuple("operations", "proc_job_2", OperationOutcome.Type.COMPLETED),
						tuple("campaigns", "comms_operation_2", OperationOutcome.Type.COMPLETED));
			await().atMost(MAX_WAIT)
				.until(() -> this.registry.get("operations.deliveries")
					.tags("client", "campaigns", "result", "delivered")
					.counter()
					.count() == 2);
			assertThat(this.registry.get("operations.stuck").tags("of", "tracked").gauges())
				.extracting((gauge) -> gauge.getId().getTag("client"))
				.containsExactlyInAnyOrder("operations", "campaigns");
		});
	}

	@Test
	void aRegisteredClientIsTrackedUntilItsTemplateIsClosed() {
		stub();
		this.runner.run((context) -> {
			OperationsTemplate late = context.getBean(OperationsTemplate.class).mutate().name("late").build();
			context.getBean(OperationsClients.class).register("late", late);
			OperationTracker tracker = context.getBean(OperationTracker.class);
			track(tracker.forClient("late").track("proc_job_3", Map.of()));
			await().atMost(MAX_WAIT).until(() -> this.outcomes.size() == 1);
			assertThat(this.outcomes.get(0).client()).isEqualTo("late");
			await().atMost(MAX_WAIT).until(this::hasGaugesOfTheLateClient);
			late.close();
			await().atMost(MAX_WAIT).until(() -> !hasGaugesOfTheLateClient());
			assertThatIllegalArgumentException().isThrownBy(() -> tracker.forClient("late"))
				.withMessageContaining("operations, campaigns");
		});
	}

	private boolean hasGaugesOfTheLateClient() {
		return this.registry.find("operations.stuck").tags("client", "late", "of", "tracked").gauge() != null;
	}

	private static void track(Mono<?> tracked) {
		Objects.requireNonNull(tracked.block(MAX_WAIT));
	}

	private static AcceptedOperation accepted(String id, String path) {
		return new AcceptedOperation(id, URI.create(server.baseUrl() + path), null, Map.of());
	}

	private static void stub() {
		server.stubFor(get(urlPathMatching("/v2/ControlPlane/Operations/.*")).willReturn(okJson("""
				{"status": "COMPLETED"}""")));
		server.stubFor(get(urlPathMatching("/v1/Messages/Operations/.*")).willReturn(okJson("""
				{"status": "COMPLETED", "stats": {"total": 2, "failed": 1}}""")));
	}

}
