package io.operations.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the history of deliveries stays small.
 */
class DeliveryHistoryTests {

	private final DeliveryHistory history = new DeliveryHistory();

	@Test
	void whenFaultIsLongItIsCut() {
		this.history.add(1, "x".repeat(2000));
		assertThat(faults()).containsExactly("x".repeat(500) + "…");
	}

	@Test
	void whenFaultRepeatsItIsKeptOnce() {
		for (int i = 0; i < 3; i++) {
			this.history.add(i, "no room: " + "x".repeat(2000));
		}
		List<String> faults = faults();
		assertThat(faults).hasSize(3);
		assertThat(faults.get(1)).isSameAs(faults.get(0));
		assertThat(faults.get(2)).isSameAs(faults.get(0));
	}

	@Test
	void whenThereAreManyDeliveriesTheLatestTwentyAreKept() {
		for (int i = 0; i < 30; i++) {
			this.history.add(i, "fault " + i);
		}
		assertThat(faults()).hasSize(20).startsWith("fault 10").endsWith("fault 29");
	}

	private List<String> faults() {
		List<HistoryEvent> events = new ArrayList<>();
		this.history.addTo(events, (text) -> text);
		return events.stream().map(HistoryEvent::fault).map(Objects::requireNonNull).toList();
	}

}
