package io.operations.autoconfigure;

import java.util.Arrays;
import java.util.stream.Stream;

import io.operations.core.OperationsTemplate;
import jakarta.inject.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The message of an application whose injection points name a client that does not exist.
 */
@ExtendWith(OutputCaptureExtension.class)
class MissingClientTests {

	private static final String[] CLIENTS = { "--operations.api-key=SK1", "--operations.api-key-secret=s1",
			"--operations.clients.campaigns.product=messages", "--operations.clients.memory.product=memory" };

	@Test
	void missingBeanOfTheApplicationIsStillReportedBySpringBoot(CapturedOutput output) {
		run(NeedsMissingBean.class);
		assertThat(output).contains("APPLICATION FAILED TO START",
				"required a bean of type 'java.lang.StringBuilder' that could not be found");
	}

	@Test
	void qualifierOfATemplateThatNamesNoClientIsReportedWithTheClients(CapturedOutput output) {
		run(NeedsTemplate.class);
		assertThat(output)
			.contains("APPLICATION FAILED TO START", "Parameter 0 of constructor in " + NeedsTemplate.class.getName()
					+ " requires an OperationsTemplate with the qualifier 'campaing', but there is none. The clients"
					+ " of 'operations.clients' are: campaigns, memory.",
					"Set the qualifier to the name of a client: campaigns, memory.",
					"set its properties, for example operations.clients.campaing.product=messages",
					"The default client needs no qualifier.");
		assertThat(output).doesNotContain("\tat ");
	}

	@Test
	void qualifierOfAWebClientThatNamesNoClientIsReportedWithTheClients(CapturedOutput output) {
		run(NeedsWebClient.class);
		assertThat(output)
			.contains("APPLICATION FAILED TO START",
					"requires a WebClient with the qualifier 'campaing', but there is none. The clients of"
							+ " 'operations.clients' are: campaigns, memory.",
					"The WebClient of the default client has the qualifier 'operationsWebClient'.")
			.doesNotContain("\tat ");
	}

	@Test
	void nameOfTheDefaultClientIsAQualifierOfItsBeans() {
		SpringApplication application = application(NeedsDefault.class);
		try (ConfigurableApplicationContext context = application.run(CLIENTS)) {
			assertThat(context.getBean(NeedsDefault.class)).isNotNull();
		}
	}

	@Test
	void webClientWithoutQualifierIsReportedWithTheQualifiers(CapturedOutput output) {
		run(NeedsAnyWebClient.class);
		assertThat(output)
			.contains("APPLICATION FAILED TO START",
					"requires a WebClient without a qualifier, but no WebClient bean can be injected without one.",
					"add @Qualifier(\"operationsWebClient\"). The WebClients of the other clients have the qualifiers:"
							+ " campaigns, memory.")
			.doesNotContain("\tat ");
	}

	@Test
	void qualifierOfADisabledClientIsReportedWithItsProperty(CapturedOutput output) {
		run(NeedsTemplate.class, "--operations.clients.campaing.product=emails",
				"--operations.clients.campaing.enabled=false");
		assertThat(output).contains("APPLICATION FAILED TO START",
				"The property 'operations.clients.campaing.enabled' is 'false'.");
	}

	@Test
	void qualifierOfAWebClientThatResemblesNoClientIsReportedAsABeanOfTheApplication(CapturedOutput output) {
		run(NeedsOwnWebClient.class);
		assertThat(output)
			.contains("APPLICATION FAILED TO START",
					"requires a WebClient with the qualifier 'githubWebClient', but there is none.",
					"the condition evaluation report")
			.doesNotContain("operations.clients", "campaigns");
	}

	@ParameterizedTest
	@ValueSource(classes = { NeedsOneLetterLess.class, NeedsOtherCase.class, NeedsSingular.class })
	void qualifierOfAWebClientThatResemblesTheDefaultClientIsReportedWithTheQualifierOfItsWebClient(
			Class<?> application, CapturedOutput output) {
		run(application);
		assertThat(output).containsPattern("Action:\\R+Did you mean @Qualifier\\(\"operationsWebClient\"\\)\\?"
				+ " It is the WebClient of the default client\\. Otherwise, set the qualifier to the name of a client:"
				+ " campaigns, memory\\.")
			.doesNotContain("Define a WebClient bean", "To add the client");
	}

	@Test
	void qualifierOfAWebClientThatIsTheNameOfAProductIsReportedWithTheClients(CapturedOutput output) {
		run(NeedsProduct.class);
		assertThat(output)
			.contains("The clients of 'operations.clients' are: campaigns, memory.",
					"for example operations.clients.emails.product=emails.",
					"The WebClient of the default client has the qualifier 'operationsWebClient'.")
			.doesNotContain("Define a WebClient bean");
	}

	@ParameterizedTest
	@ValueSource(classes = { NeedsMisspelledDefault.class, NeedsMisspelledTemplate.class })
	void qualifierOfATemplateThatResemblesTheDefaultClientIsReportedWithItsQualifier(Class<?> application,
			CapturedOutput output) {
		run(application);
		assertThat(output)
			.containsPattern("Action:\\R+The default client needs no qualifier, or @Qualifier\\(\"operations\"\\)\\."
					+ " Otherwise, set the qualifier to the name of a client: campaigns, memory\\.")
			.containsOnlyOnce("The default client needs no qualifier")
			.doesNotContain("To add the client");
	}

