package io.operations.core;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationTimeoutException;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.observation.OperationsLog;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that messages and log lines of a client name the keys of this client.
 */
@ExtendWith(OutputCaptureExtension.class)
class NamedClientMessagesTests {

	private static final String KEYS = "operations.clients.campaigns";

	// A key of the top level, but not "io.operations", a logger.
	private static final String KEY_OF_THE_TOP_LEVEL = "(?s).*(?<!io\\.)\\boperations\\.(?!clients\\.)[a-z].*";

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<OperationsTemplate> templates = new ArrayList<>();

	private final List<Throwable> faults = new ArrayList<>();

	private Supplier<ClientResponse> server = () -> json("{\"status\":\"RUNNING\"}").build();

	@AfterEach
	void close() {
		this.templates.forEach(OperationsTemplate::close);
	}

	@Test
	void awaitWhenItTimesOutNamesTimeoutOfTheClient() {
		await(build(campaigns()), "a");
		this.time.advanceTimeBy(Duration.ofMinutes(11));
		names("raise " + KEYS + ".polling.timeout.");
	}

	@Test
	void awaitWhenTooManyWaitNamesLimitOfTheClient() {
		PollingSettings one = new PollingSettings(Duration.ofMillis(500), Duration.ofSeconds(30),
				Duration.ofMinutes(10), 1, Duration.ofMinutes(5), 8);
		OperationsTemplate template = build(campaigns().polling(one));
		await(template, "a");
		await(template, "b");
		names("raise " + KEYS + ".polling.max-waits.");
	}

	@Test
	void fetchWhenQueueIsFullNamesQueueAndRateOfTheClient() {
		OperationsTemplate template = build(campaigns(new RateLimitSettings(1, 1, 1)));
		for (int i = 0; i < 3; i++) {
			fetch(template, "a" + i);
		}
		names("(" + KEYS + ".rate-limit.max-queued)", "raise " + KEYS + ".rate-limit.requests-per-second");
	}

	@Test
	void fetchWhenPauseIsTooLongNamesLimitOfTheClient() {
		this.server = () -> ClientResponse.create(HttpStatusCode.valueOf(429)).header("Retry-After", "600").build();
		OperationsTemplate template = build(campaigns());
		fetch(template, "a");
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		this.faults.clear();
		fetch(template, "b");
		names("longer than " + KEYS + ".retry.max-retry-after");
	}

	@Test
	void awaitWhenAnswerNamesAnotherNamesPathOfTheClient(CapturedOutput output) {
		this.server = () -> json("{\"operationId\":\"other\",\"status\":\"RUNNING\"}").build();
		await(build(campaigns()), "a");
		this.time.advanceTimeBy(Duration.ofMinutes(11));
		names("Check " + KEYS + ".path and", "application and " + KEYS + ".base-url.");
		logs(output, "Check " + KEYS + ".path and", "application and " + KEYS + ".base-url.");
	}

	@Test
	void awaitWhenProductIsWrongNamesItInTimeoutAndOnceInLog(CapturedOutput output) {
		this.server = () -> json("{\"id\":\"proc_job_1\",\"status\":\"RUNNING\"}").build();
		OperationsTemplate template = build(campaigns());
		await(template, "a");
		this.time.advanceTimeBy(Duration.ofMinutes(11));
		names("timed out", "It looks like an operation of ", "Set " + KEYS + ".product to that product");
		assertThat(output.getAll()
			.lines()
			.filter((line) -> line.contains("WARN") && line.contains("A wait ignores this response and polls again.")))
			.singleElement()
			.asString()
			.contains("[campaigns] ", "It looks like an operation of ", "Set " + KEYS + ".product to that product");
	}

	@Test
	void awaitWhenProductIsForeignNamesProductOfTheClient() {
		build(campaigns())
			.await(new AcceptedOperation("a", URI.create("https://memory.twilio.com/v1/ControlPlane/Operations/a"),
					null, Map.of()))
			.subscribe(null, this.faults::add);
		names("(" + KEYS + ".product=memory)");
	}

	@Test
	void throttlingNamesTheLimitsOfTheClient(CapturedOutput output) {
		this.server = () -> ClientResponse.create(HttpStatusCode.valueOf(429)).header("Retry-After", "5").build();
		await(build(campaigns()), "a");
		this.time.advanceTimeBy(Duration.ofSeconds(3));
		logs(output, "lower " + KEYS + ".rate-limit.max-in-flight or " + KEYS + ".rate-limit.requests-per-second.");
	}

	@Test
	void outageNamesTheBaseUrlOfTheClient(CapturedOutput output) {
		this.server = () -> ClientResponse.create(HttpStatusCode.valueOf(503)).build();
		await(build(campaigns()), "a");
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		logs(output, "check " + KEYS + ".base-url, the network path");
	}

