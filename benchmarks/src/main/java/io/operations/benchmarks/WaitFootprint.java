package io.operations.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.operations.AcceptedOperation;
import io.operations.OperationsCredentials;
import io.operations.core.OperationsTemplate;
import io.operations.observation.MeteredObservationRegistry;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * What 100,000 waits cost in heap, in time to begin and in processor time to cancel in
 * random order, seen once each or not at all.
 */
public final class WaitFootprint {

	private static final int WAITS = 100_000;

	private WaitFootprint() {
	}

	/**
	 * Run the measurement.
	 * @param args none
	 * @throws InterruptedException if it is interrupted
	 */
	public static void main(String[] args) throws InterruptedException {
		// What is there once, and what Maven leaves behind, is not to be counted.
		measure(true, observed());
		System.out.println("| waits | seen | observed | to begin | heap for each | threads more | to cancel |");
		System.out.println("|---|---|---|---|---|---|---|");
		for (ObservationRegistry observations : List.of(ObservationRegistry.NOOP, timed(), observed())) {
			print(false, name(observations), observations);
			print(true, name(observations), observations);
		}
		print(true, "an observation each, with a span that is not sampled", traced(false));
		print(true, "an observation each, with a sampled span", traced(true));
	}

	private static void print(boolean seen, String name, ObservationRegistry observations) throws InterruptedException {
		System.out.println("| " + WAITS + " | " + (seen ? "once" : "no") + " | " + name + " | "
				+ measure(seen, observations) + " |");
	}

	private static String name(ObservationRegistry observations) {
		if (observations.isNoop()) {
			return "no";
		}
		return (observations instanceof MeteredObservationRegistry) ? "timed, as with the actuator"
				: "an observation each";
	}

	private static ObservationRegistry timed() {
		MeterRegistry meters = new SimpleMeterRegistry();
		return new MeteredObservationRegistry(observed(meters), meters, true, List.of());
	}

	private static ObservationRegistry traced(boolean sampled) {
		ObservationRegistry registry = observed();
		Tracing.add(registry, sampled);
		return registry;
	}

	private static ObservationRegistry observed() {
		return observed(new SimpleMeterRegistry());
	}

	private static ObservationRegistry observed(MeterRegistry meters) {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
		return registry;
	}

	private static String measure(boolean seen, ObservationRegistry observations) throws InterruptedException {
		try (OperationsTemplate operations = OperationsTemplate
			.builder(WebClient.builder().exchangeFunction((request) -> Mono.fromSupplier(() -> answer(request.url()))))
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.observationRegistry(observations)
			.rateLimit(new RateLimitSettings(seen ? 100_000 : 0.001, 64, 10))
			.polling(new PollingSettings(Duration.ofMillis(500), Duration.ofHours(1), Duration.ofHours(10), WAITS,
					Duration.ofHours(1), 8))
			.schedule((state) -> Duration.ofHours(1))
			.build()) {
			List<AcceptedOperation> accepted = new ArrayList<>();
			for (int i = 0; i < WAITS; i++) {
				accepted.add(new AcceptedOperation("proc_job_" + i, null, null, Map.of()));
			}
			List<Disposable> waits = new ArrayList<>(WAITS);
			int threads = Thread.activeCount();
			long before = heap();
			long began = System.nanoTime();
			for (AcceptedOperation operation : accepted) {
				waits.add(operations.await(operation).subscribe());
			}
			double begin = (System.nanoTime() - began) / 1e9;
			// Long enough for all to be seen once, at whatever speed of the machine.
			Thread.sleep(seen ? 20_000 : 1000);
			long each = (heap() - before) / WAITS;
			int more = Thread.activeCount() - threads;
			Collections.shuffle(waits, new Random(1));
			ThreadMXBean threadTimes = ManagementFactory.getThreadMXBean();
			long cancelling = threadTimes.getCurrentThreadCpuTime();
			waits.forEach(Disposable::dispose);
			return String.format(Locale.ROOT, "%.1f s | %d bytes | %d | %.1f s", begin, each, more,
					(threadTimes.getCurrentThreadCpuTime() - cancelling) / 1e9);
		}
	}

	private static ClientResponse answer(URI url) {
		String id = url.getPath().substring(url.getPath().lastIndexOf('/') + 1);
		return ClientResponse.create(HttpStatus.OK)
			.header("Content-Type", "application/json")
			.body("{\"operationId\":\"" + id
					+ "\",\"status\":\"RUNNING\",\"createdAt\":\"2025-01-15T10:30:00Z\",\"completedAt\":null,"
					+ "\"statusUrl\":\"https://conversations.twilio.com/v2/ControlPlane/Operations/" + id
					+ "\",\"related\":{\"configurationId\":\"cfg_configuration_01h9d8r0vte3hz8tykdj329t7r\"},\"error\":null}")
			.build();
	}

	private static long heap() throws InterruptedException {
		for (int i = 0; i < 3; i++) {
			System.gc();
			Thread.sleep(200);
		}
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

}