	@Test
	void qualifierThatResemblesAReplacedDefaultClientIsReportedWithoutTheQualifierOfItsBean(CapturedOutput output) {
		run(NeedsMisspelledReplaced.class);
		assertThat(output).contains("The default client needs no qualifier.", "are injected by their names: own.")
			.doesNotContain("@Qualifier(\"operations\")", "To add the client");
	}

	@Test
	void disabledClientWhoseNameResemblesTheDefaultClientIsReportedWithItsProperty(CapturedOutput output) {
		run(NeedsMisspelledDefault.class, "--operations.clients.operatons.product=emails",
				"--operations.clients.operatons.enabled=false");
		assertThat(output).contains("The property 'operations.clients.operatons.enabled' is 'false'.")
			.doesNotContain("@Qualifier(\"operations\")");
	}

	@Test
	void webClientThatAFactoryLooksUpIsNotTakenForThatOfTheInjectionPoint(CapturedOutput output) {
		run(NeedsSupplied.class);
		assertThat(output).contains("No qualifying bean of type '" + WebClient.class.getName() + "'")
			.doesNotContain("requires a WebClient");
	}

	@Test
	void replacedTemplateIsReportedWithoutTheAdviceToAddSuchAClient(CapturedOutput output) {
		run(NeedsReplaced.class);
		assertThat(output)
			.contains("requires an OperationsTemplate with the qualifier 'operationsTemplate', but there is none.",
					"only if the application has no OperationsTemplate bean that takes its place",
					"are injected by their names: own.")
			.doesNotContain("operations.clients.operationsTemplate");
	}

	@Test
	void nameOfJakartaInjectThatNamesNoClientIsReportedWithTheClients(CapturedOutput output) {
		run(NeedsNamed.class);
		assertThat(output).contains("requires an OperationsTemplate with the qualifier 'campaing', but there is none.");
	}

	@Test
	void withoutOperationsTheMissingTemplateIsReportedBySpringBoot(CapturedOutput output) {
		run(NeedsTemplate.class, "--operations.enabled=false");
		assertThat(output).contains("APPLICATION FAILED TO START",
				"required a bean of type 'io.operations.core.OperationsTemplate' that could not be found");
	}

	private static void run(Class<?> application, String... arguments) {
		assertThatExceptionOfType(UnsatisfiedDependencyException.class).isThrownBy(() -> application(application)
			.run(Stream.concat(Arrays.stream(CLIENTS), Arrays.stream(arguments)).toArray(String[]::new)));
	}

	private static SpringApplication application(Class<?> source) {
		SpringApplication application = new SpringApplication(source);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application;
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
			OperationsAutoConfiguration.class })
	static class Base {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsMissingBean {

		NeedsMissingBean(StringBuilder missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsTemplate {

		NeedsTemplate(@Qualifier("campaing") OperationsTemplate missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsDefault {

		NeedsDefault(@Qualifier("operations") OperationsTemplate template,
				@Qualifier("operations") WebClient webClient) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsWebClient {

		NeedsWebClient(@Qualifier("campaing") WebClient missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsAnyWebClient {

		NeedsAnyWebClient(WebClient missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsOwnWebClient {

		NeedsOwnWebClient(@Qualifier("githubWebClient") WebClient missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsOneLetterLess {

		NeedsOneLetterLess(@Qualifier("operationWebClient") WebClient missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsOtherCase {

		NeedsOtherCase(@Qualifier("operationsWebclient") WebClient missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsSingular {

		NeedsSingular(@Qualifier("operation") WebClient missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsProduct {

		NeedsProduct(@Qualifier("emails") WebClient missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsMisspelledDefault {

		NeedsMisspelledDefault(@Qualifier("operatons") OperationsTemplate missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsMisspelledTemplate {

		NeedsMisspelledTemplate(@Qualifier("operationTemplate") OperationsTemplate missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ NeedsReplaced.Replacing.class, Base.class })
	static class NeedsMisspelledReplaced {

		NeedsMisspelledReplaced(@Qualifier("operatons") OperationsTemplate missing) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsSupplied {

		NeedsSupplied(@Qualifier("campaing") Supplied supplied) {
		}

		@Configuration(proxyBeanMethods = false)
		static class Supplying {

			@Bean("campaing")
			static Supplied supplied(ObjectProvider<WebClient> webClient) {
				return new Supplied(webClient.getObject());
			}

		}

	}

	record Supplied(WebClient webClient) {
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsReplaced {

		NeedsReplaced(@Qualifier("operationsTemplate") OperationsTemplate missing) {
		}

		@Configuration(proxyBeanMethods = false)
		static class Replacing {

			@Bean
			OperationsTemplate own(OperationsTemplate.Builder builder) {
				return builder.name("operations").build();
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Base.class)
	static class NeedsNamed {

		NeedsNamed(@Named("campaing") OperationsTemplate missing) {
		}

	}

}
