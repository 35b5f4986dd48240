package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

class DeliveriesTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<String> delivered = new ArrayList<>();

	private boolean failing;

	private final Deliveries deliveries = new Deliveries(this.time, Schedulers.immediate(), this::deliver);

	@Test
	void whenAnOutcomeIsDueItIsDelivered() {
		this.deliveries.start();
		plan("later", Duration.ofSeconds(2));
		plan("now", Duration.ZERO);
		assertThat(this.delivered).containsExactly("now");
		this.time.advanceTimeBy(Duration.ofSeconds(2));
		assertThat(this.delivered).containsExactly("now", "later");
	}

	@Test
	void whileStoppedNothingIsDelivered() {
		plan("op", Duration.ZERO);
		assertThat(this.deliveries.due()).isEqualTo(1);
		this.deliveries.start();
		assertThat(this.delivered).containsExactly("op");
		this.deliveries.stop();
		plan("op", Duration.ofSeconds(1));
		this.time.advanceTimeBy(Duration.ofSeconds(2));
		assertThat(this.delivered).hasSize(1);
	}

	@Test
	void whenADeliveryFailsItIsRepeatedAfterASecond() {
		this.deliveries.start();
		this.failing = true;
		plan("op", Duration.ZERO);
		this.failing = false;
		this.time.advanceTimeBy(Duration.ofMillis(900));
		assertThat(this.delivered).isEmpty();
		this.time.advanceTimeBy(Duration.ofMillis(100));
		assertThat(this.delivered).containsExactly("op");
	}

	@Test
	void whenCancelledAnOutcomeIsNotDelivered() {
		this.deliveries.start();
		plan("op", Duration.ofSeconds(1));
		this.deliveries.cancel("op");
		this.time.advanceTimeBy(Duration.ofSeconds(2));
		assertThat(this.delivered).isEmpty();
	}

	@Test
	void whenLoadedDuringItsDeliveryAnOutcomeIsDeliveredOnce() {
		List<String> begun = new ArrayList<>();
		Deliveries[] self = new Deliveries[1];
		self[0] = new Deliveries(this.time, Schedulers.immediate(), (id) -> {
			begun.add(id);
			self[0].load(id, Duration.ZERO);
		});
		self[0].start();
		self[0].plan("op", Duration.ZERO);
		self[0].run();
		this.time.advanceTimeBy(Duration.ofSeconds(2));
		assertThat(begun).containsExactly("op");
	}

	private void plan(String id, Duration delay) {
		this.deliveries.plan(id, delay);
		this.deliveries.run();
	}

	private void deliver(String id) {
		if (this.failing) {
			throw new IllegalStateException("no store");
		}
		this.delivered.add(id);
	}

}
