package io.operations.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import io.operations.internal.polling.ListedWait;
import io.operations.internal.polling.OperationPolls;
import io.operations.polling.LearnedDurations;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.Sanitizer;

/**
 * Reads the waits of this instance and the tracked operations of the store.
 */
final class OperationsReader {

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
		OperationPolls polls = all.get(name);
		if (polls == null) {
			throw EndpointParameters.unknownClient(name, all.keySet());
		}
		TrackingDescriptor tracking = null;
		String holder = null;
		String fault = null;
		try {
			TrackingSummary summary = this.calls.summary(polls, tracker);
			holder = this.calls.awaitAny(this.holders.apply(name));
			tracking = TrackingDescriptor.of(summary);
		}
		catch (RuntimeException ex) {
			if (query.needsStore()) {
				throw ex;
			}
			// The waits, the pauses and the outages are in memory.
			fault = TrackerCalls.fault(ex);
		}
		Map<String, LearnedDurations> learned = polls.learned();
		OperationsPage page = new OperationsPages(this.calls, tracker, polls, query,
				new Rows(polls, learned, this.sanitizer, showsValues))
			.read(this.instance, holder);
		return new OperationsDescriptor(polls.now(), this.instance, holder, this.access, name, all.keySet(),
				this.activities.describe(), (query.size() > 0) ? withoutPoints(learned) : learned, tracking, fault,
				page.operations(), page.next());
	}

	// The points of many kinds are larger than a page of operations.
	private static Map<String, LearnedDurations> withoutPoints(Map<String, LearnedDurations> learned) {
		Map<String, LearnedDurations> shorter = new LinkedHashMap<>();
		learned.forEach((kind, each) -> shorter.put(kind,
				new LearnedDurations(each.ends(), each.median(), each.upperQuantile(), each.polls(), each.lag())));
		return shorter;
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
		Map<String, LearnedDurations> learned = learned(found.client());
		// Of a wait, this instance has the history.
		String holder = (found.state() != OperationDescriptor.State.AWAITED)
				? this.calls.awaitAny(this.holders.apply(found.client())) : null;
		return this.details.describe(found, learned, this.instance.equals(holder) ? null : holder, showsValues);
	}

	// The client may have left meanwhile.
	private Map<String, LearnedDurations> learned(String client) {
		OperationPolls polls = this.calls.clients().get(client);
		return (polls != null) ? polls.learned() : Map.of();
	}

	private @Nullable OperationDescriptor find(@Nullable String client, String id, boolean showsValues) {
		EndpointParameters.checkText("id", id);
		OperationTracker tracker = this.calls.tracker(client);
		Map<String, OperationPolls> all = this.calls.clients();
		TrackedOperation found;
		try {
			found = this.calls.awaitAny(tracker.find(id));
		}
		catch (RuntimeException ex) {
			OperationDescriptor awaited = findWait(all, client, id, showsValues);
			if (awaited == null) {
				throw ex;
			}
			return awaited;
		}
		if (found != null) {
			// The client may have left meanwhile.
			OperationPolls polls = all.getOrDefault(found.client(), all.values().iterator().next());
			return new Rows(polls, learned(found.client()), this.sanitizer, showsValues).row(found);
		}
		return findWait(all, client, id, showsValues);
	}

	private @Nullable OperationDescriptor findWait(Map<String, OperationPolls> all, @Nullable String client, String id,
			boolean showsValues) {
		for (Map.Entry<String, OperationPolls> each : all.entrySet()) {
			if (client == null || client.equals(each.getKey())) {
				OperationPolls polls = each.getValue();
				ListedWait wait = polls.poller().waits().list().find(id);
				if (wait != null) {
					return new Rows(polls, polls.learned(), this.sanitizer, showsValues).row(wait);
				}
			}
		}
		return null;
	}

	/**
	 * Describes operations of a client.
	 *
	 * @param polls the polls of the client
	 * @param learned the learned durations of its operations, by kind
	 * @param sanitizer filters the values to show
	 * @param showsValues whether to show the values of attributes
	 */
	record Rows(OperationPolls polls, Map<String, LearnedDurations> learned, Sanitizer sanitizer, boolean showsValues) {

		OperationDescriptor row(ListedWait wait) {
			return OperationDescriptor.of(this.polls.client(), wait, DetailsReader.expected(wait.kind(), this.learned),
					this.polls.now(), this.sanitizer, this.showsValues);
		}

		OperationDescriptor row(TrackedOperation operation) {
			int waits = this.polls.poller().waits().list().callers(operation.id());
			return OperationDescriptor.of(operation, waits, DetailsReader.expected(operation.kind(), this.learned),
					this.polls.now(), this.sanitizer, this.showsValues);
		}

	}

}
