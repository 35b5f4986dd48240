package io.operations.benchmarks.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsUnavailableException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * Answers after 50 to 150 ms, as of then, unless something is wrong with it. Lag is from
 * the end of an operation to the answer that tells of it.
 */
final class SimulatedEndpoint implements OperationFetcher {

	private static final double FASTEST = 0.05;

	private static final double SLOWEST = 0.15;

	// Of a refusal or a fault, which costs a server little.
	private static final double CURT = 0.03;

	private static final double REQUEST_TIMEOUT = 15;

	private final Map<String, SimulatedOperation> operations = new HashMap<>();

	private final VirtualTimeScheduler time;

	private final Random random;

	private final AccountLimit limit;

	private final TimeSeries requests = new TimeSeries(1);

	private final TimeSeries lags = new TimeSeries(1);

	private State state = State.WELL;

	private RandomFaults faults = RandomFaults.none();

	private double slowness;

	/**
	 * Create the endpoint.
	 * @param time the virtual time
	 * @param random decides how long an answer takes
	 * @param limit what the account is allowed
	 */
	SimulatedEndpoint(VirtualTimeScheduler time, Random random, AccountLimit limit) {
		this.time = time;
		this.random = random;
		this.limit = limit;
	}

	/**
	 * Begin an operation.
	 * @param id its id
	 * @param seconds how long it takes
	 * @return the operation
	 */
	SimulatedOperation begin(String id, double seconds) {
		SimulatedOperation operation = new SimulatedOperation(id, now(), seconds);
		this.operations.put(id, operation);
		return operation;
	}

	void state(State state) {
		this.state = state;
	}

	void faults(RandomFaults faults) {
		this.faults = faults;
	}

	/**
	 * Let each answer take longer.
	 * @param seconds how much longer
	 */
	void slowness(double seconds) {
		this.slowness = seconds;
	}

	@Override
	public Mono<OperationSnapshot> fetch(String operationId) {
		return Mono.create((sink) -> {
			SimulatedOperation operation = Objects.requireNonNull(this.operations.get(operationId));
			this.requests.add(now(), 1);
			operation.asked(now());
			receive(operation, sink);
		});
	}

	private void receive(SimulatedOperation operation, MonoSink<OperationSnapshot> sink) {
		switch (this.state) {
			case SILENT -> after(REQUEST_TIMEOUT, () -> sink.error(
					new OperationsUnavailableException("No answer in time", operation.id(), new TimeoutException())));
			case UNAVAILABLE -> after(CURT, () -> sink.error(fault(operation, 503, null, null, null)));
			case WELL -> {
				int status = this.faults.nextStatus();
				if (status != 200) {
					Duration retryAfter = (status == 429) ? this.faults.nextRetryAfter() : null;
					after(CURT, () -> sink.error(fault(operation, status, null, retryAfter, null)));
					return;
				}
				if (!this.limit.enter(now())) {
					Integer told = this.limit.told(true);
					after(CURT, () -> sink.error(fault(operation, 429, 20429, null, told)));
					return;
				}
				Integer told = this.limit.told(false);
				after(this.slowness + FASTEST + (SLOWEST - FASTEST) * this.random.nextDouble(), () -> {
					this.limit.leave();
					answer(operation, told, sink);
				});
			}
		}
	}

	private void answer(SimulatedOperation operation, @Nullable Integer told, MonoSink<OperationSnapshot> sink) {
		boolean before = operation.seen() >= 0;
		OperationSnapshot answer = operation.answer(now(), told);
		if (!before && operation.seen() >= 0) {
			this.lags.add(now(), (operation.seen() - operation.ends()) / 1000.0);
		}
		sink.success(answer);
	}

	// Nobody cancels here: a wait ends with its answer alone.
	private void after(double seconds, Runnable task) {
		this.time.schedule(task, Math.round(seconds * 1e9), TimeUnit.NANOSECONDS);
	}

	private static Throwable fault(SimulatedOperation operation, int status, @Nullable Integer code,
			@Nullable Duration retryAfter, @Nullable Integer told) {
		return new OperationsErrorResponse(status, code, null, null, retryAfter, told).toException("Fetching",
				operation.id());
	}

	/**
	 * Return when it was asked.
	 * @return the requests, by the second
	 */
	TimeSeries requests() {
		return this.requests;
	}

	/**
	 * Return how late it told of ends.
	 * @return the lags in seconds, by the second in which it did
	 */
	TimeSeries lags() {
		return this.lags;
	}

	private long now() {
		return this.time.now(TimeUnit.MILLISECONDS);
	}

	/**
	 * How an endpoint does.
	 */
	enum State {

		/**
		 * It answers.
		 */
		WELL,

		/**
		 * It answers 503.
		 */
		UNAVAILABLE,

		/**
		 * It does not answer at all.
		 */
		SILENT

	}

}
