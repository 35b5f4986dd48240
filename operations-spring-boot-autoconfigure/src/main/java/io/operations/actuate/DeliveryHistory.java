package io.operations.actuate;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the latest deliveries of an outcome. The history guards it.
 */
final class DeliveryHistory {

	private static final int MOST = 20;

	private static final int LONGEST = 500;

	private final Deque<Delivery> deliveries = new ArrayDeque<>(1);

	void add(long time, @Nullable String fault) {
		if (this.deliveries.size() == MOST) {
			this.deliveries.removeFirst();
		}
		this.deliveries.add(new Delivery(time,
				(fault != null && fault.length() > LONGEST) ? fault.substring(0, LONGEST) + "…" : fault));
	}

	void addTo(List<HistoryEvent> events, UnaryOperator<@Nullable String> shown) {
		for (Delivery delivery : this.deliveries) {
			events.add(new HistoryEvent(Instant.ofEpochMilli(delivery.time), "delivery",
					((delivery.fault != null) ? PollOutcome.ERROR : PollOutcome.SUCCESS).toString(), null, null,
					shown.apply(delivery.fault)));
		}
	}

	private record Delivery(long time, @Nullable String fault) {
	}

}
