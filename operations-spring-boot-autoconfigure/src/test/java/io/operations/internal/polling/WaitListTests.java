package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.TestOperations;
import io.operations.polling.PollingSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.spy;

/**
 * Tests {@link WaitList}, and the list of {@link HeldPolls} that has the same order.
 */
class WaitListTests {

	private static final PolledFilter ALL = new PolledFilter(null, null, null, null, false, null, 10_000);

	private final PartsFixture fixture = new PartsFixture(PollingSettings.defaults());

	private final WaitList list = this.fixture.registry.list();

	@Test
	void whenWaitsAreListedTheOldestIsFirst() {
		enter("b");
		enter("a");
		this.fixture.time.advanceTimeBy(Duration.ofMillis(1));
		enter("0");
		assertThat(ids(ALL)).containsExactly("a", "b", "0");
		assertThat(ids(limited(2))).containsExactly("a", "b");
		assertThat(ids(limited(0))).isEmpty();
	}

	@Test
	void whenThereAreManyWaitsEachPageContinuesAfterTheOneBefore() {
		List<String> expected = IntStream.range(0, 2_500).mapToObj((i) -> String.format("op%04d", i)).toList();
		expected.forEach(this::enter);
		List<String> read = new ArrayList<>();
		List<ListedWait> page = this.list.list(limited(501));
		while (!page.isEmpty()) {
			page.forEach((wait) -> read.add(wait.id()));
			assertThat(read).as("pages that never end").hasSizeLessThan(3_000);
			ListedWait last = page.get(page.size() - 1);
			page = this.list.list(new PolledFilter(null, null, null, null, false,
					new PolledFilter.Position(last.since(), last.id()), 501));
		}
		assertThat(read).isEqualTo(expected);
	}

	@Test
	void whenSeveralCallersWaitTheyAreCountedAndTheLatestDeadlineIsShown() {
		enter("op");
		this.fixture.time.advanceTimeBy(Duration.ofSeconds(3));
		enter("op");
		ListedWait wait = Objects.requireNonNull(this.list.find("op"));
		assertThat(wait.callers()).isEqualTo(2);
		assertThat(wait.since()).isEqualTo(Instant.EPOCH);
		assertThat(wait.deadline()).isEqualTo(Instant.EPOCH.plus(Duration.ofMinutes(10).plusSeconds(3)));
		assertThat(this.list.callers("op")).isEqualTo(2);
		assertThat(this.list.callers("other")).isZero();
		assertThat(this.list.find("other")).isNull();
	}

	@Test
	void whenFilteredOnlyTheWaitsThatMatchAreListed() {
		enter("seen");
		enter("unseen");
		AwaitedOperation awaited = Objects.requireNonNull(this.fixture.registry.get("seen"));
		awaited.seen(TestOperations.snapshot("seen", OperationStatus.RUNNING), 5);
		awaited.stuck();
		assertThat(ids(new PolledFilter(null, OperationStatus.RUNNING, null, null, false, null, 9)))
			.containsExactly("seen");
		assertThat(ids(new PolledFilter(null, OperationStatus.PENDING, null, null, false, null, 9))).isEmpty();
		assertThat(ids(new PolledFilter(null, null, true, null, false, null, 9))).containsExactly("seen");
		assertThat(ids(new PolledFilter(null, null, false, null, false, null, 9))).containsExactly("unseen");
		assertThat(ids(new PolledFilter(null, null, null, "un", false, null, 9))).containsExactly("unseen");
		assertThat(ids(new PolledFilter("none", null, null, null, false, null, 9))).isEmpty();
	}

