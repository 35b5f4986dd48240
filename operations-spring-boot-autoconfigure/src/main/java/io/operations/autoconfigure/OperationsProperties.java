package io.operations.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.http.client.autoconfigure.HttpClientSettingsProperties;
import org.springframework.util.unit.DataSize;

/**
 * Configuration properties of the operations client.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("operations")
public class OperationsProperties {

	/**
	 * Whether to configure an operations client.
	 */
	private boolean enabled = true;

	/**
	 * Product whose operations the client reads. It determines the form of the answers,
	 * the base URL and the path.
	 */
	private OperationsProduct product = OperationsProduct.CONVERSATIONS;

	/**
	 * Base URL of the API. The client sends the credentials only to the origin of this
	 * URL. If not set, the base URL of the product applies.
	 */
	private @Nullable String baseUrl;

	/**
	 * Path of an operation below the base URL. It must contain {id} exactly once. If not
	 * set, the path of the product applies.
	 */
	private @Nullable String path;

	/**
	 * Further words of the server for a status (pending, running, completed, failed or
	 * cancelled). Case does not matter.
	 */
	private final Map<String, Set<String>> statusWords = new LinkedHashMap<>();

	/**
	 * Account SID, the user name for the auth token.
	 */
	private @Nullable String accountSid;

	/**
	 * Auth token of the account.
	 */
	private @Nullable String authToken;

	/**
	 * API key SID, the user name for the API key's secret. It takes precedence over the
	 * account SID.
	 */
	private @Nullable String apiKey;

	/**
	 * Secret of the API key.
	 */
	private @Nullable String apiKeySecret;

	@NestedConfigurationProperty
	private final Http http = new Http();

	private final Retry retry = new Retry();

	private final RateLimit rateLimit = new RateLimit();

	@NestedConfigurationProperty
	private final OperationsWritesProperties writes = new OperationsWritesProperties();

	private final Polling polling = new Polling();

	private final Health health = new Health();

	/**
	 * Further clients, for example of another product or account, each under its name. A
	 * client has the same properties as the top level, which provides its defaults. Its
	 * credentials are all its own or all of the top level.
	 */
	private final Map<String, OperationsProperties> clients = new LinkedHashMap<>();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public OperationsProduct getProduct() {
		return this.product;
	}

	public void setProduct(OperationsProduct product) {
		this.product = product;
	}

	public @Nullable String getBaseUrl() {
		return this.baseUrl;
	}

	public void setBaseUrl(@Nullable String baseUrl) {
		this.baseUrl = baseUrl;
	}

	public @Nullable String getPath() {
		return this.path;
	}

	public void setPath(@Nullable String path) {
		this.path = path;
	}

	public Map<String, Set<String>> getStatusWords() {
		return this.statusWords;
	}

	public @Nullable String getAccountSid() {
		return this.accountSid;
	}

	public void setAccountSid(@Nullable String accountSid) {
		this.accountSid = accountSid;
	}

	public @Nullable String getAuthToken() {
		return this.authToken;
	}

	public void setAuthToken(@Nullable String authToken) {
		this.authToken = authToken;
	}

	public @Nullable String getApiKey() {
		return this.apiKey;
	}

	public void setApiKey(@Nullable String apiKey) {
		this.apiKey = apiKey;
	}

	public @Nullable String getApiKeySecret() {
		return this.apiKeySecret;
	}

	public void setApiKeySecret(@Nullable String apiKeySecret) {
		this.apiKeySecret = apiKeySecret;
	}

	public Http getHttp() {
		return this.http;
	}

	public Retry getRetry() {
		return this.retry;
	}

	public RateLimit getRateLimit() {
		return this.rateLimit;
	}

	public OperationsWritesProperties getWrites() {
		return this.writes;
	}

	public Polling getPolling() {
		return this.polling;
	}

	public Health getHealth() {
		return this.health;
	}

	/**
	 * Return the properties of the further clients. Spring Boot binds each on top of a
	 * copy of the properties of the top level. The copy has no credentials, and no base
	 * URL and path if the product differs.
	 * @return the properties, each under the name of its client
	 */
	public Map<String, OperationsProperties> getClients() {
		return this.clients;
	}

	/**
	 * Properties of the HTTP client.
	 */
	public static final class Http extends HttpClientSettingsProperties {

		/**
		 * Maximum duration of one request. A request of a fetch or poll ends after it,
		 * even if the response is not complete. A request through operationsWebClient
		 * ends if no headers have arrived after it. After the headers, it limits how long
		 * the body of a write may take, and how long a read may send no data.
		 */
		private Duration requestTimeout = Duration.ofSeconds(15);

		/**
		 * Maximum size of a response body. A larger response is an error.
		 */
		private DataSize maxResponseSize = DataSize.ofKilobytes(256);

		/**
		 * Whether to allow http:// for a host other than this one. The client then sends
		 * the credentials unencrypted.
		 */
		private boolean allowInsecure;

		/**
		 * Create the properties with the defaults of an operations client.
		 */
		public Http() {
			setConnectTimeout(Duration.ofSeconds(5));
			setReadTimeout(Duration.ofSeconds(10));
		}

		public Duration getRequestTimeout() {
			return this.requestTimeout;
		}

		public void setRequestTimeout(Duration requestTimeout) {
			this.requestTimeout = requestTimeout;
		}

		public DataSize getMaxResponseSize() {
			return this.maxResponseSize;
		}

		public void setMaxResponseSize(DataSize maxResponseSize) {
			this.maxResponseSize = maxResponseSize;
		}

		public boolean isAllowInsecure() {
			return this.allowInsecure;
		}

		public void setAllowInsecure(boolean allowInsecure) {
			this.allowInsecure = allowInsecure;
		}

	}

	/**
	 * Properties of the retries of fetches and writes. Polls are not retried: the next
	 * poll of the same operation is the retry.
	 */
	public static class Retry {

		/**
		 * Whether to retry a fetch or a write when the server throttles it or is
		 * unavailable. Waits continue to poll in any case.
		 */
		private boolean enabled = true;

		/**
		 * Maximum number of attempts of a fetch or a write, including the first.
		 */
		private int maxAttempts = 3;

		/**
		 * Delay before the second attempt. Also the first pause of all calls when the
		 * account is full and a 429 has no Retry-After.
		 */
		private Duration initialInterval = Duration.ofMillis(200);

		/**
		 * Factor by which the delay grows from one attempt to the next.
		 */
		private double multiplier = 2;

		/**
		 * Maximum delay between two attempts when the server sends no Retry-After.
		 */
		private Duration maxInterval = Duration.ofSeconds(5);

		/**
		 * Maximum Retry-After that a fetch or a write waits for. A longer one ends it at
		 * once with an error.
		 */
		private Duration maxRetryAfter = Duration.ofSeconds(60);

		/**
		 * HTTP statuses from 500 to 599 to retry, in addition to 502, 503 and 504.
		 */
		private Set<Integer> statuses = new LinkedHashSet<>();

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public int getMaxAttempts() {
			return this.maxAttempts;
		}

		public void setMaxAttempts(int maxAttempts) {
			this.maxAttempts = maxAttempts;
		}

		public Duration getInitialInterval() {
			return this.initialInterval;
		}

		public void setInitialInterval(Duration initialInterval) {
			this.initialInterval = initialInterval;
		}

		public double getMultiplier() {
			return this.multiplier;
		}

		public void setMultiplier(double multiplier) {
			this.multiplier = multiplier;
		}

		public Duration getMaxInterval() {
			return this.maxInterval;
		}

		public void setMaxInterval(Duration maxInterval) {
			this.maxInterval = maxInterval;
		}

		public Duration getMaxRetryAfter() {
			return this.maxRetryAfter;
		}

		public void setMaxRetryAfter(Duration maxRetryAfter) {
			this.maxRetryAfter = maxRetryAfter;
		}

		public Set<Integer> getStatuses() {
			return this.statuses;
		}

		public void setStatuses(Set<Integer> statuses) {
			this.statuses = statuses;
		}

	}

	/**
	 * Properties that keep the client within the account's limits.
	 */
	public static class RateLimit {

		/**
		 * Maximum number of requests per second. The client spreads them evenly, without
		 * bursts.
		 */
		private double requestsPerSecond = 20;

		/**
		 * Maximum number of requests in flight. When the account is full, the client
		 * works with a lower limit, and raises it again after successful requests.
		 */
		private int maxInFlight = 16;

		/**
		 * Maximum number of queued fetches and writes. The client refuses further ones.
		 * The same maximum applies to fetches and writes that wait for their next
		 * attempt: further ones fail at once.
		 */
		private int maxQueued = 10_000;

		/**
		 * Whether requests-per-second is the rate of all instances together. Auto shares
		 * the rate if operations.tracking.store is jdbc, and otherwise gives each
		 * instance the whole rate. Jdbc shares it in the database that tracked operations
		 * would use, also if the application tracks none.
		 */
		private AcrossInstances acrossInstances = AcrossInstances.AUTO;

		/**
		 * Name of the client whose rate limit this client shares, with its requests in
		 * flight, its queue and its pauses. Clients of one account share one rate. The
		 * name operations stands for the properties of the top level. The owner can also
		 * be an OperationsTemplate bean, by its client name. Only for clients in
		 * operations.clients.
		 */
		private @Nullable String sharedWith;

		public double getRequestsPerSecond() {
			return this.requestsPerSecond;
		}

		public void setRequestsPerSecond(double requestsPerSecond) {
			this.requestsPerSecond = requestsPerSecond;
		}

		public int getMaxInFlight() {
			return this.maxInFlight;
		}

		public void setMaxInFlight(int maxInFlight) {
			this.maxInFlight = maxInFlight;
		}

		public int getMaxQueued() {
			return this.maxQueued;
		}

		public void setMaxQueued(int maxQueued) {
			this.maxQueued = maxQueued;
		}

		public AcrossInstances getAcrossInstances() {
			return this.acrossInstances;
		}

		public @Nullable String getSharedWith() {
			return this.sharedWith;
		}

		public void setSharedWith(@Nullable String sharedWith) {
			this.sharedWith = sharedWith;
		}

		public void setAcrossInstances(AcrossInstances acrossInstances) {
			this.acrossInstances = acrossInstances;
		}

	}

	/**
	 * How instances share the rate.
	 */
	public enum AcrossInstances {

		/**
		 * Share the rate if tracked operations are kept in a database.
		 */
		AUTO,

		/**
		 * Give each instance the whole rate.
		 */
		NONE,

		/**
		 * Share the rate in a database.
		 */
		JDBC

	}

	/**
	 * Properties of the polls and waits.
	 */
	public static class Polling {

		/**
		 * Schedule of the polls. The adaptive schedule learns how long operations take
		 * and polls them shortly before they are expected to finish. The backoff schedule
		 * waits a fifth of the operation's age between polls. The fixed schedule polls at
		 * the minimum interval.
		 */
		private Schedule schedule = Schedule.ADAPTIVE;

		/**
		 * Maximum average number of polls per operation in the adaptive schedule. The
		 * schedule spends fewer polls when the rate limit requires it.
		 */
		private double pollsPerOperation = 8;

		/**
		 * Age at which an operation counts as stuck. It applies until the client has seen
		 * enough operations of the same kind to know how long they usually take.
		 */
		private Duration stuckAfter = Duration.ofMinutes(5);

		/**
		 * Minimum interval between two polls of an operation.
		 */
		private Duration minInterval = Duration.ofMillis(500);

		/**
		 * Maximum interval between two polls of an operation.
		 */
		private Duration maxInterval = Duration.ofSeconds(30);

		/**
		 * Timeout of a wait when the caller specifies none.
		 */
		private Duration timeout = Duration.ofMinutes(10);

		/**
		 * Maximum number of concurrent waits. The client refuses further waits.
		 */
		private int maxWaits = 100_000;

		public Schedule getSchedule() {
			return this.schedule;
		}

		public void setSchedule(Schedule schedule) {
			this.schedule = schedule;
		}

		public double getPollsPerOperation() {
			return this.pollsPerOperation;
		}

		public void setPollsPerOperation(double pollsPerOperation) {
			this.pollsPerOperation = pollsPerOperation;
		}

		public Duration getStuckAfter() {
			return this.stuckAfter;
		}

		public void setStuckAfter(Duration stuckAfter) {
			this.stuckAfter = stuckAfter;
		}

		public Duration getMinInterval() {
			return this.minInterval;
		}

		public void setMinInterval(Duration minInterval) {
			this.minInterval = minInterval;
		}

		public Duration getMaxInterval() {
			return this.maxInterval;
		}

		public void setMaxInterval(Duration maxInterval) {
			this.maxInterval = maxInterval;
		}

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

		public int getMaxWaits() {
			return this.maxWaits;
		}

		public void setMaxWaits(int maxWaits) {
			this.maxWaits = maxWaits;
		}

		/**
		 * Schedules of the polls.
		 */
		public enum Schedule {

			/**
			 * Learns how long operations take and polls them shortly before they are
			 * expected to finish.
			 */
			ADAPTIVE,

			/**
			 * Waits a fifth of the operation's age between polls.
			 */
			BACKOFF,

			/**
			 * Polls at the minimum interval.
			 */
			FIXED

		}

	}

	/**
	 * Properties of the health indicator.
	 */
	public static class Health {

		/**
		 * Mode of the health check. The passive mode reports the results of recent calls
		 * and sends no request. In the probe mode, each check fetches an operation that
		 * does not exist.
		 */
		private Mode mode = Mode.PASSIVE;

		public Mode getMode() {
			return this.mode;
		}

		public void setMode(Mode mode) {
			this.mode = mode;
		}

		/**
		 * Modes of the health check.
		 */
		public enum Mode {

			/**
			 * Reports the results of recent calls and sends no request.
			 */
			PASSIVE,

			/**
			 * Each check fetches an operation that does not exist.
			 */
			PROBE

		}

	}

}
