package io.operations.core;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationsErrorResponse;
import io.operations.polling.PollingSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.util.Assert;

/**
 * Knows all clients of an application by their names. A client is an
 * {@link OperationsTemplate}: the auto-configured one, one of
 * {@code operations.clients.*}, a bean of the application, or one that the application
 * {@link #register registers} while it runs, for instance for a subaccount.
 * <p>
 * {@link #await(AcceptedOperation)} and {@link #watch(AcceptedOperation)} find the client
 * of an operation by the status URL that the response to the write named, or else by the
 * form of the id.
 * <p>
 * This class is thread-safe.
 *
 * @since 0.1.0
 */
public final class OperationsClients implements AutoCloseable {

	private final Supplier<Map<String, OperationsTemplate>> supplier;

	private volatile @Nullable Map<String, OperationsTemplate> configured;

	private final List<Consumer<OperationsTemplate>> onRegistered = new CopyOnWriteArrayList<>();

	// The monitor of "registered" guards this map and "closed".
	private final Map<String, OperationsTemplate> registered = new LinkedHashMap<>();

	private boolean closed;

	/**
	 * Create the clients.
	 * @param configured supplies the templates, each under its name. This class calls it
	 * when the first client is needed
	 */
	public OperationsClients(Supplier<Map<String, OperationsTemplate>> configured) {
		this.supplier = configured;
	}

	/**
	 * Create the clients outside Spring Boot.
	 * @param templates the templates, each with its own name
	 * @return the clients
	 */
	public static OperationsClients of(OperationsTemplate... templates) {
		Map<String, OperationsTemplate> clients = new LinkedHashMap<>();
		for (OperationsTemplate template : templates) {
			Assert.isTrue(clients.put(template.getName(), template) == null,
					() -> "Two templates have the name '" + template.getName() + "'. Give each its own name.");
		}
		return new OperationsClients(() -> clients);
	}

	/**
	 * Return the client with a name.
	 * @param name the name, for instance that of {@code operations.clients.<name>}; the
	 * auto-configured template has the name {@code operations}
	 * @return the client
	 * @throws IllegalArgumentException if there is no client with this name; the message
	 * lists the names that exist
	 */
	public OperationsTemplate get(String name) {
		OperationsTemplate template = all().get(name);
		if (template == null) {
			throw new IllegalArgumentException("There is no operations client with the name '"
					+ OperationsErrorResponse.printable(name) + "'. The clients are: " + String.join(", ", names())
					+ ". Configure it as operations.clients.<name>, or register its template.");
		}
		return template;
	}

	/**
	 * Return the names of all clients.
	 * @return the names: first the configured ones, then the registered ones
	 */
	public Set<String> names() {
		return Collections.unmodifiableSet(new LinkedHashSet<>(all().keySet()));
	}

	/**
	 * Add a client while the application runs, for instance that of a subaccount. It
	 * stays until it is closed. Closing this object closes it, too.
	 * @param name the name of the template, which its metrics and its health carry
	 * @param template the template
	 * @throws IllegalArgumentException if the template has another name, or if a client
	 * with this name exists
	 * @throws IllegalStateException if this object is closed; the caller then closes the
	 * template
	 */
	public void register(String name, OperationsTemplate template) {
		Assert.isTrue(name.equals(template.getName()),
				() -> "The template has the name '" + template.getName() + "', not '" + name
						+ "'. Build it with OperationsTemplate.Builder.name(\"" + name
						+ "\"), so that its metrics and its health have the same name.");
		Map<String, OperationsTemplate> others = configured();
		synchronized (this.registered) {
			removeClosed();
			Assert.state(!this.closed, () -> "The client '" + name
					+ "' is not registered, because the application closes its clients. Close its template.");
			Assert.isTrue(!others.containsKey(name) && !this.registered.containsKey(name),
					() -> "A client with the name '" + name + "' exists. Close it first, or choose another name.");
			this.registered.put(name, template);
		}
		template.join(this);
		this.onRegistered.forEach((action) -> action.accept(template));
	}

	/**
	 * Add an action that runs after each registration of a client. The library uses it to
	 * add the client to the health endpoint.
	 * @param action receives the template on the thread that registers it
	 */
	public void onRegistered(Consumer<OperationsTemplate> action) {
		this.onRegistered.add(action);
	}

