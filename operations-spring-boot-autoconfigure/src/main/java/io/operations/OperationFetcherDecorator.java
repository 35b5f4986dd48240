package io.operations;

import org.springframework.core.Ordered;

/**
 * Wraps something of an application's own round each attempt to fetch an operation, by a
 * direct fetch and by a poll alike. It sees attempts, not retries, and is asked once for
 * each template. What it fails with is taken as it is: an {@link OperationsException} for
 * what it says, anything else for a fault that nothing will mend, which ends a wait.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationFetcherDecorator extends Ordered {

	/**
	 * Wrap a fetcher.
	 * @param next the fetcher to call on to
	 * @return the fetcher to call instead
	 */
	OperationFetcher decorate(OperationFetcher next);

	/**
	 * Order among decorators: the lowest is outermost.
	 * @return the order, 0 unless overridden
	 */
	@Override
	default int getOrder() {
		return 0;
	}

}
