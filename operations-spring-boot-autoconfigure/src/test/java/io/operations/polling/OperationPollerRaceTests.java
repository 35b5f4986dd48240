package io.operations.polling;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsListener;
import io.operations.TestOperations;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class OperationPollerRaceTests {

	private static final Duration LIMIT = Duration.ofSeconds(10);

	private final PollingSettings settings = PollingSettings.defaults();

	@Test
	void pollThatBeginsBeforeItIsKnownToBePlannedIsNotLost() {
		Sinks.One<OperationSnapshot> answer = Sinks.one();
		OperationPoller poller = new OperationPoller("test", (id) -> answer.asMono(),
				new BackoffPollingSchedule(this.settings.minInterval(), this.settings.maxInterval()), this.settings,
				new HastyScheduler(this.settings.minInterval()), new OperationsListener() {
				});
		StepVerifier.create(poller.watch("op", null, Duration.ofMinutes(1)))
			.then(() -> answer.tryEmitValue(TestOperations.snapshot("op", OperationStatus.COMPLETED)))
			.expectNextCount(1)
			.expectComplete()
			.verify(LIMIT);
	}

	/**
	 * Runs what is due soon before it has returned from planning it, as another thread
	 * may do.
	 */
	private static final class HastyScheduler implements Scheduler {

		private final Scheduler patient = VirtualTimeScheduler.create();

		private final Duration soon;

		HastyScheduler(Duration soon) {
			this.soon = soon;
		}

		@Override
		public Disposable schedule(Runnable task) {
			return this.patient.schedule(task);
		}

		@Override
		public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
			if (unit.toMillis(delay) > this.soon.toMillis()) {
				return this.patient.schedule(task, delay, unit);
			}
			task.run();
			return Disposables.single();
		}

		@Override
		public Worker createWorker() {
			return this.patient.createWorker();
		}

	}

}
