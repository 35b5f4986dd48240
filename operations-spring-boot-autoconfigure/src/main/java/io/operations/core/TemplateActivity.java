package io.operations.core;

import java.time.Duration;
import java.util.function.IntSupplier;

import io.operations.OperationStatus;
import io.operations.OperationsActivity;
import io.operations.internal.polling.Outage;
import io.operations.internal.polling.Poller;
import io.operations.internal.resilience.Admission;
import io.operations.polling.AdaptivePollingSchedule;
import org.jspecify.annotations.Nullable;

/**
 * Reports the current activity of a template.
 *
 * @param keyPrefix the prefix of the configuration keys of the template
 * @param admission counts the requests
 * @param poller counts the waits
 * @param outage knows whether the server is available
 * @param retries counts the fetches and writes that wait for their next attempt
 * @param maxWaits the maximum number of waits
 */
record TemplateActivity(String keyPrefix, Admission admission, Poller poller, Outage outage, IntSupplier retries,
		int maxWaits) implements OperationsActivity {

	@Override
	public String rateLimitKeyPrefix() {
		return this.admission.keyPrefix();
	}

	@Override
	public int queued() {
		return this.admission.queued();
	}

	@Override
	public int retrying() {
		return this.retries.getAsInt();
	}

	@Override
	public int inFlight() {
		return this.admission.inFlight();
	}

	@Override
	public int inFlightLimit() {
		return this.admission.inFlightLimit();
	}

	@Override
	public int maxQueued() {
		return this.admission.rate().limits().maxQueued();
	}

	@Override
	public int maxInFlight() {
		return this.admission.rate().limits().maxInFlight();
	}

	@Override
	public double permitsPerSecond() {
		return this.admission.rate().perSecond();
	}

	@Override
	public double requestsPerSecond() {
		return this.admission.rate().sentPerSecond();
	}

	@Override
	public Duration paused() {
		return this.admission.paused();
	}

	@Override
	public @Nullable String pausedBy() {
		return this.admission.operatorPause().isOn() ? "operator" : OperationsActivity.super.pausedBy();
	}

	@Override
	public int permits() {
		return this.admission.rate().permits();
	}

	@Override
	public Duration untilPermit() {
		return this.admission.rate().untilPermit();
	}

	@Override
	public int instances() {
		return this.admission.rate().instances();
	}

	@Override
	public boolean isBudgetUnavailable() {
		return this.admission.rate().isStoreUnavailable();
	}

	@Override
	public boolean isServerUnavailable() {
		return this.outage.isServerUnavailable();
	}

	@Override
	public Duration unavailableFor() {
		return this.outage.unavailableFor();
	}

	@Override
	public boolean areCredentialsRejected() {
		return this.outage.areCredentialsRejected();
	}

	@Override
	public int stuck() {
		return this.poller.stuck();
	}

	@Override
	public Duration backlogAge() {
		return this.poller.backlogAge();
	}

	@Override
	public int waits() {
		return this.poller.waits().callers();
	}

	@Override
	public int kinds() {
		return this.poller.kinds();
	}

	// One more for all further kinds.
	@Override
	public int maxKinds() {
		return AdaptivePollingSchedule.MAXIMUM_KINDS + 1;
	}

	@Override
	public int awaitedOperations() {
		return this.poller.waits().size();
	}

	@Override
	public int waiting(@Nullable OperationStatus status) {
		return this.poller.waits().size(status);
	}

	@Override
	public Duration oldestWait() {
		return this.poller.waits().oldest();
	}

}
