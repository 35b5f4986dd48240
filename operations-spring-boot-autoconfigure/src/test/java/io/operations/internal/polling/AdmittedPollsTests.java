package io.operations.internal.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.TestOperations;
import io.operations.internal.resilience.Admission;
import io.operations.internal.resilience.AdmittedOperationFetcher;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The poller and the door that its polls go through, as a template has them.
 */
@Tag("slow")
class AdmittedPollsTests {

	private static final Duration TIMEOUT = Duration.ofHours(2);

	private static final Duration ROUND_TRIP = Duration.ofMillis(100);

	private static final int RATE = 20;

	private static final boolean SOAK = Boolean.getBoolean("operations.soak");

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final List<Request> requests = new ArrayList<>();

	private final List<Object> ends = new ArrayList<>();

	private Function<String, Mono<OperationSnapshot>> answers = this::running;

	private final Client client = new Client(RATE, 16);

	@Test
	void whenWaitsExceedTheRateAllArePolledAtTheFullRate() {
		await(2000);
		advance(Duration.ofMinutes(10));
		long begin = now();
		advance(Duration.ofMinutes(5));
		assertThat(since(begin)).hasSizeBetween(RATE * 300 * 98 / 100, RATE * 300);
		assertThat(since(begin).map(Request::id)).as("a round takes 100 s").contains(ids(2000));
		assertThat(polls(begin).values()).allMatch((polls) -> polls <= 6);
	}

	@Test
	void whenManyFetchesQueuePollsGetAQuarterOfTheRate() {
		await(100);
		advance(Duration.ofMinutes(1));
		Flux.interval(Duration.ofMillis(20), this.scheduler).subscribe((number) -> this.client.fetch("fetch" + number));
		Flux.interval(Duration.ofMillis(200), this.scheduler).subscribe((number) -> this.client.await("new" + number));
		advance(Duration.ofMinutes(5));
		long begin = now();
		advance(Duration.ofMinutes(5));
		assertThat(since(begin).filter((request) -> !request.id().startsWith("fetch")))
			.hasSizeGreaterThanOrEqualTo(RATE * 300 / 4 - RATE);
		assertThat(since(begin).filter((request) -> request.id().startsWith("fetch")))
			.hasSizeGreaterThan(RATE * 300 / 4);
		assertThat(polls(begin)).as("those that were there before the flood").containsKeys(ids(100));
	}

	@Test
	void whenOutageEndsPollsLeaveInOrderAtTheRate() {
		await(500);
		advance(Duration.ofMinutes(5));
		this.answers = (id) -> Mono.delay(Duration.ofMillis(10), this.scheduler)
			.then(Mono.error(TestOperations.fault(503)));
		advance(Duration.ofSeconds(10));
		long away = now();
		advance(Duration.ofSeconds(50));
		assertThat(since(away)).hasSizeBetween(1, 100);
		List<String> polled = this.requests.stream().map(Request::id).toList();
		this.answers = this::running;
		long back = now();
		advance(Duration.ofSeconds(30));
		assertThat(since(back)).as("the next probe comes after 11.5 s at the latest").hasSizeGreaterThan(RATE * 15);
		assertThat(busiestSecond(back)).isLessThanOrEqualTo(RATE);
		List<Integer> lastPolls = since(back).map(Request::id).map(polled::lastIndexOf).toList();
		assertThat(mean(lastPolls.subList(0, 100))).as("longest since last polled")
			.isLessThan(mean(lastPolls.subList(100, 200)));
		assertThat(this.ends).isEmpty();
	}

	@Test
	void whenServerFallsSilentItIsProbed() {
		await(500);
		advance(Duration.ofMinutes(5));
		this.answers = (id) -> Mono.<OperationSnapshot>never()
			.timeout(Duration.ofSeconds(10), this.scheduler)
			.onErrorMap((fault) -> TestOperations.fault(504));
		advance(Duration.ofSeconds(30));
		long away = now();
		advance(Duration.ofSeconds(60));
		assertThat(since(away)).hasSizeBetween(1, 10);
		this.answers = this::running;
		long back = now();
		advance(Duration.ofSeconds(60));
		assertThat(since(back)).hasSizeGreaterThan(RATE * 40);
		assertThat(busiestSecond(back)).isLessThanOrEqualTo(RATE);
		assertThat(this.ends).isEmpty();
	}

	@Test
	void outageThatBeginsWhilePollsAreQueuedHoldsThemBackAndTheyLeaveAfterIt() {
		Client fast = new Client(20, 64);
		for (String id : ids(2000)) {
			fast.await(id);
		}
		advance(Duration.ofMinutes(5));
		this.answers = (id) -> Mono.delay(Duration.ofMillis(10), this.scheduler)
			.then(Mono.error(TestOperations.fault(503)));
		long away = now();
		advance(Duration.ofSeconds(10));
		assertThat(since(away)).as("two answers of before, three faults, and probes after 1, 2.5 and 4.75 s at most")
			.hasSizeBetween(4, 9);
		this.answers = this::running;
		long back = now();
		advance(Duration.ofMinutes(3));
		assertThat(polls(back)).as("a round takes 100 s").containsKeys(ids(2000));
		assertThat(polls(back).values()).allMatch((polls) -> polls <= 3);
		assertThat(this.ends).isEmpty();
	}

