package io.operations.actuate;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import io.operations.OperationsActivity;
import io.operations.OperationsListener;

/**
 * Collects the current activity of each client for the {@link OperationsEndpoint}.
 *
 * @since 0.1.0
 */
public final class OperationsActivities implements OperationsListener {

	private final Map<String, OperationsActivity> activities = new ConcurrentHashMap<>();

	@Override
	public void opened(String client, OperationsActivity activity) {
		this.activities.put(client, activity);
	}

	@Override
	public void closed(String client) {
		this.activities.remove(client);
	}

	Map<String, AccountDescriptor> describe() {
		Map<String, AccountDescriptor> accounts = new TreeMap<>();
		this.activities.forEach((client, activity) -> accounts.put(client, AccountDescriptor.of(activity)));
		return accounts;
	}

}
