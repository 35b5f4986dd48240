package io.operations.benchmarks.tracking;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingListener;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An instance of an application that tracks operations, as a process that is told what to
 * do line by line.
 */
public final class TrackingInstance {

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	static final double SIGMA = 0.3;

	// As many writes as an application might have at once.
	private static final int WRITES = 8;

	private final ConfigurableApplicationContext context;

	private TrackingInstance(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Track as told.
	 * @param args properties of the application
	 * @throws IOException if the standard input cannot be read
	 */
	public static void main(String[] args) throws IOException {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.logStartupInfo(false)
			.properties("spring.main.banner-mode=off", "logging.level.root=ERROR", "operations.api-key=SK0123",
					"operations.api-key-secret=secret", "operations.tracking.store=jdbc",
					"operations.tracking.jdbc.initialize-schema=always")
			.run(args)) {
			TrackingInstance instance = new TrackingInstance(context);
			BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			System.out.println("ready");
			for (String command = commands.readLine(); command != null; command = commands.readLine()) {
				System.out.println(instance.answer(command.split(" ")));
			}
		}
		// The parent has ended, or wants this process to end.
		System.exit(0);
	}

	private String answer(String[] command) {
		Ends ends = this.context.getBean(Ends.class);
		return switch (command[0]) {
			case "track" -> track(Integer.parseInt(command[1]), Integer.parseInt(command[2]),
					Double.parseDouble(command[3]), Double.parseDouble(command[4]));
			case "figures" -> this.context.getBean(TimedEndpoint.class).polls() + " " + SYSTEM.getProcessCpuTime() + " "
					+ ends.nanos.sum() + " " + ends.count.sum();
			case "first" -> String.valueOf(this.context.getBean(TimedEndpoint.class).first());
			case "begin" -> String.valueOf(this.context.getBean(Begin.class).millis);
			case "heap" -> String.valueOf(heap());
			case "seen" -> takeAll(this.context.getBean(TimedEndpoint.class).lags());
			case "delivered" -> takeAll(ends.lags);
			default -> throw new IllegalArgumentException(command[0]);
		};
	}

	private static String takeAll(Queue<Long> lags) {
		return Stream.generate(lags::poll)
			.takeWhile(Objects::nonNull)
			.map(String::valueOf)
			.collect(Collectors.joining(" "));
	}

	private static long heap() {
		System.gc();
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	private String track(int first, int count, double median, double perSecond) {
		OperationTracker tracker = this.context.getBean(OperationTracker.class);
		Random random = new Random(first);
		Flux.interval(Duration.ofNanos(Math.round(1e9 / perSecond)))
			.onBackpressureBuffer(count)
			.take(count)
			.map((tick) -> TimedEndpoint.operation(first + tick.intValue(), Instant.now(),
					Duration.ofMillis(Math.round(1000 * median * Math.exp(SIGMA * random.nextGaussian())))))
			.flatMap((accepted) -> tracker.track(accepted, Map.of("tenant", "t1")), WRITES)
			.subscribe();
		return "tracking";
	}

	/**
	 * Notes when ends were told, and for how long calls to the store lasted.
	 */
	static final class Ends implements TrackingListener {

		private final Queue<Long> lags = new ConcurrentLinkedQueue<>();

		private final LongAdder count = new LongAdder();

		private final LongAdder nanos = new LongAdder();

		private void ended(String id) {
			this.count.increment();
			this.lags.add(Duration.between(TimedEndpoint.end(id), Instant.now()).toMillis());
		}

		@Override
		public void stored(String call, Duration duration, @Nullable Throwable fault) {
			this.nanos.add(duration.toNanos());
		}

	}

	/**
	 * Starts before the library does.
	 */
	static final class Begin implements SmartLifecycle {

		private volatile long millis;

		@Override
		public void start() {
			this.millis = System.currentTimeMillis();
		}

		@Override
		public void stop() {
			// Nothing runs.
		}

		@Override
		public boolean isRunning() {
			return this.millis != 0;
		}

		@Override
		public int getPhase() {
			return Integer.MIN_VALUE;
		}

	}

	/**
	 * Auto-configured, but for the socket.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		TimedEndpoint endpoint(@Value("${benchmark.answer-millis}") int answerMillis) {
			return new TimedEndpoint(Duration.ofMillis(answerMillis));
		}

		@Bean
		WebClientCustomizer withoutSocket(TimedEndpoint endpoint) {
			return (builder) -> builder.exchangeFunction(endpoint);
		}

		@Bean
		Begin begin() {
			return new Begin();
		}

		@Bean
		Ends ends() {
			return new Ends();
		}

		@Bean
		OperationOutcomeHandler handler(Ends ends) {
			return (outcome) -> ends.ended(outcome.operationId());
		}

	}

}
