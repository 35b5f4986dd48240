package io.operations.autoconfigure;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.web.client.ApiVersionInserter;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What of the application's own set-up of {@code WebClient} our client takes.
 */
class ApplicationsWebClientTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final List<ClientRequest> sent = new ArrayList<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret")
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class))
		.withBean("wire", WebClientCustomizer.class, () -> (builder) -> answering(builder, "boot"));

	@BeforeEach
	void forget() {
		sent.clear();
	}

	@Test
	void withAPlainAndALoadBalancedBuilderThePlainOneIsUsed() {
		assertBuilder("plain", Plain.class, Balanced.class);
	}

	@Test
	void withALoadBalancedBuilderAloneOneIsMadeOfBootsParts() {
		assertBuilder("boot", Balanced.class);
	}

	@Test
	void withAPrimaryLoadBalancedBuilderItIsNotUsed() {
		assertBuilder("plain", Plain.class, PrimaryBalanced.class);
	}

	@Test
	void withAQualifiedBuilderAloneOneIsMadeOfBootsParts() {
		assertBuilder("boot", Named.class);
	}

	@Test
	void withABuilderThatIsNoDefaultCandidateBootsOwnIsUsed() {
		assertBuilder("boot", NoDefault.class);
	}

	@Test
	void withTwoPlainBuildersOneIsMadeOfBootsParts() {
		assertBuilder("boot", Plain.class, SecondPlain.class);
	}

	@Test
	void withTwoPlainBuildersThePrimaryOneIsUsed() {
		assertBuilder("primary", Plain.class, SecondPlain.class, PrimaryPlain.class);
	}

	@Test
	void customizersOfTheApplicationApplyInTheirOrder() {
		this.runner.withUserConfiguration(OrderedCustomizers.class).run((context) -> {
			context.getBean(OperationsTemplate.class).fetch("a").block(MAX_WAIT);
			assertThat(sent).singleElement()
				.satisfies((request) -> assertThat(request.headers().get("X-Order")).containsExactly("first", "method",
						"interface"));
		});
	}

	@Test
	void beanPostProcessorOfTheApplicationSeesTheBuilder() {
		this.runner.withUserConfiguration(PostProcessor.class).run((context) -> {
			context.getBean(OperationsTemplate.class).fetch("a").block(MAX_WAIT);
			assertThat(sent).singleElement()
				.satisfies((request) -> assertThat(request.headers().get("X-Processed")).containsExactly("yes"));
		});
	}

	@Test
	void startCreatesNoConnectorOfSpringBoot() {
		this.runner.run((context) -> {
			context.getBean(OperationsTemplate.class).fetch("a").block(MAX_WAIT);
			assertThat(context.getSourceApplicationContext().getBeanFactory().containsSingleton("clientHttpConnector"))
				.isFalse();
		});
	}

	@Test
	void withoutABuilderOneIsMade() {
		new ApplicationContextRunner().withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret")
			.withConfiguration(AutoConfigurations.of(OperationsAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(OperationsTemplate.class));
	}

	@Test
	void whenACustomizerInsertsAnApiVersionOurRequestsHaveNone() {
		assertNoVersion(this.runner.withBean("versions", WebClientCustomizer.class,
				() -> (builder) -> builder.apiVersionInserter(ApiVersionInserter.usePathSegment(0))
					.defaultApiVersion("v7")));
	}

	@Test
	void whenACustomizerSetsAnApiVersionOnEachRequestOursHaveNone() {
		assertNoVersion(this.runner.withBean("versions", WebClientCustomizer.class,
				() -> (builder) -> builder.apiVersionInserter(ApiVersionInserter.useHeader("X-Version"))
					.defaultRequest((request) -> request.apiVersion("7"))));
	}

	private void assertBuilder(String expected, Class<?>... configurations) {
		this.runner.withUserConfiguration(configurations).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(OperationsTemplate.class).fetch("a").block(MAX_WAIT);
			assertThat(sent).singleElement()
				.satisfies((request) -> assertThat(request.headers().get("X-Builder")).containsExactly(expected));
		});
	}

	private static void assertNoVersion(ApplicationContextRunner runner) {
		runner.run((context) -> {
			OperationsTemplate template = context.getBean(OperationsTemplate.class);
			template.fetch("a").block(MAX_WAIT);
			template.await("a").block(MAX_WAIT);
			context.getBean("operationsWebClient", WebClient.class)
				.post()
				.uri("/v2/ControlPlane/Configurations")
				.bodyValue(Map.of())
				.retrieve()
				.toBodilessEntity()
				.block(MAX_WAIT);
			assertThat(sent).extracting((request) -> request.url().getPath())
				.containsExactly("/v2/ControlPlane/Operations/a", "/v2/ControlPlane/Operations/a",
						"/v2/ControlPlane/Configurations");
			assertThat(sent).noneMatch((request) -> request.headers().containsHeader("X-Version"));
		});
	}

	private static WebClient.Builder answering(WebClient.Builder builder, String name) {
		return builder.defaultHeader("X-Builder", name).exchangeFunction((request) -> {
			sent.add(request);
			return Mono.just(ClientResponse.create(HttpStatus.OK)
				.header("Content-Type", "application/json")
				.body("{\"status\":\"COMPLETED\"}")
				.build());
		});
	}

	// As Spring Cloud's is.
	@Qualifier
	@Retention(RetentionPolicy.RUNTIME)
	@interface LoadBalanced {

	}

	@Configuration(proxyBeanMethods = false)
	static class Plain {

		@Bean
		WebClient.Builder plainBuilder() {
			return answering(WebClient.builder(), "plain");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SecondPlain {

		@Bean
		WebClient.Builder secondBuilder() {
			return answering(WebClient.builder(), "second");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryPlain {

		@Bean
		@Primary
		WebClient.Builder primaryBuilder() {
			return answering(WebClient.builder(), "primary");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Balanced {

		@Bean
		@LoadBalanced
		WebClient.Builder balancedBuilder() {
			return answering(WebClient.builder(), "balanced");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryBalanced {

		@Bean
		@Primary
		@LoadBalanced
		WebClient.Builder balancedBuilder() {
			return answering(WebClient.builder(), "balanced");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Named {

		@Bean
		@Qualifier("inventory")
		WebClient.Builder inventoryBuilder() {
			return answering(WebClient.builder(), "named");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoDefault {

		@Bean(defaultCandidate = false)
		WebClient.Builder otherBuilder() {
			return answering(WebClient.builder(), "other");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OrderedCustomizers {

		@Bean
		WebClientCustomizer interfaceCustomizer() {
			return new Late();
		}

		@Bean
		@Order(2)
		WebClientCustomizer methodCustomizer() {
			return (builder) -> builder.defaultHeaders((headers) -> headers.add("X-Order", "method"));
		}

		@Bean
		@Order(1)
		WebClientCustomizer firstCustomizer() {
			return (builder) -> builder.defaultHeaders((headers) -> headers.add("X-Order", "first"));
		}

		static final class Late implements WebClientCustomizer, Ordered {

			@Override
			public void customize(WebClient.Builder builder) {
				builder.defaultHeaders((headers) -> headers.add("X-Order", "interface"));
			}

			@Override
			public int getOrder() {
				return 3;
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PostProcessor {

		@Bean
		static BeanPostProcessor processor() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String name) {
					return (bean instanceof WebClient.Builder builder) ? builder.defaultHeader("X-Processed", "yes")
							: bean;
				}

			};
		}

	}

}
