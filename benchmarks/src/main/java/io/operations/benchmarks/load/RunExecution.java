package io.operations.benchmarks.load;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Takes one contender through one cell.
 */
final class RunExecution {

	private static final AtomicInteger ACCOUNTS = new AtomicInteger();

	private final StubControl server;

	private final Duration interval;

	private final Duration longest;

	RunExecution(StubControl server, Duration interval, Duration longest) {
		this.server = server;
		this.interval = interval;
		this.longest = longest;
	}

	/**
	 * Run.
	 * @param run who and in what
	 * @param ready counts those who run at the same time and are ready to begin
	 * @return what came of it
	 * @throws InterruptedException if it is interrupted
	 */
	Outcome run(Run run, CountDownLatch ready) throws InterruptedException {
		Cell cell = run.cell();
		String account = "AC" + ACCOUNTS.incrementAndGet();
		this.server.open(account, cell);
		try (ChildProcess client = new ChildProcess(ClientProcess.class, run.contender().name(), this.server.baseUrl(),
				account, cell.limit().name(), Long.toString(this.interval.toMillis()),
				Integer.toString(cell.operations()), Integer.toString(cell.seconds()))) {
			require(client.line(ChildProcess.READY, Instant.now().plusSeconds(180)), run);
			ready.countDown();
			ready.await();
			Instant began = Instant.now();
			client.order("begin");
			// Most are waited for while the last ones begin.
			Thread.sleep(cell.seconds() * 950L);
			client.order("heap");
			double heap = Double.parseDouble(require(client.line("heap", Instant.now().plusSeconds(60)), run));
			client.line("done", began.plus(this.longest));
			double seconds = Duration.between(began, Instant.now()).toMillis() / 1e3;
			Tally tally = this.server.tally(account);
			client.order("end");
			double cpu = Double.parseDouble(require(client.line("cpu", Instant.now().plusSeconds(60)), run));
			Outcome outcome = new Outcome(tally, seconds, cpu, heap);
			System.err.println(run + ": " + outcome);
			return outcome;
		}
	}

	private static String require(@Nullable String answer, Run run) {
		return Objects.requireNonNull(answer, () -> run + " does not answer");
	}

}
