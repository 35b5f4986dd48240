package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.operations.AcceptedOperation;
import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.TrackingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Mockito;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@ExtendWith(OutputCaptureExtension.class)
class TrackerRegistryTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final Map<String, OperationPolls> clients = new LinkedHashMap<>();

	private final Map<String, ClientTracking> trackings = new LinkedHashMap<>();

	private final List<String> events = new ArrayList<>();

	private final TrackerRegistry registry = new TrackerRegistry(this::clients, TrackerRegistryTests::engine,
			() -> this::tracking, new TrackingListener() {

				@Override
				public void clientJoined(String client) {
					TrackerRegistryTests.this.events.add("joined " + client);
				}

				@Override
				public void clientLeft(String client) {
					TrackerRegistryTests.this.events.add("left " + client);
				}

			}, this.time);

	@Test
	void whenStartedEachClientIsStartedAndReported() {
		join("one");
		join("two");
		this.registry.start();
		this.trackings.values().forEach((tracking) -> Mockito.verify(tracking).start());
		assertThat(this.events).containsExactly("joined one", "joined two");
		assertThat(this.registry.first().name()).isEqualTo("one");
	}

	@Test
	void whenOneClientFailsToStartTheOthersAreStopped() {
		join("one");
		join("two");
		Mockito.doThrow(new IllegalStateException("no store")).when(this.trackings.get("two")).start();
		assertThatIllegalStateException().isThrownBy(this.registry::start);
		Mockito.verify(this.trackings.get("one")).stop();
		assertThat(this.events).isEmpty();
	}

	@Test
	void whenALaterClientFailsItIsLoggedOnceAndTriedAgain(CapturedOutput output) {
		join("one");
		this.registry.start();
		join("two");
		Mockito.doThrow(new IllegalStateException("no store")).when(this.trackings.get("two")).start();
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		assertThat(output).containsOnlyOnce("The operations of client 'two' cannot be tracked");
		Mockito.doNothing().when(this.trackings.get("two")).start();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.events).containsExactly("joined one", "joined two");
	}

	@Test
	void whenAClientLeavesItIsStoppedAndReported() {
		join("one");
		join("two");
		this.registry.start();
		this.clients.remove("two");
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		Mockito.verify(this.trackings.get("two")).stop();
		assertThat(this.events).containsExactly("joined one", "joined two", "left two");
		this.registry.stop();
		Mockito.verify(this.trackings.get("one")).stop();
	}

	private void join(String client) {
		OperationPolls polls = Mockito.mock(OperationPolls.class);
		Mockito.when(polls.client()).thenReturn(client);
		Mockito.when(polls.scheduler()).thenReturn(this.time);
		this.clients.put(client, polls);
		this.trackings.put(client, Mockito.mock(ClientTracking.class));
	}

	private ClientTracking tracking(TrackingEngine engine) {
		return Objects.requireNonNull(this.trackings.get(engine.client()));
	}

	private static TrackingEngine engine(OperationPolls polls) {
		TrackingEngine engine = Mockito.mock(TrackingEngine.class);
		String client = polls.client();
		Mockito.when(engine.client()).thenReturn(client);
		Mockito.when(engine.polls()).thenReturn(polls);
		return engine;
	}

	private TrackedClients clients() {
		return new TrackedClients() {

			@Override
			public Map<String, OperationPolls> all() {
				return new LinkedHashMap<>(TrackerRegistryTests.this.clients);
			}

			@Override
			public String serving(AcceptedOperation accepted) {
				throw new UnsupportedOperationException();
			}

			@Override
			public void checkServed(String client, AcceptedOperation accepted) {
			}

		};
	}

}
