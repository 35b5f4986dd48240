package io.operations.test.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.operations.test.OperationsSimulator;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * Starts an {@link OperationsSimulator} as a bean of a test's application context and
 * redirects every client of the application to it: the auto-configured
 * {@code OperationsTemplate}, the clients of {@code operations.clients.*}, and each
 * template that the application builds with the builder bean. Their requests never reach
 * the server that their base URL names. The clients need no credentials.
 * <pre class="code">
 * &#064;SpringBootTest
 * &#064;AutoConfigureOperationsSimulator
 * class ConfigurationsTests {
 *     &#064;Test
 *     void waitsThroughAnOutage(&#064;Autowired OperationsTemplate operations, &#064;Autowired OperationsSimulator simulator) {
 *         String id = simulator.accept(OperationScript.completed().running(Duration.ofSeconds(2)));
 *         simulator.fault(2, Fault.unavailable());
 *         Operation done = operations.await(id).block();
 *         assertThat(done.status()).isEqualTo(OperationStatus.COMPLETED);
 *     }
 * }
 * </pre> The simulator lives as long as the context. The test framework shares the
 * context among test classes, so call {@link OperationsSimulator#reset()} between tests.
 * If the test declares its own {@code OperationsSimulator} bean, for instance with
 * another clock, this annotation uses that bean.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
public @interface AutoConfigureOperationsSimulator {

}
