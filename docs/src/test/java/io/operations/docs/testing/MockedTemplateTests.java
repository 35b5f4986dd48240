package io.operations.docs.testing;

import java.time.Duration;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;

@SpringBootTest
class MockedTemplateTests {

	@MockitoBean
	OperationsTemplate operations;

	@Test
	void theControllerReturnsTheStatus(@Autowired ConfigurationController controller) {
		Operation running = Operation.builder("operation-1").status(OperationStatus.RUNNING).build();
		given(this.operations.fetch("operation-1")).willReturn(Mono.just(running));
		assertThat(controller.status("operation-1").block()).isEqualTo("RUNNING");
	}

	@Test
	void theControllerReportsATimeout(@Autowired ConfigurationController controller) {
		OperationTimeoutException timeout = new OperationTimeoutException("operation-1", Duration.ofMinutes(10), null,
				12, Duration.ofMinutes(10), null, null);
		given(this.operations.fetch("operation-1")).willReturn(Mono.error(timeout));
		assertThatExceptionOfType(OperationTimeoutException.class)
			.isThrownBy(() -> controller.status("operation-1").block());
	}

}
