package io.operations.docs.tracking;

import java.time.Duration;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingResult;
import io.operations.tracking.TrackingState;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * Ways to take outcomes and to look at tracked operations.
 */
@Configuration(proxyBeanMethods = false)
class Outcomes {

	@Bean
	@Order(1)
	OperationOutcomeHandler store(JdbcClient jdbc) {
		return (outcome) -> {
			String state = switch (outcome.type()) {
				case COMPLETED -> "READY";
				case FAILED, CANCELLED -> "BROKEN";
				case EXPIRED, TIMED_OUT -> "UNKNOWN";
			};
			jdbc.sql("UPDATE configuration SET state = ? WHERE id = ?")
				.params(state, outcome.attributes().get("configuration"))
				.update();
		};
	}

	@Bean
	@Order(2)
	OperationOutcomeHandler notify(Mailer mailer) {
		return (outcome) -> {
			// An earlier attempt may have sent the mail already.
			boolean isRepeat = outcome.attempt() > 1;
			mailer.send(outcome.operationId(), isRepeat);
		};
	}

	/**
	 * Sends mail.
	 */
	interface Mailer {

		void send(String operationId, boolean mayBeRepeat);

	}

	/**
	 * Listens to the event.
	 */
	@Service
	static class Listeners {

		private final Mailer mailer;

		Listeners(Mailer mailer) {
			this.mailer = mailer;
		}

		@EventListener
		void within(OperationOutcome outcome) {
			// Part of the attempt: an exception fails it.
			this.mailer.send(outcome.operationId(), outcome.attempt() > 1);
		}

		@TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT, fallbackExecution = true)
		void after(OperationOutcome outcome) {
			// After the attempt: called once, and an exception changes nothing.
			this.mailer.send(outcome.operationId(), false);
		}

	}

	/**
	 * Tracks inside a transaction.
	 */
	@Service
	static class Orders {

		private final JdbcClient jdbc;

		private final OperationTracker tracker;

		Orders(JdbcClient jdbc, OperationTracker tracker) {
			this.jdbc = jdbc;
			this.tracker = tracker;
		}

		@Transactional
		void add(String id, AcceptedOperation accepted) {
			this.jdbc.sql("INSERT INTO orders (id) VALUES (?)").param(id).update();
			this.tracker.track(accepted.withKind("order"), Map.of("order", id), Duration.ofHours(2)).block();
		}

		Mono<TrackingResult> trackById(String id) {
			return this.tracker.forClient("campaigns").track(id, Map.of("campaign", "spring"));
		}

	}

	/**
	 * Looks at tracked operations.
	 */
	@Service
	static class Support {

		private final OperationTracker tracker;

		Support(OperationTracker tracker) {
			this.tracker = tracker;
		}

		Flux<String> undelivered() {
			TrackingFilter filter = TrackingFilter.of(TrackingState.UNDELIVERED).withKind("order").withLimit(100);
			return this.tracker.stream(filter).map(TrackedOperation::id);
		}

		Mono<Long> redeliverAll() {
			return undelivered().filterWhen(this.tracker::redeliver).count();
		}

	}

}
