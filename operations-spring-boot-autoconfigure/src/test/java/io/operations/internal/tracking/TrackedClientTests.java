package io.operations.internal.tracking;

import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class TrackedClientTests {

	private final ClientTracking tracking = Mockito.mock(ClientTracking.class);

	private final TrackedClient client = new TrackedClient(
			Mockito.mock(TrackingEngine.class, Mockito.RETURNS_DEEP_STUBS), this.tracking,
			Mockito.mock(OperationTracker.class));

	@Test
	void whenStartedTwiceTheTrackingStartsOnce() {
		assertThat(this.client.start()).isTrue();
		assertThat(this.client.start()).isFalse();
		Mockito.verify(this.tracking).start();
	}

	@Test
	void whenTheStartFailsItCanBeRepeated() {
		Mockito.doThrow(new IllegalStateException("no store")).doNothing().when(this.tracking).start();
		assertThatIllegalStateException().isThrownBy(this.client::start);
		assertThat(this.client.isStarted()).isFalse();
		assertThat(this.client.start()).isTrue();
	}

	@Test
	void whenTheStopFailsTheClientIsStopped() {
		Mockito.doThrow(new IllegalStateException("no store")).when(this.tracking).stop();
		assertThat(this.client.stop()).as("before the start").isFalse();
		this.client.start();
		assertThat(this.client.stop()).isTrue();
		assertThat(this.client.isStarted()).isFalse();
	}

}
