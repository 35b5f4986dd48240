package io.operations.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

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
	 * Base URL of the product's API. Credentials are sent to its origin alone.
	 */
	private String baseUrl = "https://conversations.twilio.com";

	/**
	 * Path of an operation, with {id} once in it.
	 */
	private String path = "/v2/ControlPlane/Operations/{id}";

	/**
	 * Account SID, the user name that goes with the auth token.
	 */
	private @Nullable String accountSid;

	/**
	 * Auth token of the account.
	 */
	private @Nullable String authToken;

	/**
	 * API key SID, the user name that goes with the API key's secret. Wins over the
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

	private final Polling polling = new Polling();

	private final Health health = new Health();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public String getBaseUrl() {
		return this.baseUrl;
	}

	public void setBaseUrl(String baseUrl) {
		this.baseUrl = baseUrl;
	}

	public String getPath() {
		return this.path;
	}

	public void setPath(String path) {
		this.path = path;
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

	public Polling getPolling() {
		return this.polling;
	}

	public Health getHealth() {
		return this.health;
	}

	/**
	 * The HTTP client.
	 */
	public static final class Http extends HttpClientSettingsProperties {

		/**
		 * Time that a whole exchange may take, from the request to the last byte of the
		 * answer.
		 */
		private Duration requestTimeout = Duration.ofSeconds(15);

		/**
		 * Size of the largest answer that is read.
		 */
		private DataSize maxResponseSize = DataSize.ofKilobytes(256);

		/**
		 * Whether http:// may be spoken to another host than this one.
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
	 * The repeating of fetches.
	 */
	public static class Retry {

		/**
		 * Whether to repeat a fetch that was throttled or met an unavailable endpoint.
		 */
		private boolean enabled = true;

		/**
		 * How often a fetch is tried, the first time included.
		 */
		private int maxAttempts = 3;

		/**
		 * Wait before the second attempt, and pause of all calls after a 429 without
		 * Retry-After.
		 */
		private Duration initialInterval = Duration.ofMillis(200);

		/**
		 * Growth of the wait from one attempt to the next.
		 */
		private double multiplier = 2;

		/**
		 * Longest wait between two attempts where the server names none.
		 */
		private Duration maxInterval = Duration.ofSeconds(5);

		/**
		 * Longest Retry-After that a fetch waits for. Told a longer one it fails at once.
		 */
		private Duration maxRetryAfter = Duration.ofSeconds(60);

		/**
		 * HTTP statuses of 5xx to repeat besides 502, 503 and 504.
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
	 * The bounds of what an account is asked.
	 */
	public static class RateLimit {

		/**
		 * Requests sent in a second, spread evenly over it.
		 */
		private double requestsPerSecond = 20;

		/**
		 * Requests under way at once.
		 */
		private int maxInFlight = 16;

		/**
		 * Fetches that may wait for their turn. Further ones are refused. As many may
		 * wait for their next attempt, further ones fail at once.
		 */
		private int maxQueued = 10_000;

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

	}

	/**
	 * The waiting for operations.
	 */
	public static class Polling {

		/**
		 * How polls are planned. Adaptive learns how long operations take and asks when
		 * they are about to end, backoff asks at a fifth of their age, fixed at the
		 * shortest interval.
		 */
		private Schedule schedule = Schedule.ADAPTIVE;

		/**
		 * Polls that an operation may cost on average while the account allows more.
		 */
		private double pollsPerOperation = 8;

		/**
		 * Age from which on an operation counts as stuck, where too few of its kind were
		 * seen to say what is usual.
		 */
		private Duration stuckAfter = Duration.ofMinutes(5);

		/**
		 * Shortest interval between two polls of an operation.
		 */
		private Duration minInterval = Duration.ofMillis(500);

		/**
		 * Longest interval between two polls of an operation.
		 */
		private Duration maxInterval = Duration.ofSeconds(30);

		/**
		 * How long to wait for an operation, unless the caller says otherwise.
		 */
		private Duration timeout = Duration.ofMinutes(10);

		/**
		 * How many may wait at once. Further ones are refused.
		 */
		private int maxWaiting = 100_000;

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

		public int getMaxWaiting() {
			return this.maxWaiting;
		}

		public void setMaxWaiting(int maxWaiting) {
			this.maxWaiting = maxWaiting;
		}

		/**
		 * How polls are planned.
		 */
		public enum Schedule {

			/**
			 * By what was learned of how long operations take.
			 */
			ADAPTIVE,

			/**
			 * At a fifth of the operation's age.
			 */
			BACKOFF,

			/**
			 * At the shortest interval.
			 */
			FIXED

		}

	}

	/**
	 * The health indicator.
	 */
	public static class Health {

		/**
		 * How health is found out. In passive mode by what recent calls showed, in probe
		 * mode by a call that asks for an operation that does not exist.
		 */
		private Mode mode = Mode.PASSIVE;

		public Mode getMode() {
			return this.mode;
		}

		public void setMode(Mode mode) {
			this.mode = mode;
		}

		/**
		 * How health is found out.
		 */
		public enum Mode {

			/**
			 * By what recent calls showed.
			 */
			PASSIVE,

			/**
			 * By a call of its own.
			 */
			PROBE

		}

	}

}
