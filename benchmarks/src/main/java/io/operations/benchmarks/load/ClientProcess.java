package io.operations.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.AcceptedOperation;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * A client in a process of its own, told on its standard input what to do: begin, tell
 * its heap, tell its processor time and end.
 */
public final class ClientProcess {

	/**
	 * How many operations each client has awaited before it is measured: the first ones
	 * cost the loading of classes.
	 */
	static final int WARM_UPS = 200;

	private final PollingClient client;

	private final WebClient writer;

	private final AtomicInteger waiting;

	private ClientProcess(PollingClient client, WebClient writer, int operations) {
		this.client = client;
		this.writer = writer;
		this.waiting = new AtomicInteger(operations);
	}

	/**
	 * Run a client.
	 * @param args contender, base URL, account, limit, interval in ms, operations,
	 * seconds over which they begin
	 * @throws IOException if the standard input cannot be read
	 */
	public static void main(String[] args) throws IOException {
		Target target = new Target(args[1], args[2], Limit.valueOf(args[3]),
				Duration.ofMillis(Long.parseLong(args[4])));
		int operations = Integer.parseInt(args[5]);
		Contender contender = Contender.valueOf(args[0]);
		new ClientProcess(contender.client(target.warmUp()), target.warmUp().writer(), WARM_UPS).warmUp();
		ClientProcess process = new ClientProcess(contender.client(target), target.writer(), operations);
		Duration began = Duration.ZERO;
		System.out.println(ChildProcess.READY);
		BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String order = orders.readLine(); order != null; order = orders.readLine()) {
			switch (order) {
				case "begin" -> {
					began = processorTime();
					process.begin(operations, Double.parseDouble(args[6]));
				}
				case "heap" -> System.out.println("heap " + heap() / 1e6);
				case "end" -> {
					System.out.println("cpu " + processorTime().minus(began).toMillis() / 1e3);
					System.out.flush();
					Runtime.getRuntime().halt(0);
				}
				default -> throw new IllegalArgumentException(order);
			}
		}
		Runtime.getRuntime().halt(1);
	}

	@SuppressWarnings("FutureReturnValueIgnored")
	private void begin(int operations, double seconds) {
		ScheduledExecutorService feed = Executors.newSingleThreadScheduledExecutor();
		for (int i = 0; i < operations; i++) {
			int index = i;
			feed.schedule(() -> startAndTell(index), (long) (i * seconds / operations * 1e9), TimeUnit.NANOSECONDS);
		}
	}

	private void warmUp() {
		Flux.range(0, WARM_UPS).flatMap(this::start, 10).blockLast(Duration.ofMinutes(2));
	}

	private Mono<Void> start(int index) {
		return this.writer.post()
			.uri("/operations/{index}", index)
			.exchangeToMono(AcceptedOperation::from)
			.flatMap(this.client::await);
	}

	private void startAndTell(int index) {
		start(index).doFinally((how) -> {
			if (this.waiting.decrementAndGet() == 0) {
				System.out.println("done");
			}
		}).subscribe((nothing) -> {
		}, (ex) -> System.err.println(index + ": " + ex));
	}

	private static Duration processorTime() {
		return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
	}

	private static long heap() {
		System.gc();
		System.gc();
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

}
