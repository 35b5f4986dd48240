package io.operations.internal.tracking;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeliveryQueueTests {

	private final DeliveryQueue queue = new DeliveryQueue();

	@Test
	void whenDeliveriesAreDueTheyAreTakenInTheirOrder() {
		this.queue.add("later", 20);
		this.queue.add("first", 10);
		this.queue.add("second", 10);
		assertThat(this.queue.take(9)).isNull();
		assertThat(this.queue.take(15)).isEqualTo("first");
		assertThat(this.queue.take(15)).isEqualTo("second");
		assertThat(this.queue.take(15)).isNull();
		assertThat(this.queue.next()).isEqualTo(20);
	}

	@Test
	void whenAddedAgainTheOperationMoves() {
		this.queue.add("op", 10);
		this.queue.add("op", 30);
		assertThat(this.queue.due(20)).isZero();
		assertThat(this.queue.take(30)).isEqualTo("op");
		assertThat(this.queue.next()).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void whenRemovedTheOperationIsNotTaken() {
		this.queue.add("op", 10);
		this.queue.add("other", 10);
		this.queue.remove("op");
		this.queue.remove("unknown");
		assertThat(this.queue.due(10)).isEqualTo(1);
		assertThat(this.queue.take(10)).isEqualTo("other");
	}

}
