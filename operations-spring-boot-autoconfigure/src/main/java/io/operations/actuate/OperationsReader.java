package io.operations.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import io.operations.internal.polling.ListedWait;
import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.Sanitizer;

/**
 * Reads the waits of this instance and the tracked operations of the store.
 */
final class OperationsReader {

	// Of operations with the same time, waits come first, as in the cursor.
	private static final Comparator<Item> AGE = Comparator.comparing(Item::time).thenComparing(Item::section);

	private final TrackerCalls calls;

	private final OperationsActivities activities;

	private final Sanitizer sanitizer;

	private final String instance;

	private final Function<String, Mono<String>> holders;

	private final String access;

	private final DetailsReader details;

	/**
	 * Create the reader.
	 * @param calls calls the tracker
	 * @param activities the activities of the clients
	 * @param sanitizer filters the values to show
	 * @param instance the name of this instance
	 * @param holders returns the name of the instance that polls the tracked operations
	 * of a client, empty if it is unknown
	 * @param access whether the endpoint also acts on operations
	 * @param details adds the history to an operation
	 */
	OperationsReader(TrackerCalls calls, OperationsActivities activities, Sanitizer sanitizer, String instance,
			Function<String, Mono<String>> holders, String access, DetailsReader details) {
		this.calls = calls;
		this.activities = activities;
		this.sanitizer = sanitizer;
		this.instance = instance;
		this.holders = holders;
		this.access = access;
		this.details = details;
	}

	/**
	 * Return the state of all operations of a client, and a page of them.
	 * @param client the name of the client, {@code null} for the default client
	 * @param query the operations of the page
	 * @param showsValues whether to show the values of attributes
	 * @return the state, and the page
	 */
	OperationsDescriptor read(@Nullable String client, OperationsQuery query, boolean showsValues) {
		Map<String, OperationPolls> all = this.calls.clients();
		String name = (client != null) ? client : all.keySet().iterator().next();
		OperationTracker tracker = this.calls.tracker((all.size() > 1) ? name : client);
		OperationPolls polls = Objects.requireNonNull(all.get(name), "The client has left.");
		TrackingDescriptor tracking = TrackingDescriptor.of(this.calls.await(tracker.summary()));
		String holder = this.calls.awaitAny(this.holders.apply(name));
		List<Item> found = (query.size() > 0) ? find(name, query, tracker, polls, showsValues) : List.of();
		List<Item> page = found.subList(0, Math.min(query.size(), found.size()));
		String next = (found.size() > page.size()) ? page.get(page.size() - 1).cursor(query.order()).encode() : null;
		return new OperationsDescriptor(polls.now(), this.instance, holder, this.access, name, all.keySet(),
				this.activities.describe(), polls.learned(), tracking, page.stream().map(Item::row).toList(), next);
	}

	// One operation more than the page holds shows whether another page follows.
	private List<Item> find(String client, OperationsQuery query, OperationTracker tracker, OperationPolls polls,
			boolean showsValues) {
		int limit = query.size() + 1;
		Instant now = polls.now();
		List<Item> items = new ArrayList<>();
		if (query.hasWaits()) {
			polls.poller()
				.waits()
				.list()
				.list(query.waits(limit))
				.forEach((wait) -> items.add(item(client, wait, now, showsValues)));
		}
		items.addAll(tracked(PageCursor.Section.OPEN, query, limit, tracker, polls, showsValues));
		items.sort(AGE);
		if (items.size() < limit) {
			items.addAll(
					tracked(PageCursor.Section.DELIVERED, query, limit - items.size(), tracker, polls, showsValues));
		}
		return items.subList(0, Math.min(limit, items.size()));
	}

	private List<Item> tracked(PageCursor.Section section, OperationsQuery query, int limit, OperationTracker tracker,
			OperationPolls polls, boolean showsValues) {
		if (query.states(section).isEmpty()) {
			return List.of();
		}
		Instant now = polls.now();
		return this.calls.await(tracker.stream(query.tracked(section, limit)).collectList())
			.stream()
			.map((operation) -> new Item(operation.since(), section, describe(operation, polls, now, showsValues)))
			.toList();
	}

	private Item item(String client, ListedWait wait, Instant now, boolean showsValues) {
		return new Item(wait.since(), PageCursor.Section.WAITS,
				OperationDescriptor.of(client, wait, now, this.sanitizer, showsValues));
	}

	private OperationDescriptor describe(TrackedOperation operation, @Nullable OperationPolls polls, Instant now,
			boolean showsValues) {
		int waits = (polls != null) ? polls.poller().waits().list().callers(operation.id()) : 0;
		return OperationDescriptor.of(operation, waits, now, this.sanitizer, showsValues);
	}

	/**
	 * Return an operation with its history: the tracked one, otherwise the wait for it.
	 * @param client the name of the client, {@code null} for the first one that has an
	 * operation of this id
	 * @param id the operation's id
	 * @param showsValues whether to show the values of attributes
	 * @return the operation, {@code null} if it is neither tracked nor awaited
	 */
	@Nullable OperationDetails read(@Nullable String client, String id, boolean showsValues) {
		OperationDescriptor found = find(client, id, showsValues);
		if (found == null) {
			return null;
		}
		OperationPolls polls = this.calls.clients().get(found.client());
		String holder = this.calls.awaitAny(this.holders.apply(found.client()));
		return this.details.describe(found, (polls != null) ? polls.learned() : Map.of(),
				this.instance.equals(holder) ? null : holder, showsValues);
	}

	private @Nullable OperationDescriptor find(@Nullable String client, String id, boolean showsValues) {
		OperationsQuery.checkText("id", id);
		TrackedOperation found = this.calls.awaitAny(this.calls.tracker(client).find(id));
		Map<String, OperationPolls> all = this.calls.clients();
		Instant now = all.values().iterator().next().now();
		if (found != null) {
			return describe(found, all.get(found.client()), now, showsValues);
		}
		for (Map.Entry<String, OperationPolls> each : all.entrySet()) {
			ListedWait wait = (client == null || client.equals(each.getKey()))
					? each.getValue().poller().waits().list().find(id) : null;
			if (wait != null) {
				return OperationDescriptor.of(each.getKey(), wait, now, this.sanitizer, showsValues);
			}
		}
		return null;
	}

	/**
	 * An operation of a page.
	 *
	 * @param time the time by which the page is ordered
	 * @param section the section that the operation is in
	 * @param row the description of the operation
	 */
	private record Item(Instant time, PageCursor.Section section, OperationDescriptor row) {

		PageCursor cursor(PageCursor.Order order) {
			return new PageCursor(order, this.section, this.time, this.row.id());
		}

	}

}
