package io.operations.autoconfigure;

import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.operations.OperationStatus;
import io.operations.OperationsErrorResponse;
import io.operations.internal.ReadableDuration;
import io.operations.internal.client.BaseUrl;
import io.operations.polling.BackoffPollingSchedule;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.resilience.BudgetStore;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.util.StringUtils;

/**
 * Checks the properties and converts them to settings. The check runs when beans are
 * created and not when properties are bound, so that ahead-of-time processing does not
 * need valid properties.
 */
final class OperationsSettings {

	// No exchange over a network is reliably faster.
	private static final Duration SHORTEST_EXCHANGE = Duration.ofMillis(100);

	private static final Duration SHORTEST_STUCK = Duration.ofMillis(500);

	private OperationsSettings() {
	}

	// Returns null if no base URL is set. The base URL of the product then applies.
	static @Nullable String baseUrl(@Nullable String fromDetails, OperationsProperties properties) {
		String url = (fromDetails != null) ? fromDetails : properties.getBaseUrl();
		if (url == null) {
			return null;
		}
		Placeholders.checkReplaceable("operations.base-url", url);
		try {
			BaseUrl.parse(url, properties.getHttp().isAllowInsecure());
			return url;
		}
		catch (BaseUrl.InsecureBaseUrlException ex) {
			throw OperationsConfigurationException.of("operations.base-url", url, ex.getMessage(),
					"Use https://. Inside a network that you trust, you can set operations.http.allow-insecure=true"
							+ " instead.");
		}
		catch (IllegalArgumentException ex) {
			// The URL may contain a secret, which must not be shown.
			String shown = url.contains("@") ? "******" : url.replaceFirst("[?#].*", "?******");
			throw OperationsConfigurationException.of("operations.base-url", shown, ex.getMessage(),
					"Set it to the origin of the API, for example https://conversations.twilio.com, or remove it to"
							+ " use that of operations.product.");
		}
	}

	static @Nullable String path(OperationsProperties properties) {
		String path = properties.getPath();
		if (path == null) {
			return null;
		}
		Placeholders.check("operations.path", path);
		check(path.startsWith("/") && StringUtils.countOccurrencesOf(path, "{id}") == 1, "operations.path", path,
				"it must begin with a slash and contain {id} exactly once");
		return path;
	}

	/**
	 * Check the further words of the server for each status.
	 * @param prefix the key of the property without the name of a status
	 * @param properties the words by the name of a status
	 * @return the words by status
	 */
	static Map<OperationStatus, Set<String>> statusWords(String prefix, Map<String, Set<String>> properties) {
		Map<OperationStatus, Set<String>> checked = new EnumMap<>(OperationStatus.class);
		Map<String, OperationStatus> known = new HashMap<>();
		properties.forEach((name, words) -> {
			boolean isPlain = name.matches("[A-Za-z0-9_-]+");
			String key = prefix + "." + (isPlain ? name : "[" + OperationsErrorResponse.printable(name) + "]");
			OperationStatus status = OperationStatus.of(name);
			check(name.equalsIgnoreCase(status.name()) && status != OperationStatus.UNKNOWN, key, words,
					"no status has the name '" + name + "'",
					"Use pending, running, completed, failed or cancelled in place of '" + name + "'.");
			check(!words.isEmpty(), key, "", "it must contain a word",
					"Add a word, or remove the property '" + key + "'.");
			words.forEach((word) -> {
				check(StringUtils.hasText(word), key, words, "a word must not be blank",
						"Remove the blank word from the property '" + key + "'.");
				OperationStatus other = OperationStatus.of(word, known);
				check(other == OperationStatus.UNKNOWN || other == status, key, words,
						"the word '" + word + "' already stands for " + other,
						"Remove the word '" + word + "' from the property '" + key + "'.");
				known.put(word.strip().toUpperCase(Locale.ROOT), status);
			});
			checked.computeIfAbsent(status, (each) -> new LinkedHashSet<>()).addAll(words);
		});
		return checked;
	}

	static void checkHttp(OperationsProperties.Http http) {
		check(http.getRedirects() == null || http.getRedirects() == HttpRedirects.DONT_FOLLOW,
				"operations.http.redirects", http.getRedirects(),
				"the client never follows redirects, because it would send the credentials to their targets",
				"Remove the property 'operations.http.redirects'.");
		atLeast(SHORTEST_EXCHANGE, "operations.http.request-timeout", http.getRequestTimeout());
		atLeast(SHORTEST_EXCHANGE, "operations.http.connect-timeout", http.getConnectTimeout());
		atLeast(SHORTEST_EXCHANGE, "operations.http.read-timeout", http.getReadTimeout());
		long size = http.getMaxResponseSize().toBytes();
		check(size >= 1024 && size <= Integer.MAX_VALUE, "operations.http.max-response-size", http.getMaxResponseSize(),
				"it must be from 1KB to 2047MB");
	}

