package io.operations.actuate;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the latest deliveries of an outcome, with the first 500 characters of each fault.
 * A fault that repeats takes memory once. The history guards it.
 */
final class DeliveryHistory {

	private static final int MOST = 20;

	private static final int LONGEST = 500;

	private final Deque<Delivery> deliveries = new ArrayDeque<>(1);

	void add(long time, @Nullable String fault) {
		String text = (fault != null && fault.length() > LONGEST) ? fault.substring(0, LONGEST) + "…" : fault;
		Delivery last = this.deliveries.peekLast();
		if (last != null && Objects.equals(last.fault, text)) {
			text = last.fault;
		}
		if (this.deliveries.size() == MOST) {
			this.deliveries.removeFirst();
		}
		this.deliveries.add(new Delivery(time, text));
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
