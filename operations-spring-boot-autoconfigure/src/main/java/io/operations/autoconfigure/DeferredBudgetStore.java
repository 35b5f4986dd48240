package io.operations.autoconfigure;

import java.time.Duration;

import io.operations.resilience.BudgetStore;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/**
 * Provides templates with the store of the shared rate. The store in a database needs its
 * tables, and a migration that creates tables may use a template itself. Templates that
 * are created before the context starts therefore get a substitute. The context starts
 * after all migrations, and this class then connects the substitute with the store. Until
 * then, templates send up to the rate of their own limiters.
 */
final class DeferredBudgetStore implements SmartLifecycle {

	private static final String IN_DATABASE = "io.operations.operationsBudgetStore";

	private final BeanFactory beans;

	private final ObjectProvider<BudgetStore> stores;

	private final Substitute substitute = new Substitute();

	// "this" guards these two.
	private boolean running;

	private boolean wanted;

	DeferredBudgetStore(BeanFactory beans, ObjectProvider<BudgetStore> stores) {
		this.beans = beans;
		this.stores = stores;
	}

	/**
	 * Return the store of the shared rate.
	 * @return the store or its substitute; {@code null} if there is none
	 */
	@Nullable BudgetStore get() {
		boolean inDatabase = this.beans.containsBean(IN_DATABASE);
		synchronized (this) {
			if (inDatabase && !this.running) {
				this.wanted = true;
				return this.substitute;
			}
		}
		return this.stores.getIfUnique();
	}

	/**
	 * Connect the substitute with the store. This fails if a table is missing.
	 */
	@Override
	public void start() {
		boolean connects;
		synchronized (this) {
			this.running = true;
			connects = this.wanted;
		}
		if (connects) {
			this.substitute.store = this.stores.getIfUnique();
		}
	}

	@Override
	public synchronized void stop() {
		this.running = false;
	}

	@Override
	public synchronized boolean isRunning() {
		return this.running;
	}

	// Starts before everything that uses templates.
	@Override
	public int getPhase() {
		return Integer.MIN_VALUE;
	}

	/**
	 * Gives each permit at once until it knows the store.
	 */
	private static final class Substitute implements BudgetStore {

		private volatile @Nullable BudgetStore store;

		@Override
		public Mono<Reservation> reserve(String client, int permits, Duration duration, Duration longestDebt) {
			BudgetStore known = this.store;
			return (known != null) ? known.reserve(client, permits, duration, longestDebt)
					: Mono.just(new Reservation(duration, Pause.UNKNOWN));
		}

		@Override
		public Mono<Others> report(String client, boolean sending) {
			BudgetStore known = this.store;
			return (known != null) ? known.report(client, sending) : Mono.empty();
		}

		@Override
		public Mono<Pause> pause(String client, Duration pause, boolean byOperator) {
			BudgetStore known = this.store;
			if (known != null) {
				return known.pause(client, pause, byOperator);
			}
			// After a 429, this instance pauses without the others. An operator must know
			// that the others do not pause.
			return byOperator ? notStarted() : Mono.just(Pause.UNKNOWN);
		}

		@Override
		public Mono<Long> resume(String client) {
			BudgetStore known = this.store;
			return (known != null) ? known.resume(client) : notStarted();
		}

		private static <T> Mono<T> notStarted() {
			return Mono.error(() -> new IllegalStateException("The application has not started yet, so the database of"
					+ " the shared rate limit is not used yet. Nothing has changed. Try again after the start."));
		}

		@Override
		public Mono<Void> leave(String client) {
			BudgetStore known = this.store;
			return (known != null) ? known.leave(client) : Mono.empty();
		}

		@Override
		public int othersAtStart(String client) {
			BudgetStore known = this.store;
			return (known != null) ? known.othersAtStart(client) : 0;
		}

	}

}
