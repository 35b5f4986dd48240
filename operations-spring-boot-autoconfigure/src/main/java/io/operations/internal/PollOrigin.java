package io.operations.internal;

import org.jspecify.annotations.Nullable;

/**
 * Marks the Reactor context of a poll, and says where the tracked operation that it polls
 * comes from. The key in the context is this type. The context of a fetch does not
 * contain it.
 *
 * @since 0.1.0
 */
public interface PollOrigin {

	/**
	 * Return the span in which the application began to track the operation.
	 * @return the span; {@code null} if the operation is not tracked or the span was not
	 * sampled
	 */
	@Nullable TraceParent traceParent();

}