	static RetrySettings retry(OperationsProperties.Retry retry) {
		check(retry.getMaxAttempts() >= 1, "operations.retry.max-attempts", retry.getMaxAttempts(),
				"it must be at least 1, because it includes the first attempt");
		positive("operations.retry.initial-interval", retry.getInitialInterval());
		check(retry.getMultiplier() >= 1, "operations.retry.multiplier", retry.getMultiplier(),
				"it must be at least 1");
		notLessThan("operations.retry.initial-interval", retry.getInitialInterval(), "operations.retry.max-interval",
				retry.getMaxInterval());
		check(retry.getMaxRetryAfter() != null && !retry.getMaxRetryAfter().isNegative(),
				"operations.retry.max-retry-after", retry.getMaxRetryAfter(), "it must not be negative");
		if (!retry.getMaxRetryAfter().isZero()) {
			// The header contains whole seconds.
			atLeast(Duration.ofSeconds(1), "operations.retry.max-retry-after", retry.getMaxRetryAfter());
		}
		for (Integer status : retry.getStatuses()) {
			check(status >= 500 && status <= 599, "operations.retry.statuses", retry.getStatuses(),
					"it can contain only statuses from 500 to 599");
		}
		return new RetrySettings(retry.getMaxAttempts(), retry.getInitialInterval(), retry.getMultiplier(),
				retry.getMaxInterval(), retry.getMaxRetryAfter(), retry.getStatuses());
	}

	static RateLimitSettings rateLimit(OperationsProperties.RateLimit limit) {
		double rate = limit.getRequestsPerSecond();
		check(rate > 0 && rate <= RateLimitSettings.MAXIMUM_RATE, "operations.rate-limit.requests-per-second", rate,
				"it must be more than 0 and at most " + RateLimitSettings.MAXIMUM_RATE);
		check(limit.getMaxInFlight() >= 1, "operations.rate-limit.max-in-flight", limit.getMaxInFlight(),
				"it must be at least 1");
		check(limit.getMaxQueued() >= 1, "operations.rate-limit.max-queued", limit.getMaxQueued(),
				"it must be at least 1");
		return new RateLimitSettings(rate, limit.getMaxInFlight(), limit.getMaxQueued());
	}

	static void checkBudget(OperationsProperties.RateLimit limit, @Nullable BudgetStore budget) {
		check(budget != null || limit.getAcrossInstances() != OperationsProperties.AcrossInstances.JDBC,
				"operations.rate-limit.across-instances", "jdbc",
				"the class path lacks spring-boot-jdbc, or the application has several BudgetStore beans",
				"Add the dependency org.springframework.boot:spring-boot-starter-jdbc, or set"
						+ " operations.rate-limit.across-instances=none.");
	}

	static PollingSettings polling(OperationsProperties.Polling polling) {
		positive("operations.polling.min-interval", polling.getMinInterval());
		notLessThan("operations.polling.min-interval", polling.getMinInterval(), "operations.polling.max-interval",
				polling.getMaxInterval());
		positive("operations.polling.timeout", polling.getTimeout());
		notLessThan("operations.polling.min-interval", polling.getMinInterval(), "operations.polling.timeout",
				polling.getTimeout());
		check(polling.getTimeout().compareTo(PollingSettings.MAXIMUM_TIMEOUT) <= 0, "operations.polling.timeout",
				polling.getTimeout(), "it must be at most 365 days");
		check(polling.getMaxWaits() >= 1, "operations.polling.max-waits", polling.getMaxWaits(),
				"it must be at least 1");
		atLeast(SHORTEST_STUCK, "operations.polling.stuck-after", polling.getStuckAfter());
		check(polling.getPollsPerOperation() > 1, "operations.polling.polls-per-operation",
				polling.getPollsPerOperation(), "it must be more than 1");
		return new PollingSettings(polling.getMinInterval(), polling.getMaxInterval(), polling.getTimeout(),
				polling.getMaxWaits(), polling.getStuckAfter(), polling.getPollsPerOperation());
	}

	static @Nullable PollingSchedule schedule(OperationsProperties.Polling polling) {
		Duration interval = polling.getMinInterval();
		return switch (polling.getSchedule()) {
			case ADAPTIVE -> null;
			case BACKOFF -> new BackoffPollingSchedule(interval, polling.getMaxInterval());
			case FIXED -> (state) -> interval;
		};
	}

	private static void atLeast(Duration least, String key, @Nullable Duration value) {
		positive(key, value);
		if (value != null && value.compareTo(least) < 0) {
			throw OperationsConfigurationException.ofDuration(key, value,
					"it must be at least " + ReadableDuration.setting(least),
					"Otherwise raise it, or remove it to use its default.");
		}
	}

	private static void notLessThan(String leastKey, Duration least, String key, @Nullable Duration value) {
		check(value != null, key, value, "it must be set");
		if (value != null && value.compareTo(least) < 0) {
			throw OperationsConfigurationException.ofDuration(key, value,
					"it must not be less than " + leastKey + " (" + ReadableDuration.setting(least) + ")",
					"Raise '" + key + "', or lower '" + leastKey + "'.");
		}
	}

	private static void positive(String key, @Nullable Duration value) {
		check(value != null && value.compareTo(Duration.ofMillis(1)) >= 0, key, value, "it must be at least 1 ms");
	}

	private static void check(boolean good, String key, @Nullable Object value, String fault) {
		check(good, key, value, fault, "Correct the property '" + key + "', or remove it to use its default.");
	}

	private static void check(boolean good, String key, @Nullable Object value, String fault, String action) {
		if (!good) {
			throw OperationsConfigurationException.of(key, value, fault, action);
		}
	}

}
