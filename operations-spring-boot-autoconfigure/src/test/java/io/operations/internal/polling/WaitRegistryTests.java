package io.operations.internal.polling;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.operations.OperationStatus;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link WaitRegistry}.
 */
class WaitRegistryTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final WaitRegistry registry = new WaitRegistry(this, this.time);

	@Test
	void whenWaitIsAddedItIsFoundAndCountedAsUnseen() {
		AwaitedOperation awaited = awaited("op");
		assertThat(this.registry.get("op")).isNull();
		this.registry.add(awaited);
		assertThat(this.registry.get("op")).isEqualTo(awaited);
		assertThat(this.registry.size()).isOne();
		assertThat(this.registry.size((OperationStatus) null)).isOne();
	}

	@Test
	void whenStatusChangesWaitIsCountedUnderIt() {
		AwaitedOperation awaited = awaited("op");
		this.registry.add(awaited);
		this.registry.changed(awaited, OperationStatus.PENDING);
		this.registry.changed(awaited, OperationStatus.RUNNING);
		assertThat(this.registry.size((OperationStatus) null)).isZero();
		assertThat(this.registry.size(OperationStatus.PENDING)).isZero();
		assertThat(this.registry.size(OperationStatus.RUNNING)).isOne();
		this.registry.remove(awaited);
		assertThat(this.registry.size(OperationStatus.RUNNING)).isZero();
		assertThat(this.registry.size()).isZero();
	}

	@Test
	void whenCallersJoinAndLeaveTheyAreCounted() {
		this.registry.joined();
		this.registry.joined();
		this.registry.left();
		assertThat(this.registry.callers()).isOne();
	}

	@Test
	void whenTheFirstIsRemovedTheNextIsTheOldest() {
		assertThat(this.registry.oldest()).isZero();
		AwaitedOperation first = awaited("first");
		this.registry.add(first);
		this.time.advanceTimeBy(Duration.ofSeconds(2));
		AwaitedOperation second = awaited("second");
		this.registry.add(second);
		assertThat(this.registry.all()).containsExactly(first, second);
		this.time.advanceTimeBy(Duration.ofSeconds(3));
		assertThat(this.registry.oldest()).isEqualTo(Duration.ofSeconds(5));
		this.registry.remove(first);
		assertThat(this.registry.oldest()).isEqualTo(Duration.ofSeconds(3));
	}

	private AwaitedOperation awaited(String id) {
		return new AwaitedOperation(1, id, null, false, this.time.now(TimeUnit.MILLISECONDS), false);
	}

}
