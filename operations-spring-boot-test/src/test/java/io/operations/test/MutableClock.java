package io.operations.test;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A clock that a test moves.
 */
final class MutableClock implements InstantSource {

	private static final Instant START = Instant.parse("2025-01-05T10:30:00Z");

	private volatile Instant now = START;

	@Override
	public Instant instant() {
		return this.now;
	}

	void advance(Duration duration) {
		this.now = this.now.plus(duration);
	}

	void reset() {
		this.now = START;
	}

}
