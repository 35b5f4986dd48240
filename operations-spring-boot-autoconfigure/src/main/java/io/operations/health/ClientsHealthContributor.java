package io.operations.health;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthContributors;

/**
 * Reports the health of each client of an application under the client's name, also of
 * clients that the application registers while it runs.
 *
 * @since 0.1.0
 */
public final class ClientsHealthContributor implements CompositeReactiveHealthContributor {

	private final Map<OperationsTemplate, OperationsHealthIndicator> indicators = new ConcurrentHashMap<>();

	private final OperationsClients clients;

	private final OperationsHealthListener listener;

	private final Predicate<String> probes;

	/**
	 * Create the contributor.
	 * @param clients the clients of the application
	 * @param listener the listener that records the results of the clients' calls
	 * @param probes whether each check of a client sends a request, by the client's name
	 */
	public ClientsHealthContributor(OperationsClients clients, OperationsHealthListener listener,
			Predicate<String> probes) {
		this.clients = clients;
		this.listener = listener;
		this.probes = probes;
	}

	@Override
	public @Nullable ReactiveHealthContributor getContributor(String name) {
		return this.clients.names().contains(name) ? indicator(name) : null;
	}

	@Override
	public Stream<ReactiveHealthContributors.Entry> stream() {
		// Removes the clients that have been closed in the meantime.
		this.indicators.keySet().removeIf((template) -> !this.clients.names().contains(template.getName()));
		return this.clients.names().stream().map((name) -> new ReactiveHealthContributors.Entry(name, indicator(name)));
	}

	/**
	 * Return the health indicator of a client.
	 * @param name the name of the client
	 * @return its indicator
	 */
	public OperationsHealthIndicator indicator(String name) {
		return this.indicators.computeIfAbsent(this.clients.get(name),
				(template) -> new OperationsHealthIndicator(template, this.listener, this.probes.test(name)));
	}

}