	@Test
	void outageWithoutAnswersHoldsBackQueuedFirstPollsToo() {
		Client fast = new Client(400, 16);
		for (String id : ids(2000)) {
			fast.await(id);
		}
		advance(Duration.ofMinutes(5));
		this.answers = (id) -> Mono.<OperationSnapshot>never()
			.timeout(Duration.ofSeconds(10), this.scheduler)
			.onErrorMap((fault) -> TestOperations.fault(504));
		advance(Duration.ofMillis(500));
		for (String id : ids(100)) {
			fast.await("new" + id);
		}
		long away = now();
		advance(Duration.ofSeconds(15));
		assertThat(since(away)).as("two polls may follow the first two time-outs").hasSizeLessThanOrEqualTo(2);
		advance(Duration.ofSeconds(20));
		assertThat(since(away)).as("probes").hasSizeBetween(1, 4);
		assertThat(this.ends).isEmpty();
	}

	@Test
	void whenServerThrottlesAtRandomAllWaitsEnd() {
		Client fast = new Client(400, 16);
		Random random = new Random(42);
		int[] refusals = new int[1];
		this.answers = (id) -> {
			if (random.nextDouble() < 0.05) {
				Duration retryAfter = (refusals[0]++ % 2 == 0) ? Duration.ofSeconds(5) : null;
				return Mono.delay(Duration.ofMillis(30), this.scheduler)
					.then(Mono.error(TestOperations.fault(429, retryAfter)));
			}
			OperationStatus status = (now() > 20_000) ? OperationStatus.COMPLETED : OperationStatus.RUNNING;
			return Mono.delay(ROUND_TRIP, this.scheduler).thenReturn(TestOperations.snapshot(id, status));
		};
		for (String id : ids(1000)) {
			fast.await(id);
		}
		advance(Duration.ofSeconds(45));
		assertThat(refusals[0]).isGreaterThan(50);
		assertThat(this.ends).hasSize(1000);
	}

	@Test
	void whenOneRetryAfterIsLongOnlyItsWaitIsDelayed() {
		Map<String, Duration> retryAfters = Map.of("day", Duration.ofDays(1), "minutes", Duration.ofMinutes(30));
		Set<String> refused = new HashSet<>();
		this.answers = (id) -> (retryAfters.containsKey(id) && refused.add(id))
				? Mono.error(TestOperations.fault(429, retryAfters.get(id))) : running(id);
		await(1);
		advance(Duration.ofSeconds(10));
		this.client.await("day");
		long begin = now();
		advance(Duration.ofSeconds(5));
		this.client.await("minutes");
		await(20);
		advance(TIMEOUT.minus(Duration.ofSeconds(6)));
		List<Long> minutes = polls("minutes");
		assertThat(minutes.get(1) - minutes.get(0)).isBetween(1_800_000L, 1_800_000L * 115 / 100 + 100);
		assertThat(minutes).as("by the schedule afterwards").hasSizeGreaterThan(100);
		assertThat(polls("day")).hasSize(1);
		for (String id : ids(20)) {
			assertThat(polls(id)).as("polls of another wait").hasSizeGreaterThan(200);
		}
		assertThat(this.ends).as("of the wait that began first").hasSize(1);
		advance(Duration.ofSeconds(1));
		assertThat(now() - begin).isEqualTo(TIMEOUT.toMillis());
		assertThat(this.ends).hasSize(2)
			.last()
			.isInstanceOfSatisfying(OperationTimeoutException.class,
					(timeout) -> assertThat(timeout.getOperationId()).isEqualTo("day"));
	}

	@Test
	void whenServerThrottlesSomePollsAllPause() {
		Client big = new Client(1000, 16);
		int number = SOAK ? 100_000 : 20_000;
		for (String id : ids(number)) {
			big.await(id);
		}
		advance(Duration.ofMinutes(2));
		this.answers = (id) -> Mono.error(TestOperations.fault(429, Duration.ofSeconds(1)));
		advance(Duration.ofMillis(20));
		this.answers = this::running;
		long refused = now();
		advance(Duration.ofMillis(900));
		assertThat(since(refused)).isEmpty();
		advance(Duration.ofSeconds(3));
		assertThat(since(refused)).hasSizeGreaterThan(100);
		assertThat(big.poller.waits().size()).isEqualTo(number);
		big.poller.close();
		assertThat(big.poller.waits().size()).isZero();
		assertThat(this.ends).hasSize(number);
	}

