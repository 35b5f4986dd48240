package io.operations.test;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;

import io.operations.Operation;
import io.operations.OperationsClosedException;
import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import static io.operations.test.OperationAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class OperationsExtensionTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static @Nullable OperationsSimulator usedSimulator;

	private static @Nullable OperationsTemplate usedTemplate;

	@Nested
	@ExtendWith(OperationsExtension.class)
	@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
	@Order(1)
	class OfTheClass {

		@Test
		@Order(1)
		void operationIsAwaited(OperationsSimulator simulator, OperationsTemplate operations) {
			usedSimulator = simulator;
			usedTemplate = operations;
			String id = simulator.accept("known", OperationScript.completed());
			assertThat(operations.await(id).block(MAX_WAIT)).isCompleted();
		}

		@Test
		@Order(2)
		void nextTestHasTheSimulatorWithoutItsOperations(OperationsSimulator simulator) {
			assertThat(simulator).isSameAs(usedSimulator);
			assertThat(simulator.requestCount()).isZero();
		}

		@Test
		@Order(3)
		void templateOfATestIsClosedAtItsEnd(OperationsTemplate operations) {
			assertThat(operations).isNotSameAs(usedTemplate);
			OperationsTemplate closed = Objects.requireNonNull(usedTemplate);
			assertThatExceptionOfType(OperationsClosedException.class)
				.isThrownBy(() -> closed.await("known").block(MAX_WAIT));
		}

		@Test
		void timeOfTheTemplateMoves(OperationsSimulator simulator, OperationsTemplate operations) {
			String id = simulator.accept(OperationScript.completed().running(Duration.ofHours(1)));
			simulator.advance(Duration.ofHours(2));
			assertThat(operations.await(id).block(MAX_WAIT)).isCompleted();
		}

	}

	@Nested
	@Order(2)
	class AfterTheClass {

		@Test
		void simulatorIsClosed() {
			String baseUrl = Objects.requireNonNull(usedSimulator).baseUrl();
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> URI.create(baseUrl).toURL().openStream().close());
		}

	}

	@Nested
	@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
	class OfEachTest {

		@RegisterExtension
		private final OperationsExtension extension = new OperationsExtension((builder) -> builder.name("customized"));

		@Test
		@Order(1)
		void templateIsCustomized(OperationsSimulator simulator, OperationsTemplate operations) {
			usedSimulator = simulator;
			assertThat(operations.getName()).isEqualTo("customized");
		}

		@Test
		@Order(2)
		void nextTestHasAnotherSimulator(OperationsSimulator simulator) {
			assertThat(simulator).isNotSameAs(usedSimulator);
		}

	}

	@Nested
	@ExtendWith(OperationsExtension.class)
	class OfBeforeAll {

		private static @Nullable OperationsTemplate shared;

		@BeforeAll
		static void template(OperationsTemplate operations) {
			shared = operations;
		}

		@Test
		void testHasTheTemplateOfTheClass(OperationsSimulator simulator, OperationsTemplate operations) {
			assertThat(operations).isSameAs(shared);
			Operation done = operations.await(simulator.accept(OperationScript.completed())).block(MAX_WAIT);
			assertThat(Objects.requireNonNull(done)).isCompleted();
		}

	}

}
