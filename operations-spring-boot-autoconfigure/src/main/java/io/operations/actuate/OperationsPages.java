package io.operations.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.operations.actuate.PageCursor.Order;
import io.operations.actuate.PageCursor.Section;
import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

/**
 * Reads a page of the waits and the tracked operations of a client.
 */
final class OperationsPages {

	// Of operations with the same time, waits come first, as in the cursor.
	private static final Comparator<Item> ORDER = Comparator.comparing(Item::time).thenComparing(Item::section);

	private final TrackerCalls calls;

	private final OperationTracker tracker;

	private final OperationPolls polls;

	private final OperationsQuery query;

	private final OperationsReader.Rows rows;

	/**
	 * Create the pages.
	 * @param calls waits for the answers of the tracker
	 * @param tracker the tracker of the client
	 * @param polls the polls of the client
	 * @param query the operations of the page
	 * @param rows describes the operations
	 */
	OperationsPages(TrackerCalls calls, OperationTracker tracker, OperationPolls polls, OperationsQuery query,
			OperationsReader.Rows rows) {
		this.calls = calls;
		this.tracker = tracker;
		this.polls = polls;
		this.query = query;
		this.rows = rows;
	}

	/**
	 * Read the page.
	 * @param instance the name of this instance
	 * @param holder the name of the instance that polls the tracked operations,
	 * {@code null} if it is unknown
	 * @return the page
	 */
	OperationsPage read(String instance, @Nullable String holder) {
		if (this.query.order() == Order.NEXT_POLL) {
			this.query.checkNextPoll(instance, holder);
		}
		if (this.query.size() == 0) {
			return new OperationsPage(List.of(), null);
		}
		// One operation more than the page holds shows whether another page follows.
		int limit = this.query.size() + 1;
		List<Item> found = (this.query.order() == Order.NEXT_POLL) ? byNextPoll(limit) : byAge(limit);
		List<Item> page = found.subList(0, Math.min(this.query.size(), found.size()));
		return new OperationsPage(rows(page),
				(found.size() > page.size()) ? page.get(page.size() - 1).cursor(this.query.order()).encode() : null);
	}

	private List<Item> byAge(int limit) {
		List<Item> items = waits(limit, Item::since);
		items.addAll(tracked(Section.OPEN, limit));
		items.sort(ORDER);
		if (items.size() < limit) {
			items.addAll(tracked(Section.DELIVERED, limit - items.size()));
		}
		return items;
	}

	private List<Item> byNextPoll(int limit) {
		List<Item> items = waits(limit, Item::nextDue);
		if (!this.query.states(Section.OPEN).isEmpty()) {
			this.polls.poller()
				.held()
				.next(this.query.held(limit))
				.forEach((id, due) -> items.add(new Item(due, Section.OPEN, id, null)));
		}
		items.sort(ORDER);
		return items;
	}

	private List<Item> waits(int limit, Function<OperationDescriptor, Instant> time) {
		List<Item> items = new ArrayList<>();
		if (this.query.hasWaits()) {
			this.polls.poller().waits().list().list(this.query.waits(limit)).forEach((wait) -> {
				OperationDescriptor row = this.rows.row(wait);
				items.add(new Item(time.apply(row), Section.WAITS, row.id(), row));
			});
		}
		return items;
	}

	private List<Item> tracked(Section section, int limit) {
		return this.query.states(section).isEmpty() ? List.of()
				: read(this.query.tracked(section, limit)).stream()
					.map((operation) -> new Item(operation.since(), section, operation.id(), this.rows.row(operation)))
					.toList();
	}

	private List<TrackedOperation> read(TrackingFilter filter) {
		return this.calls.await(this.tracker.stream(filter).collectList());
	}

	// Without the operations that have ended or left since their ids were read.
	private List<OperationDescriptor> rows(List<Item> page) {
		List<String> missing = page.stream().filter((item) -> item.row() == null).map(Item::id).toList();
		Map<String, OperationDescriptor> read = new HashMap<>();
		if (!missing.isEmpty()) {
			read(TrackingFilter.of(TrackingState.TRACKED).withIds(missing.stream().collect(Collectors.toSet())))
				.forEach((operation) -> read.put(operation.id(), this.rows.row(operation)));
		}
		return page.stream()
			.map((item) -> (item.row() != null) ? item.row() : read.get(item.id()))
			.filter(Objects::nonNull)
			.toList();
	}

	/**
	 * An operation of a page.
	 *
	 * @param time the time by which the page is ordered
	 * @param section the section that the operation is in
	 * @param id the operation's id
	 * @param row the description of the operation, {@code null} until it is read
	 */
	private record Item(Instant time, Section section, String id, @Nullable OperationDescriptor row) {

		static Instant since(OperationDescriptor row) {
			return row.since();
		}

		static Instant nextDue(OperationDescriptor row) {
			return Objects.requireNonNullElse(row.nextDue(), Instant.MAX);
		}

		PageCursor cursor(Order order) {
			return new PageCursor(order, this.section, this.time, this.id);
		}

	}

}
