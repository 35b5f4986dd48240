package io.operations.internal.resilience;

import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.operations.OperationsException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Passes each attempt of a write through the admission and repeats it where that is safe.
 * Writes share the queue, the rate, the limit of requests in flight and the pauses with
 * the fetches and the polls. In the queue a write counts as a fetch.
 *
 * @since 0.1.0
 */
public final class AdmittedWrites {

	private final Admission admission;

	private final @Nullable Repetitions repetitions;

	/**
	 * Create the writes of a client.
	 * @param admission the account's admission
	 * @param repetitions decide whether and when to retry; {@code null} if nothing is
	 * retried
	 */
	public AdmittedWrites(Admission admission, @Nullable Repetitions repetitions) {
		this.admission = admission;
		this.repetitions = repetitions;
	}

	/**
	 * Send an attempt when the admission allows it. The write holds its place in flight
	 * until the attempt has its result.
	 * @param subject the beginning of a message about the attempt, for instance "The
	 * write 'POST /v2/x'"
	 * @param attempt the attempt
	 * @param concurrentRequests reads from a result how many requests of the account were
	 * in flight; returns {@code null} if the server did not report it
	 * @param <T> the type of the result
	 * @return the result of the attempt, or the refusal by the admission
	 */
	public <T> Mono<T> admit(String subject, Mono<T> attempt,
			Function<? super T, @Nullable Integer> concurrentRequests) {
		return this.admission.admitWrite(subject, attempt, concurrentRequests);
	}

	/**
	 * Send a write, in several attempts if necessary.
	 * @param attempt the supplier of an attempt
	 * @param mayRepeat returns whether the write may be sent again after an error; called
	 * only if everything else allows the repetition
	 * @param <T> the type of the result
	 * @return the result of the first successful attempt, or the error of the last one
	 */
	public <T> Mono<T> repeated(Supplier<Mono<T>> attempt, Predicate<? super OperationsException> mayRepeat) {
		return (this.repetitions != null) ? this.repetitions.run(attempt, mayRepeat) : Mono.defer(attempt);
	}

}
