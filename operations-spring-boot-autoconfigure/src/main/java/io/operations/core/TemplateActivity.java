package io.operations.core;

import java.time.Duration;
import java.util.function.IntSupplier;

import io.operations.OperationStatus;
import io.operations.OperationsActivity;
import io.operations.internal.polling.Outage;
import io.operations.internal.polling.Poller;
import io.operations.internal.resilience.Admission;
import org.jspecify.annotations.Nullable;

/**
 * Reports the current activity of a template.
 *
 * @param keyPrefix the prefix of the configuration keys of the template
 * @param admission counts the requests
 * @param poller counts the waits
 * @param outage knows whether the server is available
 * @param retries counts the fetches that wait for their next attempt
 */
record TemplateActivity(String keyPrefix, Admission admission, Poller poller, Outage outage,
		IntSupplier retries) implements OperationsActivity {

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