	@Test
	void whenInstancesDoNotKnowEachOtherTheyShareFairly() {
		Account account = new Account(12);
		this.answers = account::answer;
		List<Client> instances = IntStream.range(0, 3).mapToObj((number) -> new Client(1000, 16)).toList();
		// The first has all of the account before the others come.
		awaitMany(instances.get(0), "a");
		advance(Duration.ofMinutes(5));
		awaitMany(instances.get(1), "b");
		awaitMany(instances.get(2), "c");
		advance(Duration.ofMinutes(10));
		account.counts.clear();
		account.refusals = 0;
		// Long, because the jitter of polls is random.
		Duration time = Duration.ofMinutes(SOAK ? 90 : 30);
		advance(time);
		double all = account.counts.values().stream().mapToInt(Integer::intValue).sum();
		assertThat(account.counts.values()).hasSize(3)
			.allSatisfy((count) -> assertThat(count / all).isBetween(0.2, 0.5));
		assertThat(all).as("answers, of 12 at once in 100 ms each").isGreaterThan(0.65 * 120 * time.toSeconds());
		assertThat(account.refusals).isLessThan((int) (0.1 * all));
	}

	private void awaitMany(Client instance, String prefix) {
		for (String id : ids(5000)) {
			instance.await(prefix + id);
		}
	}

	private void await(int waits) {
		for (String id : ids(waits)) {
			this.client.await(id);
		}
	}

	private static String[] ids(int number) {
		return IntStream.range(0, number).mapToObj((index) -> "op" + index).toArray(String[]::new);
	}

	private Mono<OperationSnapshot> running(String id) {
		return Mono.delay(ROUND_TRIP, this.scheduler).thenReturn(TestOperations.snapshot(id, OperationStatus.RUNNING));
	}

	private Stream<Request> since(long begin) {
		return this.requests.stream().filter((request) -> request.at() > begin);
	}

	private Map<String, Integer> polls(long begin) {
		return since(begin).collect(Collectors.toMap(Request::id, (request) -> 1, Integer::sum));
	}

	private List<Long> polls(String id) {
		return this.requests.stream().filter((request) -> request.id().equals(id)).map(Request::at).toList();
	}

	private int busiestSecond(long begin) {
		Map<Long, Integer> seconds = new TreeMap<>();
		since(begin).forEach((request) -> seconds.merge((request.at() - begin) / 1000, 1, Integer::sum));
		return seconds.values().stream().mapToInt(Integer::intValue).max().orElse(0);
	}

	private static double mean(List<Integer> numbers) {
		return numbers.stream().mapToInt(Integer::intValue).average().orElseThrow();
	}

	private long now() {
		return this.scheduler.now(TimeUnit.MILLISECONDS);
	}

	private void advance(Duration time) {
		this.scheduler.advanceTimeBy(time);
	}

	private record Request(String id, long at) {
	}

	/**
	 * Takes so many calls at once.
	 */
	private final class Account {

		private final Map<String, Integer> counts = new TreeMap<>();

		private final Set<Object> underWay = new HashSet<>();

		private final int concurrent;

		private int refusals;

		Account(int concurrent) {
			this.concurrent = concurrent;
		}

		Mono<OperationSnapshot> answer(String id) {
			if (this.underWay.size() >= this.concurrent) {
				this.refusals++;
				return Mono.error(TestOperations.fault(429));
			}
			Object call = new Object();
			this.underWay.add(call);
			this.counts.merge(id.substring(0, 1), 1, Integer::sum);
			return running(id).doFinally((signal) -> this.underWay.remove(call));
		}

	}

	private final class Client {

		private final Poller poller;

		private final AdmittedOperationFetcher fetcher;

		Client(int rate, int inFlight) {
			VirtualTimeScheduler time = AdmittedPollsTests.this.scheduler;
			RateLimitSettings limits = new RateLimitSettings(rate, inFlight, 1000);
			Admission admission = PollerFixture.admission(limits, time);
			PollingSettings settings = PollingSettings.defaults();
			this.fetcher = new AdmittedOperationFetcher((id) -> Mono.defer(() -> {
				AdmittedPollsTests.this.requests.add(new Request(id, now()));
				return AdmittedPollsTests.this.answers.apply(id);
			}), admission);
			this.poller = new Poller("test", this.fetcher, admission, new AdaptivePollingSchedule(settings, time),
					settings, time, PollerFixture.silent());
		}

		void await(String id) {
			this.poller.await(PollingTarget.of(id), TIMEOUT)
				.subscribe(AdmittedPollsTests.this.ends::add, AdmittedPollsTests.this.ends::add);
		}

		void fetch(String id) {
			this.fetcher.fetch(id).onErrorComplete().subscribe();
		}

	}

}
