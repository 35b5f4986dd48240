package io.operations.docs.testing;

import io.operations.Operation;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsExtension;
import io.operations.test.OperationsSimulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.operations.test.OperationAssertions.assertThat;

@ExtendWith(OperationsExtension.class)
class ExtensionTests {

	@Test
	void theEndIsAwaited(OperationsSimulator simulator, OperationsTemplate operations) {
		String id = simulator.accept(OperationScript.completed());
		Operation done = operations.await(id).block();
		assertThat(done).isCompleted().hasEnded();
	}

}
