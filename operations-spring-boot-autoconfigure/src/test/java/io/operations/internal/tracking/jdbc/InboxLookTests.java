package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.operations.internal.tracking.TrackedRow;
import io.operations.tracking.TrackingListener;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.mockito.stubbing.OngoingStubbing;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.dao.QueryTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;

class InboxLookTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final Held held = Mockito.mock(Held.class);

	private final OpenOperations open = Mockito.mock(OpenOperations.class);

	private final FencedRows fenced = Mockito.mock(FencedRows.class);

	private final Lease lease = new Lease(1, Duration.ofSeconds(10), this.time);

	private final InboxLook look = new InboxLook(this.held, new ChangeBuffer(10, 1000), this.open, this.fenced, calls(),
			new WorkFaults(), Duration.ZERO);

	@Test
	void whenInboxIsEmptyLeaseIsConfirmed() {
		answer().thenReturn(0);
		assertThat(this.lease.mayPoll()).isFalse();
		this.look.look(this.lease);
		assertThat(this.lease.mayPoll()).isTrue();
		Mockito.verify(this.held).resume();
		Mockito.verify(this.open).looked();
	}

	@Test
	void whenCallersAddedAndRemovedBothAreNoted() {
		TrackedRow added = TestRows.row("added", 1);
		answer().thenAnswer((call) -> {
			Consumer<FencedRows.Inbox> consumer = call.getArgument(2);
			consumer.accept(new FencedRows.Inbox(List.of(), List.of("rolled back")));
			consumer.accept(new FencedRows.Inbox(List.of(added), List.of("removed")));
			return 2;
		});
		this.look.look(this.lease);
		Mockito.verify(this.open).take(Mockito.eq(List.of(added)), any());
		Mockito.verify(this.held).release("removed");
		Mockito.verify(this.held, Mockito.never()).release("rolled back");
	}

	@Test
	void whenInboxHasWholeBatchItIsNotEmpty() {
		answer().thenReturn(FencedRows.BATCH);
		this.look.look(this.lease);
		Mockito.verify(this.open, Mockito.never()).looked();
	}

	@Test
	void whenEpochHasChangedLeaseIsLost() {
		answer().thenReturn(-1);
		this.look.look(this.lease);
		assertThat(this.lease.isLost()).isTrue();
	}

	@Test
	void whenDatabaseIsUnavailableLeaseIsNotLost() {
		answer().thenThrow(new QueryTimeoutException("no answer"));
		this.look.wake();
		this.look.look(this.lease);
		assertThat(this.lease.isLost()).isFalse();
		assertThat(this.lease.mayPoll()).as("not confirmed").isFalse();
	}

	private OngoingStubbing<Integer> answer() {
		return Mockito.when(this.fenced.look(anyLong(), anyInt(), any()));
	}

	private DatabaseCalls calls() {
		TrackingListener listener = new TrackingListener() {
		};
		return new DatabaseCalls(new DatabaseAvailability(this.time, listener), listener);
	}

}
