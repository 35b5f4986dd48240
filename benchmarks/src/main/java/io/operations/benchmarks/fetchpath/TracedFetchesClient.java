package io.operations.benchmarks.fetchpath;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import com.sun.management.ThreadMXBean;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.operations.OperationsCredentials;
import io.operations.benchmarks.Tracing;
import io.operations.core.OperationsTemplate;
import io.operations.observation.MeteredObservationRegistry;
import io.operations.resilience.RateLimitSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * A process that makes a slice of the calls that each line of its standard input names,
 * and answers with the bytes and the nanoseconds of CPU that each of them took.
 */
public final class TracedFetchesClient {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final int CALLS = 1000;

	private static final String ID = "proc_job_01h9d8r0vte3hz8tykdj329t7r";

	private static final String ANSWER = "{\"operationId\":\"" + ID
			+ "\",\"status\":\"COMPLETED\",\"createdAt\":\"2025-01-15T10:30:00Z\",\"completedAt\":\"2025-01-15T10:30:09Z\","
			+ "\"related\":{\"configurationId\":\"cfg_configuration_01h9d8r0vte3hz8tykdj329t7r\"},\"error\":null}";

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final ObservationRegistry registry;

	private final OperationsTemplate operations;

	private TracedFetchesClient(ObservationRegistry registry) {
		this.registry = (registry instanceof MeteredObservationRegistry) ? ObservationRegistry.NOOP : registry;
		this.operations = OperationsTemplate
			.builder(WebClient.builder().exchangeFunction((request) -> Mono.fromSupplier(TracedFetchesClient::answer)))
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.observationRegistry(registry)
			.rateLimit(new RateLimitSettings(1_000_000, 64, 10))
			.rateLimiterConfig(RateLimiterConfig.custom()
				.limitForPeriod(1_000_000_000)
				.limitRefreshPeriod(Duration.ofMillis(1))
				.build())
			.scheduler(this.time)
			.build();
	}

	/**
	 * Call as told.
	 * @param args what observes: {@code nothing}, {@code meters}, {@code unsampled} or
	 * {@code sampled}
	 * @throws IOException if the standard input cannot be read
	 */
	public static void main(String[] args) throws IOException {
		TracedFetchesClient client = new TracedFetchesClient(registry(args[0]));
		BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		System.out.println("ready");
		for (String command = commands.readLine(); command != null; command = commands.readLine()) {
			System.out.println(client.slice(command));
		}
	}

	private static ObservationRegistry registry(String way) {
		if (way.equals("nothing")) {
			return ObservationRegistry.NOOP;
		}
		MeterRegistry meters = new SimpleMeterRegistry();
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
		if (way.equals("meters")) {
			return new MeteredObservationRegistry(registry, meters, true, List.of());
		}
		Tracing.add(registry, way.equals("sampled"));
		return registry;
	}

	private static ClientResponse answer() {
		return ClientResponse.create(HttpStatus.OK).header("Content-Type", "application/json").body(ANSWER).build();
	}

	private String slice(String call) {
		long thread = Thread.currentThread().getId();
		long bytes = THREADS.getThreadAllocatedBytes(thread);
		long cpu = THREADS.getCurrentThreadCpuTime();
		Observation caller = this.registry.isNoop() ? null : Observation.start("caller", this.registry);
		for (int i = 0; i < CALLS; i++) {
			call(call.equals("fetch") ? this.operations.fetch(ID) : this.operations.await(ID), caller);
		}
		if (caller != null) {
			caller.stop();
		}
		return (THREADS.getThreadAllocatedBytes(thread) - bytes) / (double) CALLS + " "
				+ (THREADS.getCurrentThreadCpuTime() - cpu) / (double) CALLS;
	}

	private void call(Mono<?> call, @Nullable Observation caller) {
		boolean[] ended = new boolean[1];
		((caller != null) ? call.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, caller))
				: call)
			.subscribe((operation) -> ended[0] = true);
		while (!ended[0]) {
			this.time.advanceTimeBy(Duration.ofSeconds(1));
		}
	}

}
