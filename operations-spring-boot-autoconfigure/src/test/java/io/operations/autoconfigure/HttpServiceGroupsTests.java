package io.operations.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.operations.AcceptedOperation;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.OperationsRequestException;
import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.service.ReactiveHttpServiceClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.Mockito.mock;

/**
 * Declarative HTTP clients whose group has the name of a template.
 */
@ExtendWith(OutputCaptureExtension.class)
class HttpServiceGroupsTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	@RegisterExtension
	static final WireMockExtension server = WireMockExtension.newInstance()
		.options(WireMockConfiguration.wireMockConfig().dynamicPort())
		.build();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, HttpServiceClientPropertiesAutoConfiguration.class,
				ReactiveHttpServiceClientAutoConfiguration.class, OperationsAutoConfiguration.class,
				OperationsHttpServicesAutoConfiguration.class))
		.withPropertyValues("operations.base-url=" + server.baseUrl(), "operations.api-key=SK1",
				"operations.api-key-secret=secret", "operations.retry.initial-interval=10ms");

	@ParameterizedTest
	@ValueSource(strings = { "reactor", "jdk" })
	void groupWithTheNameOfTheTemplateHasItsBaseUrlItsCredentialsAndItsDoor(String connector) {
		answer(202);
		this.runner.withUserConfiguration(Writes.class)
			.withPropertyValues("spring.http.clients.reactive.connector=" + connector,
					"spring.http.serviceclient.operations.base-url=http://elsewhere.invalid")
			.run((context) -> {
				assertThat(create(context.getBean(Configurations.class)).id()).isEqualTo("op-1");
				assertThat(requests()).hasSize(1).allSatisfy((request) -> {
					assertThat(request.getUrl()).isEqualTo("/v2/ControlPlane/Configurations");
					assertThat(request.getBodyAsString()).isEqualTo("{\"displayName\":\"support\"}");
					assertThat(request.getHeader("Authorization")).startsWith("Basic ");
					assertThat(request.getHeader("Idempotency-Key")).isNotEmpty();
				});
			});
	}

	@Test
	void redirectIsNotFollowedBecauseTheConnectorIsThatOfTheTemplate() {
		server.stubFor(any(anyUrl())
			.willReturn(aResponse().withStatus(307).withHeader("Location", server.baseUrl() + "/elsewhere")));
		this.runner.withUserConfiguration(Writes.class)
			.withPropertyValues("spring.http.serviceclient.operations.redirects=follow")
			.run((context) -> {
				assertThat(catchThrowableOfType(OperationsException.class,
						() -> create(context.getBean(Configurations.class))))
					.hasMessageContaining("307");
				assertThat(requests()).hasSize(1);
			});
	}

	@Test
	void throttledWriteIsRepeated() {
		answer(429);
		this.runner.withUserConfiguration(Writes.class).run((context) -> {
			OperationsException refusal = failure(context.getBean(Configurations.class));
			assertThat(refusal.getStatusCode()).isEqualTo(429);
			assertThat(requests()).hasSize(3);
		});
	}

	@Test
	void errorIsAnExceptionOfTheLibrary() {
		server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(409)
			.withHeader("X-Conflicting-Resource-Id", "cfg_1")
			.withHeader("Content-Type", "application/json")
			.withBody("{\"code\":20409,\"message\":\"In the way\"}")));
		this.runner.withUserConfiguration(Writes.class)
			.run((context) -> assertThat(failure(context.getBean(Configurations.class)))
				.isInstanceOfSatisfying(OperationsRequestException.class, (conflict) -> {
					assertThat(conflict.getConflictingResourceId()).isEqualTo("cfg_1");
					assertThat(conflict.getCode()).isEqualTo(20409);
				}));
	}

	@Test
	void customizersOfTheApplicationApplyOnceAndItsConfigurersApplyAfterwards() {
		answer(202);
		this.runner.withUserConfiguration(Writes.class, Customizers.class).run((context) -> {
			create(context.getBean(Configurations.class));
			assertThat(context.getBean(Customizers.class).customized).hasValue(1);
			assertThat(requests()).hasSize(1)
				.allSatisfy((request) -> assertThat(request.getHeader("X-Configured")).isEqualTo("yes"));
		});
	}

	@Test
	void groupOfAFurtherTemplateHasThatTemplatesCredentials() {
		answer(202);
		this.runner.withUserConfiguration(FurtherWrites.class).run((context) -> {
			create(context.getBean(Configurations.class));
			assertThat(requests()).hasSize(1)
				.allSatisfy(
						(request) -> assertThat(request.getHeader("Authorization")).isEqualTo("Basic U0syOnR3bw=="));
		});
	}

	@Test
	void groupWithAnotherNameIsLeftAlone() {
		answer(503);
		this.runner.withUserConfiguration(OtherWrites.class)
			.withPropertyValues("spring.http.serviceclient.others.base-url=" + server.baseUrl())
			.run((context) -> {
				assertThat(catchThrowableOfType(WebClientResponseException.class,
						() -> create(context.getBean(Configurations.class))))
					.isNotNull();
				assertThat(requests()).hasSize(1)
					.allSatisfy((request) -> assertThat(request.containsHeader("Authorization")).isFalse());
			});
	}

	@Test
	void groupWithTheNameOfATemplateButWithoutTheClientTypeFailsTheStart() {
		this.runner.withUserConfiguration(WithoutClientType.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(OperationsConfigurationException.class)
				.hasMessageContaining("The HTTP service group 'operations' has the name of an operations client, but"
						+ " Spring builds it on a RestClient"));
		this.runner.withUserConfiguration(WithoutClientType.class)
			.withPropertyValues("spring.http.serviceclient.operations.base-url=" + server.baseUrl())
			.run((context) -> assertThat(context).hasNotFailed());
		this.runner.withUserConfiguration(WithoutClientType.class)
			.withBean(RestClientHttpServiceGroupConfigurer.class,
					() -> (groups) -> groups.forEachClient((group, builder) -> builder.baseUrl(server.baseUrl())))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(classes = { Misspelled.class, MisspelledWithoutClientType.class })
	void groupWithoutABaseUrlAndWithTheMisspelledNameOfATemplateIsLogged(Class<?> application, CapturedOutput output) {
		this.runner.withUserConfiguration(application).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output)
				.contains("The HTTP service group 'operatoins' has no base URL, and no operations client has this name."
						+ " The name is similar to that of the client 'operations'.");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Misspelled.class, MisspelledWithoutClientType.class })
	void groupWithABaseUrlAndASimilarNameIsNotLogged(Class<?> application, CapturedOutput output) {
		this.runner.withUserConfiguration(application)
			.withPropertyValues("spring.http.serviceclient.operatoins.base-url=" + server.baseUrl())
			.run((context) -> assertThat(context).hasNotFailed());
		this.runner.withUserConfiguration(application)
			.withBean(WebClientCustomizer.class, () -> (builder) -> builder.baseUrl(server.baseUrl()))
			.withBean(RestClientHttpServiceGroupConfigurer.class,
					() -> (groups) -> groups.forEachClient((group, builder) -> builder.baseUrl(server.baseUrl())))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("The HTTP service group");
	}

	@Test
	void configurerOfTheParentContextMayGiveTheBaseUrl() {
		new ApplicationContextRunner()
			.withBean(RestClientHttpServiceGroupConfigurer.class,
					() -> (groups) -> groups.forEachClient((group, builder) -> builder.baseUrl(server.baseUrl())))
			.run((parent) -> this.runner.withParent(parent)
				.withUserConfiguration(WithoutClientType.class)
				.run((context) -> assertThat(context).hasNotFailed()));
	}

	@Test
	void baseUrlOfAGroupIsFoundInEachSpellingOfItsKey() {
		this.runner.withUserConfiguration(EmailsV2.class)
			.withPropertyValues("operations.clients.emailsV2.product=emails",
					"spring.http.serviceclient.emailsV2.baseUrl=" + server.baseUrl())
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void groupWithTheNameOfADisabledClientIsLoggedWithItsProperty(CapturedOutput output) {
		this.runner.withUserConfiguration(EmailsV2.class)
			.withPropertyValues("operations.clients.emailsV1.product=emails",
					"operations.clients.emailsV2.product=emails", "operations.clients.emailsV2.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output)
			.contains("has the name of a disabled operations client", "operations.clients.emailsV2.enabled")
			.doesNotContain("emailsV1'");
	}

	@Test
	void withTwoSimilarNamesTheNearerOneIsLogged(CapturedOutput output) {
		this.runner.withUserConfiguration(EmailsV2.class)
			.withPropertyValues("operations.clients.emailsV34.product=emails",
					"operations.clients.emailsV3.product=emails", "operations.clients.mailsV.product=emails")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("similar to that of the client 'emailsV3'");
	}

	@ParameterizedTest
	@ValueSource(classes = { OtherWrites.class, OtherWritesOnRestClient.class })
	void groupsOfTheApplicationAloneCreateNoTemplate(Class<?> application) {
		this.runner.withUserConfiguration(application)
			.withPropertyValues("operations.api-key=", "operations.api-key-secret=")
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(Configurations.class)).isNotNull();
				assertThat(context.getSourceApplicationContext().getBeanFactory())
					.matches((beans) -> !beans.containsSingleton("operationsTemplate"));
			});
	}

	@Test
	void templateThatNeedsTheClientOfItsOwnGroupIsReportedAsACircle() {
		this.runner.withUserConfiguration(Circle.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(BeanCurrentlyInCreationException.class));
	}

	@Test
	void mockOfAClientDoesNotTakeTheGroupOfTheDefaultClient() {
		answer(202);
		this.runner.withUserConfiguration(Writes.class)
			.withBean("io.operations.client.campaigns", OperationsTemplate.class, () -> mock(OperationsTemplate.class),
					(definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false))
			.run((context) -> assertThat(create(context.getBean(Configurations.class)).id()).isEqualTo("op-1"));
	}

	@Test
	void groupWithASimilarNameWhoseMethodsNameTheirServerIsLeftAlone() {
		this.runner.withUserConfiguration(NamesServers.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void groupWithoutABaseUrlAndWithAnotherNameIsLeftAlone() {
		this.runner.withUserConfiguration(OtherWrites.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void applicationWithoutDeclarativeClientsHasNoConfigurer() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(WebClientHttpServiceGroupConfigurer.class));
	}

	private static void answer(int status) {
		server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(status)
			.withHeader("Operation-Id", "op-1")
			.withHeader("Content-Type", "application/json")
			.withBody("{}")));
	}

	private static AcceptedOperation create(Configurations configurations) {
		return Objects.requireNonNull(
				configurations.create(Map.of("displayName", "support")).map(AcceptedOperation::from).block(MAX_WAIT));
	}

	private static OperationsException failure(Configurations configurations) {
		return catchThrowableOfType(OperationsException.class, () -> create(configurations));
	}

	private static List<LoggedRequest> requests() {
		return server.findAll(anyRequestedFor(anyUrl()));
	}

	@HttpExchange("/v2/ControlPlane")
	interface Configurations {

		@PostExchange("/Configurations")
		Mono<ResponseEntity<Map<String, Object>>> create(@RequestBody Map<String, ?> configuration);

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "operations", types = Configurations.class, clientType = ClientType.WEB_CLIENT)
	static class Writes {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "operations", types = Configurations.class)
	static class WithoutClientType {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "operatoins", types = Configurations.class, clientType = ClientType.WEB_CLIENT)
	static class Misspelled {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "operatoins", types = Configurations.class)
	static class MisspelledWithoutClientType {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "operation", types = AnyServer.class, clientType = ClientType.WEB_CLIENT)
	static class NamesServers {

	}

	interface AnyServer {

		@GetExchange
		Mono<String> get(URI uri);

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "emailsV2", types = Configurations.class)
	static class EmailsV2 {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "others", types = Configurations.class)
	static class OtherWritesOnRestClient {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "campaigns", types = Configurations.class, clientType = ClientType.WEB_CLIENT)
	static class Circle {

		@Bean(defaultCandidate = false)
		OperationsTemplate campaignTemplate(OperationsTemplate.Builder builder, Configurations configurations) {
			return builder.name("campaigns").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "others", types = Configurations.class, clientType = ClientType.WEB_CLIENT)
	static class OtherWrites {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "campaigns", types = Configurations.class, clientType = ClientType.WEB_CLIENT)
	static class FurtherWrites {

		@Bean(defaultCandidate = false)
		OperationsTemplate campaigns(OperationsTemplate.Builder builder) {
			return builder.name("campaigns").credentials(OperationsCredentials.of("SK2", "two")).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		final AtomicInteger customized = new AtomicInteger();

		@Bean
		WebClientCustomizer counting() {
			return (builder) -> builder.filter((request, next) -> {
				this.customized.incrementAndGet();
				return next.exchange(request);
			});
		}

		@Bean
		WebClientHttpServiceGroupConfigurer configuring() {
			return (groups) -> groups.forEachClient((group, builder) -> builder.defaultHeader("X-Configured", "yes"));
		}

	}

}
