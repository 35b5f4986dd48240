package io.operations.test;

import java.util.function.UnaryOperator;

import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * JUnit extension that starts an {@link OperationsSimulator} for tests without Spring. It
 * resolves parameters of type {@link OperationsSimulator} and {@link OperationsTemplate},
 * and closes both. <pre class="code">
 * &#064;ExtendWith(OperationsExtension.class)
 * class ConfigurationsTests {
 *     &#064;Test
 *     void awaitsTheEnd(OperationsSimulator simulator, OperationsTemplate operations) {
 *         String id = simulator.accept(OperationScript.completed());
 *         assertThat(operations.await(id).block()).isCompleted();
 *     }
 * }
 * </pre> With {@code @ExtendWith}, or as a static field with {@code @RegisterExtension},
 * the tests of a class share the simulator, which is {@link OperationsSimulator#reset()
 * reset} before each test. If the extension is an instance field, each test has its own
 * simulator. Each test has its own template. If the constructor or a method with
 * {@code @BeforeAll} has a template as a parameter, all tests of the class share this
 * template.
 *
 * @since 0.1.0
 */
public final class OperationsExtension implements BeforeAllCallback, BeforeEachCallback, ParameterResolver {

	// Two fields with this extension have two simulators.
	private final ExtensionContext.Namespace namespace = ExtensionContext.Namespace.create(OperationsExtension.class,
			this);

	private final UnaryOperator<OperationsTemplate.Builder> customizer;

	/**
	 * Create the extension for the default template.
	 */
	public OperationsExtension() {
		this((builder) -> builder);
	}

	/**
	 * Create the extension for a template with other settings.
	 * @param customizer customizes the builder of each template, which already has the
	 * base URL, the credentials and the time of the simulator
	 */
	public OperationsExtension(UnaryOperator<OperationsTemplate.Builder> customizer) {
		this.customizer = customizer;
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		simulator(context);
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		simulator(context).reset();
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		Class<?> type = parameter.getParameter().getType();
		return type.equals(OperationsSimulator.class) || type.equals(OperationsTemplate.class);
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType().equals(OperationsSimulator.class) ? simulator(context)
				: template(context);
	}

	// JUnit's store also looks in the contexts around this one. It closes the simulator
	// and the template, the template first.
	private OperationsSimulator simulator(ExtensionContext context) {
		return context.getStore(this.namespace)
			.computeIfAbsent(OperationsSimulator.class, (type) -> OperationsSimulator.start(),
					OperationsSimulator.class);
	}

	private OperationsTemplate template(ExtensionContext context) {
		OperationsSimulator simulator = simulator(context);
		return context.getStore(this.namespace)
			.computeIfAbsent(OperationsTemplate.class,
					(type) -> this.customizer
						.apply(simulator.configure(OperationsTemplate.builder(WebClient.builder())))
						.build(),
					OperationsTemplate.class);
	}

}
