package io.operations.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.BasicCredentials;
import io.operations.OperationsClosedException;
import io.operations.OperationsCredentials;
import io.operations.core.OperationsTemplate;
import io.operations.observation.OperationsLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.client.reactive.MockClientHttpRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeStrategies;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;

/**
 * Which beans there are, and which give way.
 */
@ExtendWith(OutputCaptureExtension.class)
class OperationsAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class));

	private ApplicationContextRunner withCredentials() {
		return this.runner.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret");
	}

	@Test
	void withCredentialsThereIsATemplate() {
		withCredentials().run((context) -> {
			assertThat(context).hasSingleBean(OperationsTemplate.class)
				.hasSingleBean(OperationsConnectionDetails.class)
				.hasSingleBean(OperationsLog.class)
				.hasBean("operationsWebClient");
			assertThat(context.getBean(OperationsTemplate.class).getName()).isEqualTo("operations");
		});
	}

	@Test
	void whenDisabledThereIsNoBeanAndNoFailure() {
		this.runner.withPropertyValues("operations.enabled=false", "operations.base-url=ftp://x")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(OperationsTemplate.class)
				.doesNotHaveBean(OperationsConnectionDetails.class)
				.doesNotHaveBean("operationsWebClient"));
	}

	@ParameterizedTest
	@CsvSource({ "'true ', true", "on, true", "'false ', false", "off, false", "False, false" })
	void howeverTheSwitchIsWrittenItIsReadAsItIsBound(String value, boolean enabled) {
		withCredentials()
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("first", Map.of("operations.enabled", value))))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBeanNamesForType(OperationsTemplate.class)).hasSize(enabled ? 1 : 0);
			});
	}

	@Test
	void withTheApplicationsOwnTemplateOursGivesWayAndNeedsNoCredentials() {
		this.runner.withUserConfiguration(OwnTemplate.class).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(OperationsTemplate.class);
			assertThat(context.getBean(OperationsTemplate.class).getName()).isEqualTo("own");
			assertThat(context.getBean("operationsWebClient"))
				.isSameAs(context.getBean(OperationsTemplate.class).getWebClient());
		});
	}

	@Test
	void withTheApplicationsOwnConnectionDetailsOursGiveWay() {
		this.runner.withUserConfiguration(OwnConnectionDetails.class).run((context) -> {
			assertThat(context).hasSingleBean(OperationsTemplate.class);
			assertThat(context.getBean(OperationsConnectionDetails.class).getCredentials().username())
				.isEqualTo("SKown");
		});
	}

	@Test
	void anInjectionPointOfPlainWebClientIsLeftToTheApplication() {
		withCredentials().withUserConfiguration(OwnWebClient.class, Injected.class).run((context) -> {
			Injected injected = context.getBean(Injected.class);
			assertThat(injected.plain).isSameAs(context.getBean("applicationWebClient"));
			assertThat(injected.qualified).isSameAs(context.getBean("operationsWebClient"));
		});
	}

	@Test
	void anInjectionPointOfPlainWebClientIsNotServedByOurs() {
		withCredentials().withUserConfiguration(InjectedIfAvailable.class)
			.run((context) -> assertThat(context.getBean(InjectedIfAvailable.class).plain).isNull());
	}

	@Test
	void aBuilderBeanOfTheApplicationIsNotChanged() {
		WebClient.Builder own = WebClient.builder().exchangeFunction((request) -> Mono.never());
		WebClient.Builder guarded = mock(WebClient.Builder.class);
		given(guarded.clone()).willReturn(own);
		withCredentials().withBean("own", WebClient.Builder.class, () -> guarded, (bean) -> bean.setPrimary(true))
			.run((context) -> assertThat(context).hasSingleBean(OperationsTemplate.class));
		then(guarded).should(never()).clientConnector(any());
	}

	@Test
	void withABeanOfItsNameTheOperationsWebClientGivesWay() {
		WebClient own = WebClient.create();
		withCredentials().withBean("operationsWebClient", WebClient.class, () -> own)
			.run((context) -> assertThat(context.getBean("operationsWebClient")).isSameAs(own));
	}

	@Test
	void withSeveralTemplatesOfTheApplicationThereIsNoOperationsWebClientAndNoFailure() {
		OperationsTemplate first = OwnTemplate.template("first");
		OperationsTemplate second = OwnTemplate.template("second");
		this.runner.withBean("first", OperationsTemplate.class, () -> first)
			.withBean("second", OperationsTemplate.class, () -> second)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("operationsWebClient"));
	}

	@Test
	void whenAFurtherTemplateTakesThePlaceOfOursBothBeansAreNamed(CapturedOutput output) {
		withCredentials().withUserConfiguration(FurtherTemplate.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("operationsTemplate"));
		assertThat(output).containsOnlyOnce("'memoryOperations'")
			.contains("'operationsTemplate'", "@Bean(defaultCandidate = false)");
	}

	@Test
	void whenSeveralTemplatesTakeThePlaceOfOursAllAreNamed(CapturedOutput output) {
		this.runner.withBean("first", OperationsTemplate.class, () -> OwnTemplate.template("first"))
			.withBean("second", OperationsTemplate.class, () -> OwnTemplate.template("second"))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("'first', 'second'");
	}

	@ParameterizedTest
	@ValueSource(
			classes = { FurtherTemplateAside.class, PrimaryTemplate.class, Replacement.class, MockedTemplate.class })
	void whenATemplateOfTheApplicationIsMeantThereIsNoWarning(Class<?> configuration, CapturedOutput output) {
		withCredentials().withUserConfiguration(configuration)
			.run((context) -> assertThat(context).hasNotFailed().hasBean("operationsWebClient"));
		assertThat(output).doesNotContain("defaultCandidate");
	}

	@ParameterizedTest
	@ValueSource(strings = { "operationsWebClient", "operationsTemplate" })
	void whenABeanOfADocumentedNameIsOfAnotherTypeTheStartFails(String name) {
		withCredentials().withBean(name, StringBuilder.class).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).isInstanceOf(OperationsConfigurationException.class)
				.hasMessageContainingAll("'" + name + "'", "java.lang.StringBuilder");
		});
	}

	@Test
	void whenABeanMethodOfADocumentedNameIsOfAnotherTypeTheStartFails() {
		withCredentials().withUserConfiguration(OtherTypes.class, Injected.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(OperationsConfigurationException.class)
				.hasMessageContainingAll("'operationsWebClient'", "java.lang.StringBuilder"));
	}

	@Test
	void whenTheContextStopsWaitsEndAndAfterARestartFurtherOnesBegin() {
		List<Throwable> faults = new CopyOnWriteArrayList<>();
		withCredentials()
			.withBean(WebClientCustomizer.class, () -> (builder) -> builder.exchangeFunction((request) -> Mono.never()))
			.run((context) -> {
				OperationsTemplate template = context.getBean(OperationsTemplate.class);
				template.await("a").subscribe((operation) -> {
				}, faults::add);
				context.stop();
				assertThat(faults).singleElement().isInstanceOf(OperationsClosedException.class);
				context.start();
				template.await("b").subscribe((operation) -> {
				}, faults::add);
				assertThat(faults).hasSize(1);
			});
		assertThat(faults).as("the template is closed with its context").hasSize(2);
	}

	@Test
	void waitsEndAfterTheGraceOfAWebServerAndBeforeItIsClosed() {
		withCredentials().run((context) -> assertThat(context.getBean(OperationsLifecycle.class).getPhase())
			.isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE)
			.isGreaterThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE));
	}

	@Test
	void credentialsOfTheApplicationAreAskedForAtEachRequest() {
		AtomicInteger asked = new AtomicInteger();
		List<String> sent = new CopyOnWriteArrayList<>();
		this.runner
			.withBean(OperationsConnectionDetails.class,
					() -> () -> new BasicCredentials("SK" + asked.incrementAndGet(), "secret"))
			.withBean(WebClientCustomizer.class, () -> (builder) -> builder.exchangeFunction((request) -> {
				MockClientHttpRequest wire = new MockClientHttpRequest(request.method(), request.url());
				return request.writeTo(wire, ExchangeStrategies.withDefaults()).then(Mono.fromCallable(() -> {
					sent.add(String.valueOf(wire.getHeaders().getFirst("Authorization")));
					return ClientResponse.create(HttpStatus.OK).body("{\"status\":\"RUNNING\"}").build();
				}));
			}))
			.run((context) -> {
				OperationsTemplate template = context.getBean(OperationsTemplate.class);
				template.fetch("a").block(Duration.ofSeconds(20));
				template.fetch("a").block(Duration.ofSeconds(20));
				assertThat(sent).hasSize(2).doesNotHaveDuplicates();
			});
	}

	@Test
	void theBuilderBeanMakesAFurtherTemplateUnderItsOwnName() {
		withCredentials().run((context) -> {
			try (OperationsTemplate second = context.getBean(OperationsTemplate.Builder.class).name("second").build()) {
				assertThat(second.getName()).isEqualTo("second");
				assertThat(second).isNotSameAs(context.getBean(OperationsTemplate.class));
			}
			assertThat(context.getBean(OperationsTemplate.Builder.class))
				.isNotSameAs(context.getBean(OperationsTemplate.Builder.class));
		});
	}

	@Test
	void withoutANameTheBuilderBeanRefusesToBuild() {
		withCredentials().run((context) -> assertThatIllegalArgumentException()
			.isThrownBy(() -> context.getBean(OperationsTemplate.Builder.class).build())
			.withMessageContaining("'name' must be set"));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnTemplate {

		@Bean
		OperationsTemplate ownTemplate() {
			return template("own");
		}

		static OperationsTemplate template(String name) {
			return OperationsTemplate.builder(WebClient.builder())
				.name(name)
				.credentials(OperationsCredentials.of("SKown", "secret"))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FurtherTemplate {

		@Bean
		OperationsTemplate memoryOperations(OperationsTemplate.Builder builder) {
			return builder.name("memory").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FurtherTemplateAside {

		@Bean(defaultCandidate = false)
		OperationsTemplate memoryOperations(OperationsTemplate.Builder builder) {
			return builder.name("memory").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryTemplate {

		@Bean
		@Primary
		OperationsTemplate memoryOperations(OperationsTemplate.Builder builder) {
			return builder.name("memory").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Replacement {

		@Bean
		OperationsTemplate ownOperations(OperationsTemplate.Builder builder) {
			return builder.name("operations").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MockedTemplate {

		@Bean
		OperationsTemplate mockedOperations() {
			OperationsTemplate template = mock(OperationsTemplate.class);
			given(template.getWebClient()).willReturn(WebClient.create());
			return template;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OtherTypes {

		@Bean
		StringBuilder operationsWebClient() {
			return new StringBuilder();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnConnectionDetails {

		@Bean
		OperationsConnectionDetails ownDetails() {
			return () -> new BasicCredentials("SKown", "secret");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnWebClient {

		@Bean
		WebClient applicationWebClient() {
			return WebClient.create();
		}

	}

	static class Injected {

		private final WebClient plain;

		private final WebClient qualified;

		Injected(WebClient plain, @Qualifier("operationsWebClient") WebClient qualified) {
			this.plain = plain;
			this.qualified = qualified;
		}

	}

	static class InjectedIfAvailable {

		private final @Nullable WebClient plain;

		InjectedIfAvailable(ObjectProvider<WebClient> plain) {
			this.plain = plain.getIfAvailable();
		}

	}

}
