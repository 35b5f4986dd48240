package io.operations;

import org.springframework.core.Ordered;

/**
 * Adds an application's own behavior to each request for an operation. It wraps each
 * attempt of a fetch and each poll, but not the retries of a fetch as a whole. A template
 * calls {@link #decorate} once, when the template is built. A decorated fetcher may fail
 * with an {@link OperationsException}, which the template treats like one of its own. The
 * template treats any other exception as permanent, so that it ends a wait.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationFetcherDecorator extends Ordered {

	/**
	 * Wrap a fetcher.
	 * @param next the fetcher to delegate to
	 * @return the fetcher to use instead
	 */
	OperationFetcher decorate(OperationFetcher next);

	/**
	 * Return the order among decorators. The decorator with the lowest order is the
	 * outermost.
	 * @return the order, 0 unless overridden
	 */
	@Override
	default int getOrder() {
		return 0;
	}

}
