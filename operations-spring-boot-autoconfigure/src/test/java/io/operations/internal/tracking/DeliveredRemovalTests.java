package io.operations.internal.tracking;

import java.time.Duration;

import io.operations.tracking.TrackingStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Mockito;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class DeliveredRemovalTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final TrackingStore store = Mockito.mock(TrackingStore.class);

	private final TrackingEngine engine = Mockito.mock(TrackingEngine.class, Mockito.RETURNS_DEEP_STUBS);

	private final DeliveredRemoval removal = new DeliveredRemoval(this.engine, this.store, Schedulers.immediate());

	@BeforeEach
	void startRemoval() {
		Mockito.when(this.engine.polls().scheduler()).thenReturn(this.time);
		Mockito.when(this.engine.polls().now()).thenReturn(TestRows.NOW);
		Mockito.when(this.engine.retention()).thenReturn(Duration.ofDays(7));
		this.removal.start();
	}

	@Test
	void whenAMinuteHasPassedOutdatedOperationsAreRemoved() {
		this.time.advanceTimeBy(Duration.ofSeconds(59));
		Mockito.verify(this.store, Mockito.never()).removeDelivered(Mockito.any());
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		Mockito.verify(this.store).removeDelivered(TestRows.NOW.minus(Duration.ofDays(7)));
	}

	@Test
	void whenTheStoreFailsTheNextMinuteTriesAgain(CapturedOutput output) {
		Mockito.doThrow(new IllegalStateException("no store")).when(this.store).removeDelivered(Mockito.any());
		this.time.advanceTimeBy(Duration.ofMinutes(2));
		Mockito.verify(this.store, Mockito.times(2)).removeDelivered(Mockito.any());
		assertThat(output).contains("operations.tracking.retention");
	}

	@Test
	void whenStoppedNothingIsRemoved() {
		this.removal.stop();
		this.time.advanceTimeBy(Duration.ofMinutes(2));
		Mockito.verify(this.store, Mockito.never()).removeDelivered(Mockito.any());
	}

}
