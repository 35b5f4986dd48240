package io.operations.core;

import java.time.Duration;

import io.operations.OperationsCredentials;
import io.operations.resilience.BudgetStore;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;

class FailedAssemblyTests {

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	@Test
	void buildWhenItFailsReportsNothingToOtherInstances() {
		BudgetStore store = mock(BudgetStore.class);
		given(store.report(any(), anyBoolean())).willReturn(Mono.empty());
		given(store.leave(any())).willReturn(Mono.empty());
		OperationsTemplate.Builder builder = OperationsTemplate.builder(WebClient.builder())
			.name("broken")
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.baseUrl("https://localhost:1")
			.scheduler(this.scheduler)
			.budget(store)
			.decorator((fetcher) -> {
				throw new IllegalStateException("broken decorator");
			});
		assertThatIllegalStateException().isThrownBy(builder::build).withMessage("broken decorator");
		verify(store).leave("broken");
		clearInvocations(store);
		this.scheduler.advanceTimeBy(Duration.ofSeconds(20));
		verifyNoMoreInteractions(store);
	}

}
