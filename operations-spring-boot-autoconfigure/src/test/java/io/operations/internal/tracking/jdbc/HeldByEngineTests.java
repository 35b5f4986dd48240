package io.operations.internal.tracking.jdbc;

import java.util.ArrayList;
import java.util.List;

import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.internal.tracking.TestTrackingSettings;
import io.operations.internal.tracking.TrackingEngine;
import io.operations.tracking.TrackingListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what a listener is told when the instance no longer polls operations.
 */
class HeldByEngineTests {

	private final List<String> released = new ArrayList<>();

	private final OperationsTemplate template = new ScriptedEndpoint().template().build();

	private final TrackingEngine engine = new TrackingEngine(TemplateInternals.of(this.template).polls(),
			TestTrackingSettings.defaults(), List::of, new TrackingListener() {

				@Override
				public void released(String client, @Nullable String operationId) {
					HeldByEngineTests.this.released.add(client + " " + operationId);
				}

			});

	private final HeldOperations operations = this.engine.hold((change) -> {
	}, () -> false);

	private final HeldByEngine held = new HeldByEngine(this.engine, () -> this.operations);

	@AfterEach
	void close() {
		this.template.close();
	}

	@Test
	void whenOperationIsReleasedListenerIsNotified() {
		this.held.release("op");
		assertThat(this.released).containsExactly("operations op");
	}

	@Test
	void whenLeaseEndsListenerIsNotifiedOnce() {
		this.held.releaseAll();
		assertThat(this.released).containsExactly("operations null");
	}

}
