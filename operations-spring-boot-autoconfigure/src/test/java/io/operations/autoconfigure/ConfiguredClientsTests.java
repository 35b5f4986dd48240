package io.operations.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.operations.AcceptedOperation;
import io.operations.BasicCredentials;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationsClosedException;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.OperationsProduct;
import io.operations.autoconfigure.metrics.OperationsMetricsAutoConfiguration;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.client.WebClient;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Clients of {@code operations.clients.*}.
 */
class ConfiguredClientsTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	@RegisterExtension
	static final WireMockExtension server = WireMockExtension.newInstance()
		.options(WireMockConfiguration.wireMockConfig().dynamicPort())
		.build();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class))
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=s1",
				"operations.polling.min-interval=10ms");

	private final ApplicationContextRunner twoClients = this.runner.withPropertyValues(
			"operations.clients.memory.product=memory", "operations.clients.campaigns.product=messages",
			"operations.clients.campaigns.api-key=SK2", "operations.clients.campaigns.api-key-secret=s2",
			"operations.clients.campaigns.rate-limit.requests-per-second=5");

	@Test
	void withTwoClientsInjectionWithoutAQualifierIsUnchanged() {
		this.twoClients.withUserConfiguration(Unqualified.class).run((context) -> {
			Unqualified injected = context.getBean(Unqualified.class);
			assertThat(injected.template.getName()).isEqualTo("operations");
			assertThat(injected.all).containsExactly(injected.template);
			assertThat(injected.webClient).isSameAs(injected.template.getWebClient());
			assertThat(context.getBeanProvider(OperationsTemplate.class).getIfUnique()).isSameAs(injected.template);
			assertThat(injected.anyWebClient.getIfAvailable()).isNull();
		});
	}

	@Test
	void clientIsInjectedByItsNameAsTheQualifier() {
		this.twoClients.withUserConfiguration(Qualified.class).run((context) -> {
			Qualified injected = context.getBean(Qualified.class);
			assertThat(injected.campaigns.getName()).isEqualTo("campaigns");
			assertThat(injected.memory.getName()).isEqualTo("memory");
			assertThat(injected.campaignsWebClient).isSameAs(injected.campaigns.getWebClient());
			assertThat(context.getBean("io.operations.client.campaigns")).isSameAs(injected.campaigns);
			assertThat(context.getBean("io.operations.client.campaigns.webClient"))
				.isSameAs(injected.campaignsWebClient);
		});
	}

	@Test
	void propertiesOfAClientAreThoseOfTheTopLevelWithItsOwnOnTop() {
		this.twoClients
			.withPropertyValues("operations.polling.timeout=3m", "operations.base-url=https://conversations.example",
					"operations.retry.max-attempts=7", "operations.clients.campaigns.retry.max-attempts=2",
					"operations.clients.eu.http.read-timeout=3s")
			.run((context) -> {
				Map<String, OperationsProperties> clients = context.getBean(OperationsProperties.class).getClients();
				OperationsProperties campaigns = Objects.requireNonNull(clients.get("campaigns"));
				assertThat(campaigns.getProduct()).isEqualTo(OperationsProduct.MESSAGES);
				assertThat(campaigns.getBaseUrl()).isNull();
				assertThat(campaigns.getRateLimit().getRequestsPerSecond()).isEqualTo(5);
				assertThat(campaigns.getRetry().getMaxAttempts()).isEqualTo(2);
				assertThat(campaigns.getPolling().getTimeout()).isEqualTo(Duration.ofMinutes(3));
				OperationsProperties memory = Objects.requireNonNull(clients.get("memory"));
				assertThat(memory.getRetry().getMaxAttempts()).isEqualTo(7);
				assertThat(memory.getRateLimit().getRequestsPerSecond()).isEqualTo(20);
				OperationsProperties eu = Objects.requireNonNull(clients.get("eu"));
				assertThat(eu.getBaseUrl()).isEqualTo("https://conversations.example");
				assertThat(eu.getHttp().getReadTimeout()).isEqualTo(Duration.ofSeconds(3));
				assertThat(context.getBean(OperationsProperties.class).getRetry().getMaxAttempts()).isEqualTo(7);
			});
	}

	@Test
	void clientReadsItsOwnWordsOfAStatusAndThoseOfTheTopLevel() {
		server.stubFor(get(urlEqualTo("/v1/ControlPlane/Operations/a")).willReturn(okJson("{\"status\":\"Ready\"}")));
		server
			.stubFor(get(urlEqualTo("/v1/ControlPlane/Operations/b")).willReturn(okJson("{\"status\":\"Rejected\"}")));
		server
			.stubFor(get(urlEqualTo("/v2/ControlPlane/Operations/c")).willReturn(okJson("{\"status\":\"Rejected\"}")));
		this.twoClients
			.withPropertyValues("operations.base-url=" + server.baseUrl(),
					"operations.clients.memory.base-url=" + server.baseUrl(), "operations.status-words.completed=READY",
					"operations.clients.memory.status-words.failed=REJECTED")
			.run((context) -> {
				OperationsClients clients = context.getBean(OperationsClients.class);
				assertThat(clients.get("memory").fetch("a").map(Operation::status).block(MAX_WAIT))
					.isEqualTo(OperationStatus.COMPLETED);
				assertThat(clients.get("memory").fetch("b").map(Operation::status).block(MAX_WAIT))
					.isEqualTo(OperationStatus.FAILED);
				assertThat(clients.get("operations").fetch("c").map(Operation::status).block(MAX_WAIT))
					.isEqualTo(OperationStatus.UNKNOWN);
			});
	}

	@Test
	void clientFetchesFromItsProductWithItsOwnCredentials() {
		server.stubFor(get(anyUrl()).willReturn(operation()));
		this.twoClients.withPropertyValues(baseUrl("campaigns"), baseUrl("memory")).run((context) -> {
			OperationsClients clients = context.getBean(OperationsClients.class);
			clients.get("campaigns").fetch("a").block(MAX_WAIT);
			clients.get("memory").fetch("b").block(MAX_WAIT);
		});
		server.verify(getRequestedFor(urlEqualTo("/v1/Messages/Operations/a")).withHeader("Authorization",
				equalTo(basic("SK2", "s2"))));
		server.verify(getRequestedFor(urlEqualTo("/v1/ControlPlane/Operations/b")).withHeader("Authorization",
				equalTo(basic("SK1", "s1"))));
	}

	@Test
	void clientWritesWithItsOwnCredentials() {
		server.stubFor(post(anyUrl()).willReturn(aResponse().withStatus(202).withHeader("Operation-Id", "w")));
		this.twoClients.withPropertyValues(baseUrl("campaigns"))
			.withUserConfiguration(Qualified.class)
			.run((context) -> {
				WebClient webClient = context.getBean(Qualified.class).campaignsWebClient;
				webClient.post().uri("/v1/Messages").exchangeToMono(AcceptedOperation::from).block(MAX_WAIT);
			});
		server.verify(
				postRequestedFor(urlEqualTo("/v1/Messages")).withHeader("Authorization", equalTo(basic("SK2", "s2"))));
	}

	@Test
	void withoutCredentialsOfItsOwnTheClientHasThoseOfTheConnectionDetails() {
		server.stubFor(get(anyUrl()).willReturn(operation()));
		this.twoClients.withPropertyValues(baseUrl("campaigns"), baseUrl("memory"))
			.withBean(OperationsConnectionDetails.class, () -> () -> new BasicCredentials("SKvault", "v"))
			.run((context) -> {
				context.getBean(OperationsClients.class).get("memory").fetch("c").block(MAX_WAIT);
				context.getBean(OperationsClients.class).get("campaigns").fetch("d").block(MAX_WAIT);
			});
		server.verify(getRequestedFor(urlEqualTo("/v1/ControlPlane/Operations/c")).withHeader("Authorization",
				equalTo(basic("SKvault", "v"))));
		server.verify(getRequestedFor(urlEqualTo("/v1/Messages/Operations/d")).withHeader("Authorization",
				equalTo(basic("SK2", "s2"))));
	}

	@Test
	void connectionDetailsOfAClientReplaceItsProperties() {
		server.stubFor(get(anyUrl()).willReturn(operation()));
		this.twoClients.withBean(OperationsConnectionDetails.class, PerClient::new).run((context) -> {
			context.getBean(OperationsClients.class).get("campaigns").fetch("e").block(MAX_WAIT);
			assertThat(context.getBean(OperationsClients.class).get("campaigns").getCredentialsOrigin())
				.contains(PerClient.class.getName());
		});
		server.verify(getRequestedFor(urlEqualTo("/v1/Messages/Operations/e")).withHeader("Authorization",
				equalTo(basic("SKcampaigns", "x"))));
	}

	@Test
	void customizerDoesNotReplaceTheAccountAndTheServerThatAClientSets() {
		server.stubFor(post(anyUrl()).willReturn(aResponse().withStatus(202)));
		server.stubFor(get(anyUrl()).willReturn(operation()));
		this.twoClients
			.withPropertyValues(baseUrl("campaigns"), "operations.clients.campaigns.path=/own/{id}",
					"operations.clients.plain.retry.max-attempts=2")
			.withBean(OperationsTemplateBuilderCustomizer.class,
					() -> (builder) -> builder.credentials(OperationsCredentials.of("SKvault", "v"))
						.product(OperationsProduct.EMAILS)
						.baseUrl(server.baseUrl() + "/customized")
						.path("/customized/{id}"))
			.run((context) -> {
				OperationsClients clients = context.getBean(OperationsClients.class);
				clients.get("campaigns")
					.getWebClient()
					.post()
					.uri("/customized-write")
					.retrieve()
					.toBodilessEntity()
					.block(MAX_WAIT);
				clients.get("campaigns").fetch("f").block(MAX_WAIT);
				clients.get("plain").fetch("g").block(MAX_WAIT);
			});
		server.verify(postRequestedFor(urlEqualTo("/customized-write")).withHeader("Authorization",
				equalTo(basic("SK2", "s2"))));
		server.verify(getRequestedFor(urlEqualTo("/own/f")).withHeader("Authorization", equalTo(basic("SK2", "s2"))));
		server.verify(getRequestedFor(urlEqualTo("/customized/customized/g")).withHeader("Authorization",
				equalTo(basic("SKvault", "v"))));
	}

	@Test
	void beanWithTheQualifierOfAClientIsForThisClientOnly() {
		server.stubFor(get(anyUrl()).willReturn(operation()));
		this.twoClients
			.withPropertyValues(baseUrl("campaigns"), baseUrl("memory"), "operations.base-url=" + server.baseUrl())
			.withUserConfiguration(OwnBeans.class)
			.run((context) -> {
				OperationsClients clients = context.getBean(OperationsClients.class);
				for (String client : List.of("operations", "memory", "campaigns")) {
					clients.get(client).await("own-" + client).block(MAX_WAIT);
				}
				OwnBeans beans = context.getBean(OwnBeans.class);
				assertThat(beans.ofAll).containsExactly("own-operations", "own-memory");
				assertThat(beans.ofCampaigns).containsExactly("own-campaigns");
			});
		server.verify(getRequestedFor(urlEqualTo("/v2/ControlPlane/Operations/own-operations")));
		server.verify(getRequestedFor(urlEqualTo("/v1/ControlPlane/Operations/own-memory")));
		server.verify(getRequestedFor(urlEqualTo("/customized/own-campaigns")));
	}

	@ParameterizedTest
	@ValueSource(classes = { QualifiedCustomizer.class, NamedCustomizer.class })
	void customizerThatIsADefaultCandidateRunsOnceForEachClient(Class<?> customizer) {
		this.twoClients.withUserConfiguration(customizer).run((context) -> {
			assertThat(context).hasNotFailed();
			// The top level, campaigns and memory.
			assertThat(context.getBean(AtomicInteger.class)).hasValue(3);
		});
	}

	@Test
	void severalSchedulesOfOneClientFailTheStart() {
		this.twoClients.withUserConfiguration(OwnBeans.class, SecondSchedule.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessage("Several PollingSchedule beans have the qualifier 'campaigns'."));
	}

	@Test
	void customizerDoesNotReplaceTheConnectionDetailsOfAClient() {
		server.stubFor(get(anyUrl()).willReturn(operation()));
		this.twoClients.withBean(OperationsConnectionDetails.class, PerClient::new)
			.withBean(OperationsTemplateBuilderCustomizer.class,
					() -> (builder) -> builder.credentials(OperationsCredentials.of("SKvault", "v"))
						.baseUrl("http://localhost:1"))
			.run((context) -> context.getBean(OperationsClients.class).get("campaigns").fetch("h").block(MAX_WAIT));
		server.verify(getRequestedFor(urlEqualTo("/v1/Messages/Operations/h")).withHeader("Authorization",
				equalTo(basic("SKcampaigns", "x"))));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					200 | {"operationId": "proc_job_1", "status": "FAILED"} | Set operations.clients.campaigns.product to
					200 | {"status": ""}  | Check operations.clients.campaigns.base-url and operations.clients.campaigns.path.
					404 | {}              | check operations.clients.campaigns.base-url (
					404 | {}              | and operations.clients.campaigns.path (
					302 | {}              | Correct operations.clients.campaigns.base-url.
					409 | {}              | Check the id, operations.clients.campaigns.path and operations.clients.campaigns.base-url.
					""")
	void messageAboutAFetchOfAClientNamesTheKeysOfTheClient(int status, String body, String named) {
		server.stubFor(get(anyUrl()).willReturn(aResponse().withStatus(status).withBody(body)));
		this.twoClients.withPropertyValues(baseUrl("campaigns"))
			.run((context) -> assertThatExceptionOfType(OperationsException.class)
				.isThrownBy(() -> context.getBean(OperationsClients.class).get("campaigns").fetch("i").block(MAX_WAIT))
				.withMessageContaining(named)
				.satisfies((fault) -> assertThat(fault.getMessage()).doesNotContain(" operations.product",
						" operations.base-url", " operations.path")));
	}

	@ParameterizedTest
	@CsvSource({ "404, operations.clients.campaigns.base-url",
			"500, operations.clients.campaigns.writes.idempotency-key=true" })
	void messageAboutAWriteOfAClientNamesTheKeysOfTheClient(int status, String named) {
		server.stubFor(post(anyUrl()).willReturn(aResponse().withStatus(status)));
		this.twoClients.withPropertyValues(baseUrl("campaigns"))
			.run((context) -> assertThatExceptionOfType(OperationsException.class)
				.isThrownBy(() -> context.getBean(OperationsClients.class)
					.get("campaigns")
					.getWebClient()
					.post()
					.uri("/v1/Messages")
					.exchangeToMono(AcceptedOperation::from)
					.block(MAX_WAIT))
				.withMessageContaining(named));
	}

	@Test
	void acceptedOperationIsAwaitedByTheClientThatServesItsStatusUrl() {
		server.stubFor(get(anyUrl()).willReturn(operation()));
		this.twoClients
			.withPropertyValues("operations.base-url=" + server.baseUrl(), baseUrl("campaigns"), baseUrl("memory"))
			.run((context) -> {
				URI url = URI.create(server.baseUrl() + "/v1/Messages/Operations/routed");
				AcceptedOperation accepted = new AcceptedOperation("routed", url, null, Map.of());
				OperationsClients clients = context.getBean(OperationsClients.class);
				assertThat(clients.clientOf(accepted).getName()).isEqualTo("campaigns");
				assertThat(Objects.requireNonNull(clients.await(accepted).block(MAX_WAIT)).status())
					.isEqualTo(OperationStatus.COMPLETED);
			});
		server.verify(getRequestedFor(urlEqualTo("/v1/Messages/Operations/routed")));
	}

	@Test
	void metersOfAClientCarryItsName() {
		this.twoClients.withConfiguration(AutoConfigurations.of(OperationsMetricsAutoConfiguration.class))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> assertThat(context.getBean(MeterRegistry.class).get("operations.in.flight").gauges())
				.extracting((gauge) -> gauge.getId().getTag("client"))
				.containsExactlyInAnyOrder("operations", "memory", "campaigns"));
	}

	@Test
	void waitsOfARegisteredClientEndWhenTheApplicationStops() {
		server.stubFor(get(anyUrl()).willReturn(okJson("{\"status\":\"RUNNING\"}")));
		this.runner.run((context) -> {
			OperationsTemplate sub = context.getBean(OperationsTemplate.Builder.class)
				.name("sub-1")
				.baseUrl(server.baseUrl())
				.build();
			context.getBean(OperationsClients.class).register("sub-1", sub);
			CompletableFuture<@Nullable Operation> wait = sub.await("x").toFuture();
			context.getSourceApplicationContext().stop();
			assertThat(wait).failsWithin(MAX_WAIT)
				.withThrowableThat()
				.withCauseInstanceOf(OperationsClosedException.class);
		});
	}

	@Test
	void templateOfTheApplicationIsAClientToo() {
		this.twoClients.withUserConfiguration(OwnTemplate.class).run((context) -> {
			OperationsClients clients = context.getBean(OperationsClients.class);
			assertThat(clients.names()).containsExactlyInAnyOrder("operations", "memory", "campaigns", "own");
			assertThat(clients.get("own")).isSameAs(context.getBean("ownOperations"));
			assertThatIllegalArgumentException().isThrownBy(() -> clients.get("campaign"))
				.withMessageContaining("'campaign'")
				.withMessageContainingAll("operations", "memory", "campaigns", "own");
		});
	}

	@Test
	void templateOfTheApplicationWithTheNameOfAClientFailsTheStart() {
		this.runner.withUserConfiguration(OwnTemplate.class)
			.withPropertyValues("operations.clients.own.product=memory")
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(OperationsConfigurationException.class)
				.hasMessageContainingAll("'ownOperations'", "'io.operations.client.own'", "'own'"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					operations.clients.default.product=memory | 'default'
					operations.clients.Operations.product=memory | 'Operations'
					operations.clients[a b].product=memory | 'a b'
					operations.clients[campaignsEU].product=memory | operations.clients.campaignsEU
					operations.clients[my-memory].product=memory | operations.clients.my-memory
					operations.clients[ü].product=memory | 'operations.clients
					operations.clients.memory= | operations.clients.memory.product
					operations.clients.memory.prodct=memory | operations.clients.memory
					operations.clients.memory.rate-limit.shared-with=nobody | 'operations.clients.memory.rate-limit.shared-with' is 'nobody'
					operations.clients.memory.rate-limit.shared-with=memory | in a circle
					operations.rate-limit.shared-with=operations | operations.clients.<name>.rate-limit.shared-with
					operations.clients.memory.retry.max-attempts=0 | 'operations.clients.memory.retry.max-attempts' is '0'
					operations.clients.memory.path=/x | 'operations.clients.memory.path' is '/x'
					operations.clients.memory.base-url=ftp://x | 'operations.clients.memory.base-url' is 'ftp://x'
					operations.clients.memory.api-key=SK3 | operations.clients.memory.api-key has a value, but operations.clients.memory.api-key-secret has none
					operations.clients.memory.api-key= | none of operations.clients.memory.api-key, operations.clients.memory.account-sid has a value
					operations.clients.memory.auth-token=${MISSING} | 'operations.clients.memory.auth-token' contains the placeholder
					operations.clients.memory.product=memori | operations.clients.memory.product
					operations.clients.memory.clients.x.product=memory | operations.clients.memory.clients
					operations.clients.memory.http.ssl.bundle=none | operations.clients.memory.http.ssl.bundle
					""")
	void badInputFailsTheStartAndNamesTheKey(String property, String named) {
		this.runner.withPropertyValues(property).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(texts(context)).anyMatch((text) -> text.contains(named));
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					prodct=memory | 'operations.clients.memory.prodct' | operations.clients.memory.product
					RATE_LIMIT.requestPerSecond=5 | 'operations.clients.memory.RATE_LIMIT.requestPerSecond' | operations.clients.memory.rate-limit.requests-per-second
					rate-limt.max-in-flight=5 | 'operations.clients.memory.rate-limt.max-in-flight' | operations.clients.memory.rate-limit
					product.name=memory | 'operations.clients.memory.product.name' | "Remove it: 'operations.clients.memory.product' has no keys below it."
					http.ssl.bundel=x | 'operations.clients.memory.http.ssl.bundel' | operations.clients.memory.http.ssl.bundle
					retry.max_attempts[0]=5 | 'operations.clients.memory.retry.max_attempts[0]' | "Remove it: 'operations.clients.memory.retry.max_attempts' has no keys below it."
					tracking.store=jdbc | 'operations.clients.memory.tracking' | operations.tracking.*
					Tracking.jdbc.tablePrefix=x | 'operations.clients.memory.tracking' | operations.tracking.*
					api-key.secret=x | 'operations.clients.memory.api-key.secret' | "Remove it: 'operations.clients.memory.api-key' has no keys below it."
					client.x=y | 'operations.clients.memory.client.x' | "The most similar keys are: operations.clients.memory.api-key, operations.clients.memory.polling, operations.clients.memory.writes."
					requests-per-second=5 | 'operations.clients.memory.requests-per-second' | "The most similar keys are: operations.clients.memory.rate-limit.requests-per-second, "
					""")
	void keyThatNoClientHasFailsTheStartAndNamesTheRightOne(String property, String key, String action) {
		this.twoClients.withPropertyValues("operations.clients.memory." + property).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(texts(context)).anyMatch((text) -> text.contains(key)).anyMatch((text) -> text.contains(action));
		});
	}

	@Test
	void severalKeysThatNoClientHasAreReportedTogether() {
		this.twoClients
			.withPropertyValues("operations.clients.memory.prodct=memory",
					"operations.clients.memory.retry.max-atempts=2")
			.run((context) -> assertThat(texts(context))
				.contains("Property 'operations.clients.memory.prodct' is set, but no client has this key."
						+ " Property 'operations.clients.memory.retry.max-atempts' is set, but no client has this key."));
	}

	@Test
	void keyThatNoClientHasFailsTheStartWithLazyBeans() {
		this.twoClients
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("operations.clients.memory.retry.max-atempts=2")
			.run((context) -> assertThat(texts(context)).contains(
					"Property 'operations.clients.memory.retry.max-atempts' is set, but no client has this" + " key."));
	}

	@Test
	void statusWordsWithASpaceInTheNameOfTheStatusNameTheKeyOfTheClient() {
		this.twoClients.withPropertyValues("operations.clients.memory.status-words.[in progress]=ACTIVE")
			.run((context) -> assertThat(texts(context))
				.anyMatch((text) -> text.contains("'operations.clients.memory.status-words.[in progress]'"))
				.noneMatch((text) -> text.contains("'operations.clients.memory.status-words.in progress'")));
	}

	@Test
	void variablesOfAnotherClientWithALongerNameDoNotFailTheStart() {
		this.runner
			.withPropertyValues("operations.clients.campaign.product=messages",
					"operations.clients.campaign-tracking.product=memory", "operations.clients.my.product=emails",
					"operations.clients.my-clients.product=emails")
			.withInitializer(variables("OPERATIONS_CLIENTS_CAMPAIGN_TRACKING_API_KEY=SK5",
					"OPERATIONS_CLIENTS_CAMPAIGN_TRACKING_API_KEY_SECRET=s5",
					"OPERATIONS_CLIENTS_CAMPAIGN_TRACKING_STORE=x", "OPERATIONS_CLIENTS_MY_CLIENTS_PATH=/x/{id}"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(client(context, "campaign-tracking").getApiKey()).isEqualTo("SK5");
				assertThat(client(context, "my-clients").getPath()).isEqualTo("/x/{id}");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "OPERATIONS_CLIENTS_MEMORY_TRACKING_SERVICE_HOST=10.0.0.1",
			"OPERATIONS_CLIENTS_MEMORY_TRACKING_PORT=tcp://10.0.0.1:80",
			"OPERATIONS_CLIENTS_MEMORY_CLIENTS_SERVICE_HOST=10.0.0.1" })
	void variableOfAServiceWhoseNameBeginsWithThatOfAClientDoesNotFailTheStart(String variable) {
		this.twoClients.withInitializer(variables(variable)).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void variablesThatLookLikeKeysOfAClientDoNotFailTheStart() {
		this.twoClients.withInitializer(variables("OPERATIONS_CLIENTS_MEMORY_SERVICE_HOST=10.0.0.1",
				"OPERATIONS_CLIENTS_MEMORY_PORT=tcp://10.0.0.1:80", "OPERATIONS_CLIENTS_MEMORY_RETRY_MAX_ATTEMPTS=2",
				"OPERATIONS_CLIENTS_MEMORY_STATUSWORDS_COMPLETED=ACTIVE,DONE"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				OperationsProperties memory = client(context, "memory");
				assertThat(memory.getRetry().getMaxAttempts()).isEqualTo(2);
				assertThat(memory.getStatusWords()).containsEntry("completed", Set.of("ACTIVE", "DONE"));
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "OPERATIONS_CLIENTS_MYMEMORY_TRACKING_STORE=jdbc",
			"OPERATIONS_CLIENTS_MYMEMORY_TRACKING_JDBC_TABLEPREFIX=x" })
	void variableOfTrackingBelowAClientFailsTheStart(String variable) {
		this.runner.withPropertyValues("operations.clients.my-memory.product=memory")
			.withInitializer(variables(variable))
			.run((context) -> assertThat(texts(context))
				.anyMatch((text) -> text.contains("'operations.clients.my-memory.tracking'")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "campaignsEU", "campaigns_eu", "Campaigns-EU" })
	void eachKeyOfAClientIsAcceptedInEachSpelling(String client) {
		String prefix = "operations.clients." + client + ".";
		this.runner.withPropertyValues(prefix + "enabled=true", prefix + "product=messages",
				prefix + "baseUrl=https://x.example", prefix + "path=/x/{id}", prefix + "api_key=SK1",
				prefix + "apiKeySecret=s", prefix + "accountSid=AC", prefix + "auth-token=t",
				prefix + "status-words.completed[0]=DONE", prefix + "status-words.completed[1]=READY",
				prefix + "status_words.running=AT_WORK", prefix + "http.readTimeout=3s",
				prefix + "http.max-response-size=10KB", prefix + "http.allow-insecure=true",
				prefix + "retry.statuses[0]=500", prefix + "retry.enabled=false",
				prefix + "rateLimit.requestsPerSecond=5", prefix + "rate-limit.across-instances=none",
				prefix + "writes.idempotency-key=true", prefix + "polling.minInterval=1s", prefix + "health.mode=probe")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(client(context, client).getStatusWords()).containsEntry("completed", Set.of("DONE", "READY"))
					.containsEntry("running", Set.of("AT_WORK"));
			});
	}

	@ParameterizedTest
	@CsvSource({ "requests-per-second=5, requests-per-second", "maxInFlight=5, max-in-flight",
			"max_queued=5, max-queued", "across-instances=none, across-instances" })
	void limitOfItsOwnBesideASharedRateFailsTheStart(String property, String key) {
		this.twoClients
			.withPropertyValues("operations.clients.memory.rate-limit.shared-with=campaigns",
					"operations.clients.memory.rate-limit." + property)
			.run((context) -> assertThat(texts(context))
				.anyMatch((text) -> text.contains("'operations.clients.memory.rate-limit." + key + "'")
						&& text.contains("'operations.clients.memory.rate-limit.shared-with'"))
				.anyMatch((text) -> text.contains("Set operations.clients.campaigns.rate-limit." + key)));
	}

	@ParameterizedTest
	@CsvSource({ "operations, operations.rate-limit.max-in-flight",
			"campaigns, operations.clients.campaigns.rate-limit.max-in-flight",
			"own, the limit on the builder of 'own'" })
	void limitBesideARateThatIsSharedThroughAnotherClientNamesTheOwner(String owner, String named) {
		this.twoClients.withUserConfiguration(OwnTemplate.class)
			.withPropertyValues("operations.clients.memory.rate-limit.shared-with=eu",
					"operations.clients.eu.rate-limit.shared-with=" + owner,
					"operations.clients.memory.rate-limit.max-in-flight=2")
			.run((context) -> assertThat(texts(context))
				.anyMatch((text) -> text.contains("Set " + named + " for all")));
	}

	@Test
	void limitOfTheTopLevelBesideASharedRateIsAccepted() {
		this.twoClients
			.withPropertyValues("operations.clients.memory.rate-limit.shared-with=operations",
					"operations.rate-limit.requests-per-second=5", "operations.rate-limit.max-in-flight=3",
					"operations.rate-limit.max-queued=7", "operations.rate-limit.across-instances=none")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void statusWordOfAClientReplacesTheMeaningThatTheTopLevelGivesIt() {
		server.stubFor(get(anyUrl()).willReturn(okJson("{\"status\":\"ACTIVE\"}")));
		this.twoClients
			.withPropertyValues("operations.status-words.running=active,ready", "operations.status-words.failed=GONE",
					"operations.clients.memory.status-words.completed[0]=ACTIVE",
					"operations.clients.memory.status-words.FAILED=LOST", baseUrl("memory"), baseUrl("campaigns"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				OperationsClients clients = context.getBean(OperationsClients.class);
				assertThat(Objects.requireNonNull(clients.get("memory").fetch("j").block(MAX_WAIT)).status())
					.isEqualTo(OperationStatus.COMPLETED);
				assertThat(Objects.requireNonNull(clients.get("campaigns").fetch("j").block(MAX_WAIT)).status())
					.isEqualTo(OperationStatus.RUNNING);
				assertThat(client(context, "memory").getStatusWords()).containsEntry("running", Set.of("ready"))
					.containsEntry("FAILED", Set.of("LOST"))
					.doesNotContainKey("failed");
			});
	}

	@Test
	void lastInheritedWordOfAStatusCanHaveAnotherMeaning() {
		this.twoClients
			.withPropertyValues("operations.status-words.running=ACTIVE",
					"operations.clients.memory.status-words.completed=active")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(client(context, "memory").getStatusWords()).containsOnlyKeys("completed");
				assertThat(context.getBean(OperationsProperties.class).getStatusWords()).containsEntry("running",
						Set.of("ACTIVE"));
			});
	}

	@Test
	void wordWithTwoMeaningsInOneClientFailsTheStart() {
		this.twoClients
			.withPropertyValues("operations.clients.memory.status-words.running=ACTIVE",
					"operations.clients.memory.status-words.completed=ACTIVE")
			.run((context) -> assertThat(texts(context)).anyMatch((text) -> text.contains("already stands for")));
	}

	private static OperationsProperties client(AssertableApplicationContext context, String client) {
		return Objects.requireNonNull(context.getBean(OperationsProperties.class).getClients().get(client));
	}

	private static ApplicationContextInitializer<ConfigurableApplicationContext> variables(String... variables) {
		return (context) -> TestPropertyValues.of(variables)
			.applyTo(context.getEnvironment(), TestPropertyValues.Type.SYSTEM_ENVIRONMENT,
					"variables-systemEnvironment");
	}

	@Test
	void namesThatAreEqualAfterRelaxedBindingFailTheStart() {
		this.runner
			.withPropertyValues("operations.clients.my-memory.product=memory",
					"operations.clients.myMemory.api-key=SK3")
			.run((context) -> assertThat(texts(context)).anyMatch((text) -> text
				.contains("'operations.clients.my-memory' and 'operations.clients.myMemory' are the same name")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "campaignsEU", "campaigns_eu", "Campaigns-EU", "9to5" })
	void nameOfAnySpellingIsThatOfAClient(String client) {
		server.stubFor(get(anyUrl()).willReturn(operation()));
		this.runner
			.withPropertyValues("operations.clients." + client + ".product=messages", baseUrl(client),
					"operations.clients." + client + ".enabled=true",
					"operations.clients.twin.rate-limit.shared-with=" + client)
			.withInitializer((context) -> TestPropertyValues
				.of("OPERATIONS_CLIENTS_" + client.replaceAll("[-_]", "").toUpperCase(Locale.ROOT) + "_APIKEY=SK5",
						"OPERATIONS_CLIENTS_" + client.replaceAll("[-_]", "").toUpperCase(Locale.ROOT)
								+ "_APIKEYSECRET=s5")
				.applyTo(context.getEnvironment(), TestPropertyValues.Type.SYSTEM_ENVIRONMENT,
						"variables-systemEnvironment"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				OperationsClients clients = context.getBean(OperationsClients.class);
				assertThat(clients.names()).containsExactlyInAnyOrder("operations", client, "twin");
				assertThat(clients.get(client).await(client).block(MAX_WAIT)).isNotNull();
				server.verify(getRequestedFor(urlEqualTo("/v1/Messages/Operations/" + client))
					.withHeader("Authorization", equalTo(basic("SK5", "s5"))));
			});
	}

	@ParameterizedTest
	@CsvSource({ "base-url=ftp://x, base-url", "retry.max-attempts=0, retry.max-attempts", "product=memori, product" })
	void badInputOfAClientWithCapitalLettersNamesItsKey(String property, String key) {
		this.runner.withPropertyValues("operations.clients.campaignsEU." + property).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(texts(context)).anyMatch((text) -> text.contains("operations.clients.campaignsEU." + key)
					|| text.contains("operations.clients.campaignseu." + key));
		});
	}

	@Test
	void disabledClientWithCapitalLettersDoesNotExist() {
		this.twoClients
			.withPropertyValues("operations.clients.campaignsEU.product=memory",
					"operations.clients.campaignsEU.enabled=false")
			.run((context) -> assertThat(context.getBean(OperationsClients.class).names())
				.containsExactlyInAnyOrder("operations", "memory", "campaigns"));
	}

	@Test
	void clientSharesTheRateOfATemplateOfTheApplication() {
		this.runner.withUserConfiguration(OwnTemplate.class)
			.withPropertyValues("operations.clients.memory.rate-limit.shared-with=own",
					"operations.clients.eu.rate-limit.shared-with=memory")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				OperationsClients clients = context.getBean(OperationsClients.class);
				clients.get("own").close();
				assertThatExceptionOfType(OperationsClosedException.class)
					.isThrownBy(() -> clients.get("eu").fetch("x").block(MAX_WAIT));
			});
	}

	@Test
	void unknownOwnerOfTheRateFailsTheStartWithTheNamesOfAllClients() {
		this.twoClients.withUserConfiguration(OwnTemplate.class)
			.withPropertyValues("operations.clients.memory.rate-limit.shared-with=nobody")
			.run((context) -> assertThat(texts(context)).anyMatch((text) -> text.contains("is 'nobody'"))
				.anyMatch((text) -> text.contains("own, operations, memory, campaigns")));
	}

	@Test
	void rateOfTheTopLevelAmongSeveralTemplatesWithoutAPrimaryOneFailsTheStart() {
		this.runner.withUserConfiguration(TwoTemplates.class)
			.withPropertyValues("operations.clients.memory.rate-limit.shared-with=operations")
			.run((context) -> assertThat(texts(context))
				.anyMatch((text) -> text
					.contains("Property 'operations.clients.memory.rate-limit.shared-with' is 'operations', but"))
				.anyMatch((text) -> text.contains("one of: first, second, memory. Or mark the template")));
	}

	@Test
	void ownerOfTheRateThatInjectsTheClientFailsTheStart() {
		this.runner.withUserConfiguration(CircularTemplate.class)
			.withPropertyValues("operations.clients.memory.rate-limit.shared-with=circular")
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(BeanCurrentlyInCreationException.class));
	}

	@Test
	void anotherTemplateThatInjectsTheClientDoesNotHinderIt() {
		this.runner.withUserConfiguration(InjectingTemplate.class, OwnTemplate.class)
			.withPropertyValues("operations.clients.memory.rate-limit.shared-with=own")
			.run((context) -> assertThat(context.getBean(OperationsClients.class).names())
				.containsExactlyInAnyOrder("operations", "memory", "own", "injecting"));
	}

	@Test
	void clientsThatShareEachOthersRateFailTheStart() {
		this.runner
			.withPropertyValues("operations.clients.a.rate-limit.shared-with=b",
					"operations.clients.b.rate-limit.shared-with=a")
			.run((context) -> assertThat(texts(context)).anyMatch((text) -> text.contains("in a circle")));
	}

	@Test
	void withoutAnyCredentialsTheFailureNamesTheKeysOfTheTopLevelAndOfTheClient() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
					WebClientAutoConfiguration.class, OperationsAutoConfiguration.class))
			.withPropertyValues("operations.clients.memory.product=memory")
			.run((context) -> assertThat(texts(context)).anyMatch((text) -> text.contains("operations.api-key")
					&& text.contains("operations.clients.memory.api-key")));
	}

	@Test
	void withCredentialsOnlyOfTheClientsTheFailureSaysThatTheTopLevelIsAClientAndHowToSupplyIt() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
					WebClientAutoConfiguration.class, OperationsAutoConfiguration.class))
			.withPropertyValues("operations.clients.memory.product=memory", "operations.clients.memory.api-key=SK1",
					"operations.clients.memory.api-key-secret=s1")
			.run((context) -> assertThat(texts(context))
				.anyMatch((text) -> text.contains("The top level of operations.* is always a client"))
				.anyMatch((text) -> text.contains("removes the clients of operations.clients, too. If the application"
						+ " needs only those, set the credentials of the top level to those of one of them.")));
	}

	@Test
	void variablesSetThePropertiesOfAClientWithAHyphenInItsName() {
		this.runner
			.withInitializer((context) -> TestPropertyValues
				.of("OPERATIONS_CLIENTS_MYMEMORY_APIKEY=SK4", "OPERATIONS_CLIENTS_MY_MEMORY_API_KEY_SECRET=s4",
						"OPERATIONS_CLIENTS_SERVICE_HOST=10.0.0.1", "OPERATIONS_CLIENTS_EMAILS_PRODUCT=emails")
				.applyTo(context.getEnvironment(), TestPropertyValues.Type.SYSTEM_ENVIRONMENT,
						"variables-systemEnvironment"))
			.withPropertyValues("operations.clients.my-memory.product=memory")
			.run((context) -> {
				assertThat(context.getBean(OperationsClients.class).names()).containsExactlyInAnyOrder("operations",
						"my-memory", "emails");
				Map<String, OperationsProperties> clients = context.getBean(OperationsProperties.class).getClients();
				assertThat(clients).containsOnlyKeys("my-memory", "emails");
				OperationsProperties memory = Objects.requireNonNull(clients.get("my-memory"));
				assertThat(memory.getApiKey()).isEqualTo("SK4");
				assertThat(memory.getApiKeySecret()).isEqualTo("s4");
			});
	}

	@Test
	void disabledClientDoesNotExist() {
		this.twoClients.withPropertyValues("operations.clients.memory.enabled=false").run((context) -> {
			assertThat(context.getBean(OperationsClients.class).names()).containsExactlyInAnyOrder("operations",
					"campaigns");
			assertThat(context.getBean(OperationsProperties.class).getClients()).containsOnlyKeys("campaigns");
		});
	}

	@Test
	void withoutOperationsThereAreNoClients() {
		this.twoClients.withPropertyValues("operations.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(OperationsTemplate.class));
	}

	private static List<String> texts(AssertableApplicationContext context) {
		List<String> texts = new ArrayList<>();
		for (Throwable fault = context.getStartupFailure(); fault != null; fault = fault.getCause()) {
			texts.add(String.valueOf(fault.getMessage()));
			if (fault instanceof OperationsConfigurationException ours) {
				texts.add(ours.getAction());
			}
		}
		return texts;
	}

	private static String baseUrl(String client) {
		return "operations.clients." + client + ".base-url=" + server.baseUrl();
	}

	private static ResponseDefinitionBuilder operation() {
		return okJson("{\"status\":\"COMPLETED\"}");
	}

	private static String basic(String user, String password) {
		return "Basic " + HttpHeaders.encodeBasicAuth(user, password, null);
	}

	static final class Unqualified {

		@Autowired
		OperationsTemplate template;

		@Autowired
		List<OperationsTemplate> all;

		@Autowired
		@Qualifier("operationsWebClient")
		WebClient webClient;

		@Autowired
		ObjectProvider<WebClient> anyWebClient;

	}

	static final class Qualified {

		@Autowired
		@Qualifier("campaigns")
		OperationsTemplate campaigns;

		@Autowired
		@Qualifier("memory")
		OperationsTemplate memory;

		@Autowired
		@Qualifier("campaigns")
		WebClient campaignsWebClient;

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnTemplate {

		@Bean(defaultCandidate = false)
		OperationsTemplate ownOperations(OperationsTemplate.Builder builder) {
			return builder.name("own").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoTemplates {

		@Bean
		OperationsTemplate firstOperations(OperationsTemplate.Builder builder) {
			return builder.name("first").build();
		}

		@Bean
		OperationsTemplate secondOperations(OperationsTemplate.Builder builder) {
			return builder.name("second").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class InjectingTemplate {

		@Bean(defaultCandidate = false)
		OperationsTemplate injectingOperations(OperationsTemplate.Builder builder,
				@Qualifier("memory") OperationsTemplate memory) {
			return builder.name("injecting").sharedRateLimit(memory).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CircularTemplate {

		@Bean(defaultCandidate = false)
		OperationsTemplate circularOperations(OperationsTemplate.Builder builder,
				@Qualifier("memory") OperationsTemplate memory) {
			return builder.name("circular").sharedRateLimit(memory).build();
		}

	}

	static final class PerClient implements OperationsConnectionDetails {

		@Override
		public BasicCredentials getCredentials() {
			return new BasicCredentials("SKtop", "x");
		}

		@Override
		public OperationsConnectionDetails forClient(String client) {
			return new OperationsConnectionDetails() {

				@Override
				public BasicCredentials getCredentials() {
					return new BasicCredentials("SK" + client, "x");
				}

				@Override
				public String getBaseUrl() {
					return server.baseUrl();
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBeans {

		final List<String> ofAll = new CopyOnWriteArrayList<>();

		final List<String> ofCampaigns = new CopyOnWriteArrayList<>();

		@Bean
		PollingSchedule scheduleOfAll() {
			return recording(this.ofAll);
		}

		@Bean(defaultCandidate = false)
		@Qualifier("campaigns")
		PollingSchedule scheduleOfCampaigns() {
			return recording(this.ofCampaigns);
		}

		@Bean(defaultCandidate = false)
		@Qualifier("campaigns")
		OperationsTemplateBuilderCustomizer customizerOfCampaigns() {
			return (builder) -> builder.path("/customized/{id}");
		}

		private static PollingSchedule recording(List<String> ids) {
			return new PollingSchedule() {

				@Override
				public Duration nextPoll(PollingState state) {
					return Duration.ofMillis(10);
				}

				@Override
				public Duration firstPoll(PollingState state) {
					ids.add(state.operationId());
					return Duration.ZERO;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SecondSchedule {

		@Bean(defaultCandidate = false)
		@Qualifier("campaigns")
		PollingSchedule second() {
			return (state) -> Duration.ofSeconds(1);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class QualifiedCustomizer {

		@Bean
		AtomicInteger runs() {
			return new AtomicInteger();
		}

		@Bean
		@Qualifier("memory")
		OperationsTemplateBuilderCustomizer counting(AtomicInteger runs) {
			return (builder) -> runs.incrementAndGet();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NamedCustomizer {

		@Bean
		AtomicInteger runs() {
			return new AtomicInteger();
		}

		@Bean
		OperationsTemplateBuilderCustomizer memory(AtomicInteger runs) {
			return (builder) -> runs.incrementAndGet();
		}

	}

}