	@Test
	void whenOrderedByNextPollTheSoonestIsFirst() {
		enter("late");
		enter("soon");
		AwaitedOperation late = Objects.requireNonNull(this.fixture.registry.get("late"));
		this.fixture.parts.dispatcher().remove(late);
		late.at(20_000, 20_000);
		PolledFilter next = new PolledFilter(null, null, null, null, true, null, 9);
		assertThat(ids(next)).containsExactly("soon", "late");
		assertThat(this.list.list(next).get(1).nextDue()).isEqualTo(Instant.ofEpochSecond(20));
		assertThat(ids(new PolledFilter(null, null, null, null, true,
				new PolledFilter.Position(Instant.ofEpochSecond(19), "x"), 9)))
			.containsExactly("late");
	}

	@Test
	void whenNextPollMovesWhileTheListIsReadTheListShowsTheTimeOfItsOrder() {
		AwaitedOperation moving = spy(new AwaitedOperation(1, "moving", null, false, 0, false));
		doReturn(10_000L, 30_000L).when(moving).at();
		this.fixture.registry.add(moving);
		ListedWait listed = this.list.list(new PolledFilter(null, null, null, null, true, null, 9)).get(0);
		assertThat(listed.nextDue()).isEqualTo(Instant.ofEpochSecond(10));
	}

	@Test
	void whenHeldOperationsAreListedTheSoonestPollIsFirst() {
		hold("a", 30_000, null, true);
		hold("b", 10_000, "report", false);
		hold("c", 20_000, "report", true);
		assertThat(this.fixture.held.next(ALL)).containsExactly(Map.entry("b", Instant.ofEpochSecond(10)),
				Map.entry("c", Instant.ofEpochSecond(20)), Map.entry("a", Instant.ofEpochSecond(30)));
		assertThat(held(new PolledFilter("report", null, null, null, true, null, 1))).containsExactly("b");
		assertThat(held(new PolledFilter(null, null, true, null, true, null, 9))).containsExactly("c", "a");
		assertThat(held(new PolledFilter(null, OperationStatus.RUNNING, null, null, true, null, 9)))
			.containsExactly("b", "c");
		assertThat(held(new PolledFilter(null, null, null, null, true,
				new PolledFilter.Position(Instant.ofEpochSecond(20), ""), 9)))
			.containsExactly("c", "a");
		assertThat(held(new PolledFilter(null, null, null, null, true,
				new PolledFilter.Position(Instant.ofEpochSecond(20), "c"), 9)))
			.containsExactly("a");
	}

	private void enter(String id) {
		this.fixture.enter(id);
	}

	private void hold(String id, long delay, @Nullable String kind, boolean stuck) {
		this.fixture.held.hold(new Held(id, kind, stuck), new HeldPoll.Next(delay, true), true, (held) -> {
		});
	}

	private static PolledFilter limited(int limit) {
		return new PolledFilter(null, null, null, null, false, null, limit);
	}

	private List<String> ids(PolledFilter filter) {
		return this.list.list(filter).stream().map(ListedWait::id).toList();
	}

	private List<String> held(PolledFilter filter) {
		return List.copyOf(this.fixture.held.next(filter).keySet());
	}

	private static final class Held extends HeldPoll {

		private final @Nullable String kind;

		private final boolean stuck;

		Held(String id, @Nullable String kind, boolean stuck) {
			super(id.charAt(0), id);
			this.kind = kind;
			this.stuck = stuck;
		}

		// An operation with a kind was seen.
		@Override
		protected PolledOperation polled() {
			Operation seen = (this.kind != null) ? TestOperations.snapshot(id(), OperationStatus.RUNNING).operation()
					: null;
			return new PolledOperation(id(), this.kind, false, Instant.EPOCH, Instant.EPOCH, null, 0, null, Map.of(),
					seen);
		}

		@Override
		protected boolean isStuck() {
			return this.stuck;
		}

		@Override
		protected boolean hasStatusOf(Operation operation) {
			return true;
		}

		@Override
		protected Next seen(PolledOperation after, OperationSnapshot snapshot) {
			return new Next(20_000, false);
		}

		@Override
		protected Next failed(PolledOperation after, Throwable fault) {
			return new Next(20_000, false);
		}

		@Override
		protected void met(PolledOperation known) {
		}

	}

}
