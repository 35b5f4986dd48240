package io.operations.test.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.env.Environment;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * Annotation for a test of beans that use the {@code OperationsTemplate}. It configures
 * only the starter, the {@link io.operations.test.OperationsSimulator simulator}, Jackson
 * and the HTTP client, and keeps tracked operations in memory.
 * <p>
 * Of the application's own beans, the context has those of {@link #components()} and of
 * {@link #includeFilters()}, and by default those that customize the client: its builder
 * customizers, listeners, decorators and polling schedule. <pre class="code">
 * &#064;OperationsTest(Configurations.class)
 * class ConfigurationsTests {
 *     &#064;Test
 *     void createReturnsTheId(&#064;Autowired Configurations configurations) {
 *         assertThat(configurations.create("support").block()).isNotBlank();
 *     }
 * }
 * </pre>
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(OperationsTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(OperationsTypeExcludeFilter.class)
@AutoConfigureOperationsSimulator
@ImportAutoConfiguration
public @interface OperationsTest {

	/**
	 * Properties in the form {@literal key=value} to add to the {@link Environment}.
	 * @return the properties
	 */
	String[] properties() default {};

	/**
	 * The components to test. An alias of {@link #components()}.
	 * @return the components
	 */
	@AliasFor("components")
	Class<?>[] value() default {};

	/**
	 * The components of the application to test, which its component scan finds.
	 * @return the components
	 */
	@AliasFor("value")
	Class<?>[] components() default {};

	/**
	 * Whether to include the beans that customize the client.
	 * @return whether to use the default filters
	 */
	boolean useDefaultFilters() default true;

	/**
	 * Filters that add beans to the context.
	 * @return the filters
	 */
	Filter[] includeFilters() default {};

	/**
	 * Filters that remove beans from the context.
	 * @return the filters
	 */
	Filter[] excludeFilters() default {};

	/**
	 * Auto-configurations that the test does not use.
	 * @return the auto-configurations
	 */
	@AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
	Class<?>[] excludeAutoConfiguration() default {};

}
