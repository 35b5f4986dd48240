package io.operations.autoconfigure;

import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;

import io.operations.OperationsProduct;
import io.operations.internal.ReadableDuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The message and the action that an operator reads when a setting is invalid.
 */
@SuppressWarnings("NullAway")
class OperationsConfigurationFailureAnalyzerTests {

	private static final String SECRET = "a-secret-never-to-be-shown";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class));

	@Test
	void withoutCredentialsKeysAndVariablesAreNamed() {
		FailureAnalysis analysis = analyze();
		assertThat(analysis.getDescription()).contains("No credentials are set");
		assertThat(analysis.getAction()).contains("operations.api-key=", "operations.api-key-secret=",
				"operations.account-sid=", "operations.auth-token=", "TWILIO_API_KEY", "TWILIO_API_SECRET",
				"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "operations.enabled=false",
				"@AutoConfigureOperationsSimulator");
	}

	@ParameterizedTest
	@CsvSource({ "operations.api-key=SK1, operations.api-key-secret",
			"operations.account-sid=AC1, operations.auth-token",
			"operations.api-key-secret=" + SECRET + ", operations.api-key",
			"operations.auth-token=" + SECRET + ", operations.account-sid", "TWILIO_API_KEY=SK1, TWILIO_API_SECRET",
			"TWILIO_API_SECRET=" + SECRET + ", TWILIO_API_KEY", "TWILIO_ACCOUNT_SID=AC1, TWILIO_AUTH_TOKEN",
			"TWILIO_AUTH_TOKEN=" + SECRET + ", TWILIO_ACCOUNT_SID" })
	void withHalfAPairTheMissingHalfIsNamed(String half, String missing) {
		FailureAnalysis analysis = analyze(half);
		assertThat(analysis.getDescription()).contains("The credentials are incomplete",
				"but " + missing + " has none");
		assertThat(analysis.getAction()).contains(missing);
		assertThat(analysis.toString() + analysis.getDescription() + analysis.getAction()).doesNotContain(SECRET);
	}

	@Test
	void withAColonInAUserNameItsKeyIsNamed() {
		FailureAnalysis analysis = analyze("operations.api-key=SK:" + SECRET, "operations.api-key-secret=x");
		assertThat(analysis.getDescription()).contains("operations.api-key contains a colon").doesNotContain(SECRET);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					operations.base-url=ftp://x                      | operations.base-url                      | ftp://x            | https://
					operations.base-url=nonsense                     | operations.base-url                      | nonsense           | https://
					operations.base-url=a b                          | operations.base-url                      | a b                | https://
					operations.base-url=https://                     | operations.base-url                      | https              | https://
					operations.base-url=https://x?a=b                | operations.base-url                      | https://x?****** | https://
					operations.base-url=http://api.example.com       | operations.base-url                      | http://api.example | operations.http.allow-insecure=true
					operations.path=/no/placeholder                  | operations.path                          | /no/placeholder    | operations.path
					operations.path=no-slash/{id}                    | operations.path                          | no-slash/{id}      | operations.path
					operations.status-words.completed=               | operations.status-words.completed        | must contain a word | remove the property 'operations.status-words.completed'
					operations.status-words.completed=OK,            | operations.status-words.completed        | [OK, ]             | Remove the blank word from the property 'operations.status-words.completed'
					operations.status-words.failed=ERROR,scheduled   | operations.status-words.failed           | already stands for PENDING | Remove the word 'scheduled' from the property 'operations.status-words.failed'.
					operations.status-words.unknown=ERROR            | operations.status-words.unknown          | [ERROR]            | Use pending, running, completed
					operations.status-words.canceled=ERROR           | operations.status-words.canceled         | [ERROR]            | failed or cancelled
					operations.status-words.done[0]=ERROR            | operations.status-words.done             | [ERROR]            | in place of 'done'
					operations.http.redirects=follow                 | operations.http.redirects                | FOLLOW             | operations.http.redirects
					operations.http.redirects=follow-when-possible   | operations.http.redirects                | FOLLOW_WHEN        | operations.http.redirects
					operations.http.request-timeout=-1s              | operations.http.request-timeout          | -1s                | operations.http.request-timeout
					operations.http.connect-timeout=-1s              | operations.http.connect-timeout          | -1s                | operations.http.connect-timeout
					operations.http.read-timeout=-1s                 | operations.http.read-timeout             | -1s                | operations.http.read-timeout
					operations.http.read-timeout=0                   | operations.http.read-timeout             | 0s                 | operations.http.read-timeout
					operations.http.max-response-size=1B             | operations.http.max-response-size        | 1B                 | operations.http.max-response-size
					operations.retry.max-attempts=0                  | operations.retry.max-attempts            | 0                  | operations.retry.max-attempts
					operations.retry.initial-interval=-1ms           | operations.retry.initial-interval        | -1ms               | operations.retry.initial-interval
					operations.retry.multiplier=0.5                  | operations.retry.multiplier              | 0.5                | operations.retry.multiplier
					operations.retry.max-interval=1ms                | operations.retry.max-interval            | 1ms                | operations.retry.max-interval
					operations.retry.max-retry-after=-1s             | operations.retry.max-retry-after         | -1s                | operations.retry.max-retry-after
					operations.retry.statuses=404                    | operations.retry.statuses                | 404                | operations.retry.statuses
					operations.rate-limit.requests-per-second=0      | operations.rate-limit.requests-per-second | 0.0               | operations.rate-limit.requests-per-second
					operations.rate-limit.requests-per-second=NaN    | operations.rate-limit.requests-per-second | NaN               | operations.rate-limit.requests-per-second
					operations.rate-limit.max-in-flight=0            | operations.rate-limit.max-in-flight      | 0                  | operations.rate-limit.max-in-flight
					operations.rate-limit.max-queued=0               | operations.rate-limit.max-queued         | 0                  | operations.rate-limit.max-queued
					operations.polling.min-interval=0                | operations.polling.min-interval          | 0s                 | operations.polling.min-interval
					operations.polling.max-interval=100ms            | operations.polling.max-interval          | 100ms              | operations.polling.max-interval
					operations.polling.min-interval=60s              | operations.polling.max-interval          | 1m                 | lower 'operations.polling.min-interval'
					operations.retry.initial-interval=60s            | operations.retry.max-interval            | 1m                 | lower 'operations.retry.initial-interval'
					operations.polling.timeout=-5s                   | operations.polling.timeout               | -5s                | operations.polling.timeout
					operations.polling.timeout=366d                  | operations.polling.timeout               | 366d               | operations.polling.timeout
					operations.polling.max-waits=0                 | operations.polling.max-waits           | 0                  | operations.polling.max-waits
					operations.polling.stuck-after=0                 | operations.polling.stuck-after           | 0s                 | operations.polling.stuck-after
					operations.polling.polls-per-operation=1         | operations.polling.polls-per-operation   | 1.0                | operations.polling.polls-per-operation
					""")
	void withAValueThatIsNoGoodKeyValueAndRemedyAreNamed(String property, String key, String value, String action) {
		FailureAnalysis analysis = analyze("operations.api-key=SK1", "operations.api-key-secret=" + SECRET, property);
		assertThat(analysis.getDescription()).contains("'" + key + "'", value).doesNotContain(SECRET);
		assertThat(analysis.getAction()).contains(action).doesNotContain(SECRET);
	}

	@Test
	void withAWordForTwoStatusesBothKeysAreNamed() {
		FailureAnalysis analysis = analyze("operations.api-key=SK1", "operations.api-key-secret=x",
				"operations.status-words.completed=ACTIVE,Done", "operations.status-words.failed=DONE");
		assertThat(analysis.getDescription()).contains("Property 'operations.status-words.failed' is '[DONE]'",
				"the word 'DONE' already stands for COMPLETED");
		assertThat(analysis.getAction())
			.contains("Remove the word 'DONE' from the property 'operations.status-words.failed'.");
	}

	@Test
	void withAWordForItsOwnStatusThereIsNoFailure() {
		withAValueThatIsGoodThereIsNoFailure("operations.status-words.running=processing,BUILDING");
	}

	@Test
	void withAnUnknownProductTheValidOnesAreListed() {
		this.runner.withPropertyValues("operations.product=mesages").run((context) -> {
			FailureAnalysis analysis = analyzers().map((analyzer) -> analyzer.analyze(context.getStartupFailure()))
				.filter(Objects::nonNull)
				.findFirst()
				.orElseThrow();
			assertThat(analysis.getDescription()).contains("operations.product", "mesages");
			assertThat(analysis.getAction()).contains("valid")
				.contains(Stream.of(OperationsProduct.values()).map(OperationsProduct::value).toList());
		});
	}

	@ParameterizedTest
	@CsvSource({ "operations.polling.timeout, 30, 30s", "operations.polling.stuck-after, 300, 300s",
			"operations.polling.max-interval, 30, 30s", "operations.retry.max-interval, 5, 5s",
			"operations.retry.max-retry-after, 60, 60s", "operations.http.connect-timeout, 5, 5s",
			"operations.http.read-timeout, 10, 10s", "operations.http.request-timeout, 15, 15s" })
	void whenADurationLacksItsUnitTheStartFailsAndNamesIt(String key, String value, String action) {
		FailureAnalysis analysis = analyze("operations.api-key=SK1", "operations.api-key-secret=" + SECRET,
				key + "=" + value);
		assertThat(analysis.getDescription()).contains(
				"'" + key + "' is '" + ReadableDuration.setting(Duration.ofMillis(Long.parseLong(value))),
				"A number without a unit is a number of milliseconds");
		assertThat(analysis.getAction()).contains(key + "=" + action);
	}

	@ParameterizedTest
	@ValueSource(strings = { "operations.polling.timeout=500", "operations.polling.stuck-after=500ms",
			"operations.retry.max-retry-after=0", "operations.retry.max-retry-after=1s",
			"operations.http.connect-timeout=100", "operations.http.read-timeout=100ms",
			"operations.http.request-timeout=100ms" })
	void whenADurationIsShortButPossibleThereIsNoFailure(String property) {
		withAValueThatIsGoodThereIsNoFailure(property);
	}

	@Test
	void withAnUnderscoreInTheHostItIsNamed() {
		FailureAnalysis analysis = analyze("operations.api-key=SK1", "operations.api-key-secret=x",
				"operations.base-url=http://twilio_mock:8080");
		assertThat(analysis.getDescription()).contains("'operations.base-url'", "twilio_mock", "underscore");
	}

	@Test
	void withoutAUrlItsKeyIsNamed() {
		FailureAnalysis analysis = analyze("operations.api-key=SK1", "operations.api-key-secret=x",
				"operations.base-url=");
		assertThat(analysis.getDescription()).contains("'operations.base-url' is ''");
	}

	@Test
	void withCredentialsInTheUrlTheyAreNotShown() {
		FailureAnalysis analysis = analyze("operations.api-key=SK1", "operations.api-key-secret=x",
				"operations.base-url=https://user:" + SECRET + "@api.example.com");
		assertThat(analysis.getDescription()).contains("'operations.base-url'", "contains credentials")
			.doesNotContain(SECRET);
	}

	@ParameterizedTest
	@ValueSource(strings = { "operations.base-url=http://localhost:1", "operations.base-url=http://127.0.0.1",
			"operations.base-url=http://[::1]:8080/", "operations.http.redirects=dont-follow" })
	void withAValueThatIsGoodThereIsNoFailure(String property) {
		this.runner.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=x", property)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void withInsecureAllowedAnotherHostIsSpokenToInTheClear() {
		this.runner
			.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=x",
					"operations.base-url=http://api.example.com", "operations.http.allow-insecure=true")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@CsvSource({ "operations.api-key", "operations.api-key-secret", "operations.account-sid", "operations.auth-token",
			"operations.base-url", "operations.path", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_ACCOUNT_SID",
			"TWILIO_AUTH_TOKEN" })
	void whenAPlaceholderIsNotResolvedKeyAndVariableAreNamed(String key) {
		FailureAnalysis analysis = analyze("operations.api-key=SK1", "operations.api-key-secret=" + SECRET,
				key.startsWith("TWILIO") ? "operations.api-key=" : "operations.account-sid=",
				key.startsWith("TWILIO") ? "operations.api-key-secret=" : "operations.auth-token=",
				key + "=" + SECRET + "${MY_VARIABLE}");
		assertThat(analysis.getDescription()).contains(key, "${MY_VARIABLE}").doesNotContain(SECRET);
		assertThat(analysis.getAction()).contains("Set MY_VARIABLE").doesNotContain(SECRET);
		// The simulator replaces all but the path.
		assertThat(
				analysis.getAction().contains("In a test, annotate the class with @AutoConfigureOperationsSimulator"))
			.isEqualTo(!key.equals("operations.path"));
		assertThat(analysis.getCause()).isNotNull();
		assertThat(analysis.getCause()).hasNoCause();
	}

	@ParameterizedTest
	@CsvSource({ "${A:${B}}, Set B", "${A, Write the placeholder", "${a b}, Write the placeholder" })
	void whenAPlaceholderIsNestedOrBrokenTheStartFails(String value, String action) {
		FailureAnalysis analysis = analyze("operations.api-key=SK1", "operations.api-key-secret=" + value);
		assertThat(analysis.getDescription()).contains("'operations.api-key-secret'");
		assertThat(analysis.getAction()).contains(action);
	}

	@Test
	void whenAPlaceholderIsResolvedThereIsNoFailure() {
		this.runner
			.withPropertyValues("operations.api-key=${KEY:SK1}", "operations.api-key-secret=${MINE}", "MINE=" + SECRET)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void whenTheClientIsDisabledAPlaceholderIsNoFailure() {
		this.runner.withPropertyValues("operations.enabled=false", "operations.api-key-secret=${MINE}")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private FailureAnalysis analyze(String... properties) {
		FailureAnalysis[] found = new FailureAnalysis[1];
		this.runner.withPropertyValues(properties).run((context) -> {
			assertThat(context).hasFailed();
			found[0] = analyzers().filter(OperationsConfigurationFailureAnalyzer.class::isInstance)
				.findFirst()
				.orElseThrow()
				.analyze(Objects.requireNonNull(context.getStartupFailure()));
		});
		assertThat(found[0]).isNotNull();
		return found[0];
	}

	private static Stream<FailureAnalyzer> analyzers() {
		return SpringFactoriesLoader
			.forDefaultResourceLocation(OperationsConfigurationFailureAnalyzerTests.class.getClassLoader())
			.load(FailureAnalyzer.class, SpringFactoriesLoader.ArgumentResolver.none(),
					(type, name, ex) -> assertThat(name).doesNotStartWith("io.operations"))
			.stream();
	}

}
