package io.operations.internal.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.operations.internal.KeyPrefix;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

class PollDispatcherTests {

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final List<Poll> polls = new ArrayList<>();

	private final PollDispatcher dispatcher = dispatcher();

	@Test
	void whenFirstPollEndsAsRepeatItsCapacityIsFree() {
		for (int i = 0; i < 200; i++) {
			AwaitedOperation awaited = new AwaitedOperation(i, "op" + i, null, false, 0, false);
			this.dispatcher.add(awaited, 0, 0);
			this.dispatcher.dispatch();
			assertThat(this.polls).hasSize(i + 1);
			awaited.repeated();
			this.dispatcher.ended(this.polls.get(i));
		}
	}

	@Test
	void whenPollEndsTwiceOneFurtherPollLeaves() {
		for (int i = 0; i < 200; i++) {
			this.dispatcher.add(new AwaitedOperation(i, "op" + i, null, false, 0, false), 0, 0);
		}
		this.dispatcher.dispatch();
		int most = this.polls.size();
		assertThat(most).isLessThan(100);
		this.dispatcher.ended(this.polls.get(0));
		this.dispatcher.ended(this.polls.get(0));
		assertThat(this.polls).hasSize(most + 1);
	}

	private PollDispatcher dispatcher() {
		PollingSettings settings = PollingSettings.defaults();
		return new PollDispatcher(PollerFixture.admission(new RateLimitSettings(20, 4, 1000), this.scheduler),
				new PollDelays("test", KeyPrefix.DEFAULT, (state) -> Duration.ofHours(1), settings),
				new Outage("test", settings, this.scheduler, PollerFixture.silent()), this.scheduler, this.polls::add,
				(caller) -> {
				});
	}

}
