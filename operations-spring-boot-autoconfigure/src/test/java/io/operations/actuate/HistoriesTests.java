package io.operations.actuate;

import java.time.Duration;
import java.util.Objects;

import io.operations.TestOperations;
import io.operations.internal.polling.PollEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests which operations have a history when more than 1,000 want one.
 */
class HistoriesTests {

	private static final String CLIENT = "operations";

	private final Histories histories = new Histories();

	private final Symbols symbols = new Symbols();

	// In the order of their beginning, op1000 is the oldest one.
	private void fill() {
		for (int i = 0; i < Histories.MOST; i++) {
			enter("op" + (1000 + i), 1000 + i, 5000);
		}
	}

	@Test
	void whenFullYoungerOperationIsRefused() {
		fill();
		assertThat(enter("younger", 3000, 5000)).isNull();
		assertThat(enter("youngest", 4000, 5000)).isNull();
		assertThat(get("op1999")).isNotNull();
	}

	@Test
	void whenFullOlderOperationDisplacesTheYoungest() {
		fill();
		assertThat(enter("younger", 3000, 5000)).isNull();
		assertThat(enter("older", 500, 5000)).isNotNull();
		assertThat(get("op1999")).isNull();
		assertThat(get("op1998")).isNotNull();
	}

	@Test
	void whenFullFailingOperationDisplacesTheYoungestThatDoesNotFail() {
		fill();
		Objects.requireNonNull(get("op1999")).delivered(5000, "no room");
		assertThat(this.histories.enter(CLIENT, "failing", 4000, true, 5000)).isNotNull();
		assertThat(get("op1999")).isNotNull();
		assertThat(get("op1998")).isNull();
	}

	@Test
	void whenAllFailTheOldestFailingOperationsStay() {
		for (int i = 0; i < Histories.MOST; i++) {
			enter("op" + (1000 + i), 1000 + i, 5000).delivered(6000 - i, "no room");
		}
		assertThat(enter("other", 1, 7000)).as("does not fail").isNull();
		assertThat(enterFailing("younger", 3000, 7000)).isNull();
		assertThat(enterFailing("youngest", 4000, 7000)).isNull();
		assertThat(get("op1999")).as("the youngest one, with the oldest last event").isNotNull();
		assertThat(enterFailing("older", 500, 7000)).isNotNull();
		assertThat(get("op1999")).isNull();
		assertThat(get("op1998")).isNotNull();
	}

	@Test
	void whenTenThousandFailInTurnTheHistoriesOfTheOldestGrow() {
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < 10_000; i++) {
				OperationHistory history = enterFailing("op" + i, i, round * 10_000 + i);
				if (history != null) {
					history.delivered(round * 10_000 + i, "no room");
				}
			}
		}
		assertThat(this.histories.size()).isEqualTo(Histories.MOST);
		assertThat(Objects.requireNonNull(get("op0")).events(this.symbols, this.symbols, null, (fault) -> fault))
			.hasSize(3);
		assertThat(get("op999")).isNotNull();
		assertThat(get("op1000")).isNull();
	}

	@Test
	void whenAllFailAndOneNoLongerFailsAYoungerFailingOneTakesItsPlace() {
		for (int i = 0; i < Histories.MOST; i++) {
			enter("op" + i, i, 5000).delivered(5000, "no room");
		}
		assertThat(enterFailing("younger", 3000, 5000)).isNull();
		Objects.requireNonNull(get("op7")).ended();
		this.histories.eased();
		assertThat(enterFailing("younger", 3000, 5000)).isNotNull();
		assertThat(get("op7")).isNull();
	}

	@Test
	void sizeIsTheNumberOfHistories() {
		fill();
		assertThat(this.histories.size()).isEqualTo(1000);
		this.histories.remove(CLIENT, "op1500");
		this.histories.remove(CLIENT, "op1500");
		assertThat(this.histories.size()).isEqualTo(999);
		this.histories.removeAll(CLIENT, false);
		assertThat(this.histories.size()).isZero();
	}

	@Test
	void whenOutcomeIsDeliveredTheOperationMakesRoomFirst() {
		fill();
		assertThat(enter("younger", 3000, 5000)).isNull();
		Objects.requireNonNull(get("op1000")).delivered(5000, null);
		this.histories.eased();
		assertThat(enter("younger", 3000, 5000)).isNotNull();
		assertThat(get("op1000")).isNull();
	}

	@Test
	void whenOperationWasSilentForADayItMakesRoomFirst() {
		fill();
		long later = 5000 + Duration.ofHours(25).toMillis();
		for (int i = 1; i < Histories.MOST; i++) {
			poll(Objects.requireNonNull(get("op" + (1000 + i))), later);
		}
		assertThat(enter("younger", later, later)).isNotNull();
		assertThat(get("op1000")).isNull();
	}

	@Test
	void whenOneLeavesAnotherMayEnter() {
		fill();
		assertThat(enter("younger", 3000, 5000)).isNull();
		this.histories.remove(CLIENT, "op1500");
		assertThat(enter("younger", 3000, 5000)).isNotNull();
		assertThat(enter("youngest", 4000, 5000)).isNull();
	}

	@Test
	void whenClientLeavesOthersMayEnter() {
		fill();
		this.histories.removeAll(CLIENT, false);
		fill();
		assertThat(get("op1999")).isNotNull();
	}

	@Test
	void afterTwentyFourDaysTimesAreStillExact() {
		OperationHistory history = enter("op", 0, 0);
		long late = Duration.ofDays(40).toMillis();
		poll(history, 1000);
		poll(history, late);
		poll(history, late + 10_000);
		assertThat(history.events(this.symbols, this.symbols, null, (fault) -> fault))
			.filteredOn((event) -> event.event().equals("poll"))
			.extracting((event) -> event.time().toEpochMilli())
			.endsWith(late, late + 10_000);
	}

	@Test
	void whenThereAreTooManyTextsTheyShareOne() {
		for (int i = 0; i < 1000; i++) {
			this.symbols.number("text" + i);
		}
		assertThat(this.symbols.text(this.symbols.number("text0"))).isEqualTo("text0");
		assertThat(this.symbols.text(this.symbols.number("text999"))).isEqualTo("(other)");
		assertThat(this.symbols.text(this.symbols.number(null))).isNull();
	}

	@Test
	void textOfTheServerIsCutAndEscaped() {
		String shown = this.symbols.text(this.symbols.number("a\nb" + "x".repeat(1000)));
		assertThat(shown).startsWith("a\\u000ab").hasSizeLessThan(80);
	}

	private void poll(OperationHistory history, long time) {
		history.polled(new PollEvent("op", false, 0, time, time, null, TestOperations.fault(503), null), this.symbols,
				this.symbols);
	}

	@SuppressWarnings("NullAway")
	private OperationHistory enter(String id, long since, long now) {
		return this.histories.enter(CLIENT, id, since, false, now);
	}

	private @Nullable OperationHistory enterFailing(String id, long since, long now) {
		return this.histories.enter(CLIENT, id, since, true, now);
	}

	private @Nullable OperationHistory get(String id) {
		return this.histories.get(CLIENT, id);
	}

}
