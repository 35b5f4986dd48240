package io.operations.internal.core;

import java.util.function.Function;
import java.util.function.Supplier;

import io.operations.internal.polling.OperationPolls;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Gives the other packages of the library the parts of a template that applications do
 * not use. The parts are no methods of the template, because these would be public.
 *
 * @since 0.1.0
 */
public final class TemplateInternals {

	private static volatile Function<Object, @Nullable TemplateInternals> access = (template) -> null;

	private final OperationPolls polls;

	private final Supplier<Mono<Void>> probe;

	/**
	 * Create the parts.
	 * @param polls the polls of the template
	 * @param probe checks whether the server answers and accepts the credentials
	 */
	public TemplateInternals(OperationPolls polls, Supplier<Mono<Void>> probe) {
		this.polls = polls;
		this.probe = probe;
	}

	/**
	 * Let the class of templates grant access to their parts.
	 * @param access returns the parts of a template
	 */
	public static void grant(Function<Object, @Nullable TemplateInternals> access) {
		TemplateInternals.access = access;
	}

	/**
	 * Return the parts of a template.
	 * @param template the template
	 * @return its parts; {@code null} for a mock
	 */
	public static @Nullable TemplateInternals ofUnlessMocked(AutoCloseable template) {
		return access.apply(template);
	}

	/**
	 * Return the parts of a template.
	 * @param template the template, which is not a mock
	 * @return its parts
	 * @throws IllegalStateException if the template is a mock
	 */
	public static TemplateInternals of(AutoCloseable template) {
		TemplateInternals internals = ofUnlessMocked(template);
		if (internals == null) {
			throw new IllegalStateException(
					"The template is a mock. Build it with OperationsTemplate.builder(...) instead.");
		}
		return internals;
	}

	/**
	 * Return the polls of operations that another component keeps, for instance in a
	 * database. They use the schedule and the rate limit of the template.
	 * @return the polls
	 */
	public OperationPolls polls() {
		return this.polls;
	}

	/**
	 * Check whether the server answers and accepts the credentials. The probe requests an
	 * operation that does not exist. It sends one request, which bypasses the queue and
	 * is not retried.
	 * @return an empty {@code Mono} if the server answers with 404, 400 or an operation;
	 * otherwise the {@link io.operations.OperationsException} for the response
	 */
	public Mono<Void> probe() {
		return Mono.defer(this.probe);
	}

	/**
	 * End all waits with an {@link io.operations.OperationsClosedException}. The template
	 * refuses new waits until {@link #acceptWaits()} is called. Fetches are not affected.
	 */
	public void endWaits() {
		this.polls.poller().stop();
	}

	/**
	 * Accept new waits again after {@link #endWaits()}. A closed template continues to
	 * refuse them.
	 */
	public void acceptWaits() {
		this.polls.poller().start();
	}

}
