package io.operations.internal.tracking.jdbc;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Mockito;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class HousekeepingJobsTests {

	private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

	private final Map<String, ClientWork> clients = new TreeMap<>(
			Map.of("one", Mockito.mock(ClientWork.class), "two", Mockito.mock(ClientWork.class)));

	private final TrackingDatabase database = Mockito.mock(TrackingDatabase.class);

	private final Instances instances = Mockito.mock(Instances.class);

	private final HousekeepingJobs jobs;

	HousekeepingJobsTests() {
		Mockito.when(this.database.own()).thenReturn(new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID()));
		Mockito.when(this.database.tables()).thenReturn(new TrackingTables(TrackingTables.DEFAULT_PREFIX));
		this.jobs = new HousekeepingJobs(this.database, this.clients, this.instances, () -> NOW);
	}

	@Test
	void whenHouseIsKeptEachClientRemovesOutdatedRows(CapturedOutput output) {
		this.jobs.keepHouse();
		Mockito.verify(this.database).measureClock();
		this.clients.values().forEach((client) -> Mockito.verify(client).keepHouse(NOW));
		assertThat(output).as("the table that unknown clients are read from is missing")
			.contains("operations.tracking.retention");
	}

	@Test
	void whenClientFailsJobIsRepeated(CapturedOutput output) {
		Mockito.doThrow(new IllegalStateException("no")).when(this.clients.get("one")).keepHouse(Mockito.any());
		this.jobs.keepHouse();
		assertThat(output).contains("It tries again in one minute");
	}

	@Test
	void whenInstanceHasLeaseTooManyItReleasesOne() {
		this.clients.values().forEach((client) -> Mockito.when(client.isHolding()).thenReturn(true));
		Mockito.when(this.instances.hasLeaseToRelease(2, 2)).thenReturn(true);
		this.jobs.spreadLeases();
		long released = this.clients.values()
			.stream()
			.flatMap((client) -> Mockito.mockingDetails(client).getInvocations().stream())
			.filter((call) -> call.getMethod().getName().equals("releaseLease"))
			.count();
		assertThat(released).isEqualTo(1);
	}

	@Test
	void whenInstanceHasItsShareItReleasesNone() {
		this.clients.values().forEach((client) -> Mockito.when(client.isHolding()).thenReturn(true));
		this.jobs.spreadLeases();
		this.clients.values().forEach((client) -> Mockito.verify(client, Mockito.never()).releaseLease());
	}

	@Test
	void whenThereIsOneClientNoStatementRuns() {
		this.clients.remove("two");
		this.jobs.spreadLeases();
		Mockito.verifyNoInteractions(this.instances);
	}

}
