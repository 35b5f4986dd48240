package io.operations.internal.client;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import reactor.core.scheduler.Scheduler;

/**
 * Makes the keys of writes: UUIDs of version 7, which contain the time. Two writes must
 * not get the same key, or the server would drop the second one. {@link UUID#randomUUID}
 * reads from a device and may block, so this class reads only its seed from the device.
 */
final class IdempotencyKeys {

	private static final long VERSION = 0x7000L;

	private static final long VARIANT = 0x8000_0000_0000_0000L;

	private static final int TIME_SHIFT = 16;

	// The constants of SplitMix64, which never repeats a number.
	private static final long GAMMA = 0x9e37_79b9_7f4a_7c15L;

	private final AtomicLong state;

	private final Scheduler scheduler;

	IdempotencyKeys(Scheduler scheduler) {
		this.state = new AtomicLong(ByteBuffer.wrap(new SecureRandom().generateSeed(Long.BYTES)).getLong());
		this.scheduler = scheduler;
	}

	String next() {
		long high = mixed(this.state.addAndGet(GAMMA));
		long low = mixed(this.state.addAndGet(GAMMA));
		long time = this.scheduler.now(TimeUnit.MILLISECONDS) << TIME_SHIFT;
		return new UUID(time | VERSION | (high & 0xfff), VARIANT | (low >>> 2)).toString();
	}

	private static long mixed(long number) {
		long mixed = (number ^ (number >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
		mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
		return mixed ^ (mixed >>> 31);
	}

}