	@Test
	void overloadNamesTheLimitsOfTheClient(CapturedOutput output) {
		overload(build(campaigns(new RateLimitSettings(0.2, 4, 100))));
		logs(output, "Raise " + KEYS + ".rate-limit.requests-per-second (and " + KEYS + ".rate-limit.max-in-flight)",
				"raise " + KEYS + ".polling.timeout");
		assertThat(this.faults).filteredOn(OperationTimeoutException.class::isInstance)
			.filteredOn((fault) -> ((OperationTimeoutException) fault).getHeldBack() != null)
			.isNotEmpty()
			.allSatisfy((fault) -> assertThat(fault)
				.hasMessageContaining(
						"raise " + KEYS + ".rate-limit.requests-per-second (and " + KEYS + ".rate-limit.max-in-flight)")
				.hasMessageEndingWith("or raise " + KEYS + ".polling.timeout."));
	}

	@Test
	void overloadOfAClientThatSharesARateNamesTheLimitsOfItsOwner(CapturedOutput output) {
		OperationsTemplate owner = build(
				template("owner", new RateLimitSettings(0.2, 4, 100)).keyPrefix("operations.clients.owner"));
		overload(build(campaigns().sharedRateLimit(owner)));
		logs(output, "Raise operations.clients.owner.rate-limit.requests-per-second",
				"raise " + KEYS + ".polling.timeout");
		assertThat(this.faults).filteredOn(OperationTimeoutException.class::isInstance)
			.filteredOn((fault) -> ((OperationTimeoutException) fault).getHeldBack() != null)
			.isNotEmpty()
			.allSatisfy((fault) -> assertThat(fault)
				.hasMessageContaining("raise operations.clients.owner.rate-limit.requests-per-second")
				.hasMessageEndingWith("or raise " + KEYS + ".polling.timeout."));
	}

	@Test
	void brokenScheduleNamesTheClientAndItsKey(CapturedOutput output) {
		await(build(campaigns().schedule((state) -> {
			throw new IllegalStateException("broken");
		})), "a");
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		logs(output, "again after " + KEYS + ".polling.max-interval");
	}

	@Test
	void templateWithoutPrefixNamesTopLevelKeys() {
		OperationsTemplate template = build(template("sub", RateLimitSettings.defaults()));
		await(template, "a");
		this.time.advanceTimeBy(Duration.ofMinutes(11));
		assertThat(this.faults).singleElement()
			.satisfies((fault) -> assertThat(fault).hasMessageContaining("raise operations.polling.timeout."));
	}

	private void overload(OperationsTemplate template) {
		for (int i = 0; i < 200; i++) {
			await(template, "a" + i);
		}
		this.time.advanceTimeBy(Duration.ofMinutes(11));
	}

	private void names(String... texts) {
		assertThat(this.faults).singleElement()
			.satisfies((fault) -> assertThat(fault).isInstanceOf(OperationsException.class)
				.message()
				.contains(texts)
				.doesNotMatch(KEY_OF_THE_TOP_LEVEL));
	}

	private static void logs(CapturedOutput output, String... texts) {
		List<String> lines = output.getAll().lines().filter((line) -> line.contains("WARN")).toList();
		assertThat(lines).isNotEmpty()
			.allMatch((line) -> line.contains("[campaigns] "))
			.noneMatch((line) -> line.matches(KEY_OF_THE_TOP_LEVEL))
			.anyMatch((line) -> List.of(texts).stream().allMatch(line::contains));
	}

	private void await(OperationsTemplate template, String id) {
		subscribe(template.await(id));
	}

	private void fetch(OperationsTemplate template, String id) {
		subscribe(template.fetch(id));
	}

	private void subscribe(Mono<Operation> call) {
		call.subscribe((operation) -> {
		}, this.faults::add);
	}

	private OperationsTemplate.Builder campaigns() {
		return campaigns(RateLimitSettings.defaults());
	}

	private OperationsTemplate.Builder campaigns(RateLimitSettings limits) {
		return template("campaigns", limits).keyPrefix(KEYS);
	}

	private OperationsTemplate.Builder template(String name, RateLimitSettings limits) {
		RateLimiterRegistry registry = RateLimiterRegistry.ofDefaults();
		registry.rateLimiter(name);
		registry.replace(name,
				RateLimiter.of(name, limits.toConfig().build(), () -> this.time.now(TimeUnit.NANOSECONDS)));
		return OperationsTemplate
			.builder(WebClient.builder().exchangeFunction((request) -> Mono.fromSupplier(() -> this.server.get())))
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.name(name)
			.rateLimit(limits)
			.rateLimiterRegistry(registry)
			.scheduler(this.time)
			.listener(new OperationsLog(this.time));
	}

	private OperationsTemplate build(OperationsTemplate.Builder builder) {
		OperationsTemplate template = builder.build();
		this.templates.add(template);
		return template;
	}

	private static ClientResponse.Builder json(String body) {
		return ClientResponse.create(HttpStatusCode.valueOf(200)).header("Content-Type", "application/json").body(body);
	}

}
