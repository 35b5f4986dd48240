package io.operations.docs.testing;

import java.time.Duration;

import io.operations.MalformedOperationException;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationNotFoundException;
import io.operations.OperationTimeoutException;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsClosedException;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.core.OperationsTemplate;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The rows of the table "How to provoke each exception".
 */
@SpringBootTest
@AutoConfigureOperationsSimulator
class ErrorPathTests {

	@Autowired
	OperationsTemplate operations;

	@Autowired
	OperationsSimulator simulator;

	private String id;

	@BeforeEach
	void reset() {
		this.simulator.reset();
		this.id = this.simulator.accept(OperationScript.completed());
	}

	@Test
	void failed() {
		String id = this.simulator.accept(OperationScript.failed());
		fails(this.operations.await(id), OperationFailedException.class);
	}

	@Test
	void cancelled() {
		String id = this.simulator.accept(OperationScript.cancelled());
		fails(this.operations.await(id), OperationCancelledException.class);
	}

	@Test
	void timeout() {
		String id = this.simulator.accept(OperationScript.endingAs("RUNNING"));
		fails(this.operations.await(id, Duration.ofMillis(700)), OperationTimeoutException.class);
	}

	@Test
	void notFound() {
		fails(this.operations.await("unknown"), OperationNotFoundException.class);
	}

	@Test
	void authentication() {
		this.simulator.fault(1, Fault.status(401));
		fails(this.operations.await(this.id), OperationsAuthenticationException.class);
	}

	@Test
	void request() {
		this.simulator.fault(1, Fault.status(400));
		fails(this.operations.await(this.id), OperationsRequestException.class);
		fails(this.operations.await(" "), OperationsRequestException.class);
	}

	@Test
	void throttled() {
		this.simulator.fault(3, Fault.throttled());
		fails(this.operations.fetch(this.id), OperationsThrottledException.class);
	}

	@Test
	void unavailable() {
		this.simulator.fault(1, Fault.serverError());
		fails(this.operations.fetch(this.id), OperationsUnavailableException.class);
		this.simulator.fault(3, Fault.dropped());
		fails(this.operations.fetch(this.id), OperationsUnavailableException.class);
	}

	@Test
	void malformed() {
		this.simulator.fault(1, Fault.html());
		fails(this.operations.fetch(this.id), MalformedOperationException.class);
		this.simulator.fault(1, Fault.truncated());
		fails(this.operations.fetch(this.id), MalformedOperationException.class);
	}

	@Test
	void closed() {
		OperationsTemplate closed = this.operations.mutate().name("closed").build();
		closed.close();
		fails(closed.await(this.id), OperationsClosedException.class);
	}

	@Test
	void errorOfTheApplication() {
		OperationsUnavailableException broken = OperationsUnavailableException.broken(this.id,
				new NoClassDefFoundError("com/example/Missing"));
		assertThat(broken.isTransient()).isFalse();
	}

	private static void fails(Mono<?> call, Class<? extends Exception> type) {
		assertThatExceptionOfType(type).isThrownBy(() -> call.block(Duration.ofSeconds(30)));
	}

}
