package io.operations.internal.tracking;

import java.time.Duration;
import java.util.Map;

import io.operations.OperationStatus;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OpenSummaryTests {

	private final OpenSummary summary = new OpenSummary(TestRows.NOW.plusSeconds(60));

	@Test
	void withoutOperationsAllFiguresAreZero() {
		assertThat(this.summary.toSummary()).isEqualTo(new TrackingSummary(Map.of(TrackingState.TRACKED, 0L), Map.of(),
				0, 0, Duration.ZERO, 0, Duration.ZERO));
	}

	@Test
	void whenOperationsAreAddedEachIsCounted() {
		long since = TestRows.NOW.toEpochMilli();
		this.summary.add(OperationStatus.RUNNING, true, since, null);
		this.summary.add(OperationStatus.RUNNING, false, since + 1000, Duration.ofSeconds(3));
		this.summary.add(null, false, since + 2000, Duration.ofSeconds(2));
		assertThat(this.summary.toSummary()).isEqualTo(new TrackingSummary(Map.of(TrackingState.TRACKED, 3L),
				Map.of(OperationStatus.RUNNING, 2L), 1, 1, Duration.ofSeconds(60), 2, Duration.ofSeconds(3)));
	}

	@Test
	void whenARowIsDueItBelongsToTheBacklog() {
		this.summary.add(TestRows.open("due"));
		this.summary.add(TestRows.open("later").due(TestRows.NOW.plusSeconds(61)));
		this.summary.add(TestRows.open("never").due(null));
		assertThat(this.summary.toSummary())
			.extracting((all) -> all.count(TrackingState.TRACKED), TrackingSummary::backlog,
					TrackingSummary::backlogAge)
			.containsExactly(3L, 1L, Duration.ofSeconds(60));
	}

}
