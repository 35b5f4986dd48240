package io.operations.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.operations.resilience.BudgetStore;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests what templates get before the store of the shared rate may be used.
 */
class DeferredBudgetStoreTests {

	private static final Duration PAUSE = Duration.ofMinutes(1);

	private final BudgetStore store = mock(BudgetStore.class);

	private final DeferredBudgetStore deferred = deferred();

	private final BudgetStore substitute = Objects.requireNonNull(this.deferred.get());

	private DeferredBudgetStore deferred() {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		beans.registerSingleton("io.operations.operationsBudgetStore", this.store);
		return new DeferredBudgetStore(beans, beans.getBeanProvider(BudgetStore.class));
	}

	@Test
	void whenOperatorPausesOrResumesBeforeTheStartItFailsAndSaysWhy() {
		for (Mono<?> change : List.of(this.substitute.pause("operations", PAUSE, true),
				this.substitute.resume("operations"))) {
			assertThatIllegalStateException().isThrownBy(change::block)
				.withMessageContaining("The application has not started yet")
				.withMessageContaining("Nothing has changed. Try again after the start.");
		}
	}

	@Test
	void whenServerThrottlesBeforeTheStartThePauseOfThisInstanceSucceeds() {
		assertThat(this.substitute.pause("operations", PAUSE, false).block()).isEqualTo(BudgetStore.Pause.UNKNOWN);
	}

	@Test
	void whenOperatorPausesAfterTheStartTheStoreHasThePause() {
		BudgetStore.Pause stored = new BudgetStore.Pause(PAUSE, true, 3);
		given(this.store.pause("operations", PAUSE, true)).willReturn(Mono.just(stored));
		this.deferred.start();
		assertThat(this.substitute.pause("operations", PAUSE, true).block()).isEqualTo(stored);
	}

}
