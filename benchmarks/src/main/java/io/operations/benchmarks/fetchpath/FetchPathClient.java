package io.operations.benchmarks.fetchpath;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * A process that fetches in one of the ways for as many milliseconds as each line of its
 * standard input says, and answers with the number of fetches, the nanoseconds of CPU,
 * and the bytes allocated.
 */
public final class FetchPathClient {

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final Variant.Fetch fetch;

	private final int concurrency;

	private FetchPathClient(Variant.Fetch fetch, int concurrency) {
		this.fetch = fetch;
		this.concurrency = concurrency;
	}

	/**
	 * Fetch as told.
	 * @param args the variant, the port of the server, the number of concurrent fetches
	 * @throws IOException if the standard input cannot be read
	 */
	public static void main(String[] args) throws IOException {
		String baseUrl = "http://127.0.0.1:" + args[1];
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.logStartupInfo(false)
			.properties("spring.main.banner-mode=off", "logging.level.root=WARN",
					// Another benchmark's.
					"spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
					"operations.base-url=" + baseUrl, "operations.api-key=SK0123", "operations.api-key-secret=secret",
					"operations.rate-limit.requests-per-second=1000000",
					"operations.rate-limit.max-in-flight=" + args[2])
			.run()) {
			Variant.Fetch fetch = Variant.valueOf(args[0]).prepare(context.getBeanFactory(), baseUrl);
			FetchPathClient client = new FetchPathClient(fetch, Integer.parseInt(args[2]));
			BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			System.out.println("ready");
			for (String command = commands.readLine(); command != null; command = commands.readLine()) {
				System.out.println(client.slice(Duration.ofMillis(Long.parseLong(command))));
			}
		}
	}

	private String slice(Duration length) {
		LongAdder fetches = new LongAdder();
		long bytes = allocated();
		long cpu = SYSTEM.getProcessCpuTime();
		long end = System.nanoTime() + length.toNanos();
		Flux.range(0, this.concurrency)
			.flatMap((worker) -> Mono.defer(() -> this.fetch.of("proc_job_01h9d8r0vte3hz8tykdj329t7r"))
				.doOnNext((operation) -> fetches.increment())
				.repeat(() -> System.nanoTime() < end), this.concurrency)
			.blockLast(Duration.ofMinutes(1));
		return fetches.sum() + " " + (SYSTEM.getProcessCpuTime() - cpu) + " " + (allocated() - bytes);
	}

	private static long allocated() {
		return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
			.filter((bytes) -> bytes > 0)
			.sum();
	}

	/**
	 * Auto-configured, with metrics.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
