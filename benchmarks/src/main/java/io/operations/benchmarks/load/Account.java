package io.operations.benchmarks.load;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.DoubleStream;

import org.jspecify.annotations.Nullable;

/**
 * The operations of one account, its limit, and what its client did.
 */
final class Account {

	// The same operations for each client.
	private static final long SEED = 42;

	private final Map<String, StubOperation> operations = new ConcurrentHashMap<>();

	private final AtomicLong answered = new AtomicLong();

	private final AtomicLong refused = new AtomicLong();

	private final double[] durations;

	private final Duration serverTime;

	private final Gate gate;

	private final Faults faults;

	Account(int operations, Limit limit, Distribution distribution) {
		this(durations(operations, distribution), limit);
	}

	private Account(double[] durations, Limit limit) {
		this.durations = durations;
		this.serverTime = limit.serverTime();
		this.gate = limit.gate();
		this.faults = limit.faults();
	}

	private static double[] durations(int operations, Distribution distribution) {
		Random random = new Random(SEED);
		return DoubleStream.generate(() -> distribution.next(random)).limit(operations).toArray();
	}

	static Account warmUp(int operations) {
		return new Account(new double[operations], Limit.NONE);
	}

	StubOperation accept(int index) {
		String id = "conv_operation_" + "%026d".formatted(index);
		StubOperation operation = new StubOperation(id, this.durations[index]);
		this.operations.put(id, operation);
		return operation;
	}

	@Nullable StubOperation operation(String id) {
		return this.operations.get(id);
	}

	Duration serverTime() {
		return this.serverTime;
	}

	/**
	 * Let a request in, unless a fault hits it or the account is full.
	 * @return 200 if it is in and has to leave, the status of the refusal otherwise
	 */
	int enter() {
		int status = this.faults.nextStatus();
		if (status == 200 && !this.gate.enter()) {
			status = 429;
		}
		((status == 200) ? this.answered : this.refused).incrementAndGet();
		return status;
	}

	void leave() {
		this.gate.leave();
	}

	Tally tally() {
		double[] lags = this.operations.values().stream().mapToDouble(StubOperation::lag).sorted().toArray();
		long told = this.operations.values().stream().filter(StubOperation::isTold).count();
		return Tally.of(this.durations.length, this.answered.get(), this.refused.get(), told, lags);
	}

}
