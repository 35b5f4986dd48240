package io.operations.test;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Represents a response of the simulator before it is sent.
 *
 * @param status the HTTP status
 * @param headers the headers without {@code Content-Length}
 * @param body the body
 * @param delay how long the response is delayed
 * @param delivery what happens to the response on the connection
 */
record Answer(int status, Map<String, String> headers, String body, Duration delay, Delivery delivery) {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	static Answer json(int status, Map<String, ? extends @Nullable Object> body) {
		return of(status, "application/json", JSON.writeValueAsString(body));
	}

	static Answer problem(int status, Map<String, ? extends @Nullable Object> body) {
		return of(status, "application/problem+json", JSON.writeValueAsString(body));
	}

	static Answer of(int status, String contentType, String body) {
		return new Answer(status, Map.of("Content-Type", contentType), body, Duration.ZERO, Delivery.WHOLE);
	}

	Answer header(String name, String value) {
		Map<String, String> changed = new LinkedHashMap<>(this.headers);
		changed.put(name, value);
		return new Answer(this.status, changed, this.body, this.delay, this.delivery);
	}

	Answer retryAfter(@Nullable Duration retryAfter) {
		return (retryAfter != null) ? header("Retry-After", seconds(retryAfter)) : this;
	}

	static String seconds(Duration time) {
		return Long.toString(time.getSeconds() + ((time.getNano() > 0) ? 1 : 0));
	}

	Answer firstHalf() {
		return new Answer(this.status, this.headers, this.body.substring(0, this.body.length() / 2), this.delay,
				this.delivery);
	}

	Answer delayed(Duration by) {
		return new Answer(this.status, this.headers, this.body, by, this.delivery);
	}

	Answer delivered(Delivery how) {
		return new Answer(this.status, this.headers, this.body, this.delay, how);
	}

	/**
	 * Lists what can happen to a response on the connection.
	 */
	enum Delivery {

		/**
		 * The whole response arrives.
		 */
		WHOLE,

		/**
		 * The headers and half of the body arrive. Then the connection closes.
		 */
		CUT_OFF,

		/**
		 * Nothing arrives, because the connection is reset.
		 */
		DROPPED

	}

}