	/**
	 * Wait for the operation that a write started to complete. The client that
	 * {@link #clientOf} finds polls it.
	 * @param accepted the operation as the response to the write describes it
	 * @return the completed operation, or an error as from
	 * {@link OperationsTemplate#await(AcceptedOperation)}; an
	 * {@link IllegalArgumentException} if no client or more than one serves the operation
	 */
	public Mono<Operation> await(AcceptedOperation accepted) {
		return Mono.defer(() -> clientOf(accepted).await(accepted));
	}

	/**
	 * Wait for the operation that a write started to complete. The client that
	 * {@link #clientOf} finds polls it.
	 * @param accepted the operation as the response to the write describes it
	 * @param timeout the time from the subscription to the deadline; positive, at most
	 * 365 days
	 * @return the completed operation, or an error as from
	 * {@link #await(AcceptedOperation)}
	 */
	public Mono<Operation> await(AcceptedOperation accepted, Duration timeout) {
		PollingSettings.checkTimeout(timeout);
		return Mono.defer(() -> clientOf(accepted).await(accepted, timeout));
	}

	/**
	 * Watch the operation that a write started until it ends. The client that
	 * {@link #clientOf} finds polls it.
	 * @param accepted the operation as the response to the write describes it
	 * @return the operation at each change, or an error as from
	 * {@link OperationsTemplate#watch(AcceptedOperation)}; an
	 * {@link IllegalArgumentException} if no client or more than one serves the operation
	 */
	public Flux<Operation> watch(AcceptedOperation accepted) {
		return Flux.defer(() -> clientOf(accepted).watch(accepted));
	}

	/**
	 * Watch the operation that a write started, as {@link #watch(AcceptedOperation)}
	 * does.
	 * @param accepted the operation as the response to the write describes it
	 * @param timeout the time from the subscription to the deadline, including all
	 * queueing; positive, at most 365 days
	 * @return the operation at each change, or an error as from
	 * {@link #watch(AcceptedOperation)}
	 * @throws IllegalArgumentException if the timeout is out of range
	 */
	public Flux<Operation> watch(AcceptedOperation accepted, Duration timeout) {
		PollingSettings.checkTimeout(timeout);
		return Flux.defer(() -> clientOf(accepted).watch(accepted, timeout));
	}

	/**
	 * Return the client whose base URL and path fit the status URL of an operation. A
	 * relative URL fits each client that has the path of the URL. If the operation has no
	 * status URL, it belongs to the only client. If there are several clients, it belongs
	 * to the only one whose product has ids of this form.
	 * @param accepted the operation as the response to the write describes it
	 * @return the client
	 * @throws IllegalArgumentException if no client or more than one serves the
	 * operation; the message names its status URL and the clients
	 */
	public OperationsTemplate clientOf(AcceptedOperation accepted) {
		return new ClientRouting(all()).clientOf(accepted);
	}

	/**
	 * Return the names of the clients that serve an operation.
	 * @param accepted the operation
	 * @return the names
	 */
	List<String> serving(AcceptedOperation accepted) {
		return new ClientRouting(all()).serving(accepted);
	}

	/**
	 * Return all clients.
	 * @return the templates by their names: first the configured ones, then the
	 * registered ones
	 */
	public Map<String, OperationsTemplate> all() {
		Map<String, OperationsTemplate> all = new LinkedHashMap<>(configured());
		synchronized (this.registered) {
			removeClosed();
			all.putAll(this.registered);
		}
		return all;
	}

	private void removeClosed() {
		this.registered.values().removeIf(OperationsTemplate::isClosed);
	}

	private Map<String, OperationsTemplate> configured() {
		Map<String, OperationsTemplate> known = this.configured;
		if (known == null) {
			// This code holds no lock, because the supplier waits for Spring's lock. Two
			// threads find the same templates.
			known = Collections.unmodifiableMap(new LinkedHashMap<>(this.supplier.get()));
			known.values().forEach((template) -> template.join(this));
			this.configured = known;
		}
		return known;
	}

	/**
	 * Return the clients that were registered while the application runs.
	 * @return the templates
	 */
	public List<OperationsTemplate> registered() {
		synchronized (this.registered) {
			removeClosed();
			return List.copyOf(this.registered.values());
		}
	}

	/**
	 * Close the registered clients. Each configured client is closed by its creator.
	 */
	@Override
	public void close() {
		synchronized (this.registered) {
			this.closed = true;
		}
		registered().forEach(OperationsTemplate::close);
	}

}
