package io.operations.autoconfigure.tracking;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.util.ErrorHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Listeners of outcomes are told at least once, whatever multicaster the application has.
 */
class EventDeliveryTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.tracking.delivery.initial-interval=10ms",
				"operations.polling.min-interval=20ms", "operations.tracking.jdbc.look-interval=20ms",
				"operations.tracking.jdbc.flush-interval=20ms",

				"spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID())
		.withBean(OperationsTemplate.class, EventDeliveryTests::template)
		.withConfiguration(
				AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
						OperationsAutoConfiguration.class, OperationsTrackingAutoConfiguration.class));

	private final ApplicationContextRunner withDatabase = this.runner
		.withPropertyValues("operations.tracking.store=jdbc")
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class));

	private static OperationsTemplate template() {
		ScriptedEndpoint endpoint = new ScriptedEndpoint();
		endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		return endpoint.template().build();
	}

	@ParameterizedTest
	@EnumSource
	void listenerThatFailsOnceIsToldAgain(Multicaster kind) {
		withMulticaster(this.runner, kind).withUserConfiguration(FailingOnce.class).run((context) -> {
			assertThat(deliver(context).attempts()).isEqualTo(2);
			assertThat(context.getBean(FailingOnce.class).attempts).containsExactly(1, 2);
		});
	}

	@ParameterizedTest
	@EnumSource
	void listenerOfAParentContextIsToldWithinTheAttempt(Multicaster kind) {
		withMulticaster(new ApplicationContextRunner(), kind).withUserConfiguration(FailingOnce.class)
			.run((parent) -> this.runner.withParent(parent.getSourceApplicationContext()).run((context) -> {
				assertThat(deliver(context).attempts()).isEqualTo(2);
				assertThat(parent.getBean(FailingOnce.class).attempts).containsExactly(1, 2);
			}));
	}

	@Test
	void listenerThatWasRegisteredByHandIsTold() {
		withMulticaster(this.runner, Multicaster.WITH_EXECUTOR).run((context) -> {
			FailingListener listener = new FailingListener();
			((AbstractApplicationContext) context.getSourceApplicationContext()).addApplicationListener(listener);
			assertThat(deliver(context).attempts()).isEqualTo(2);
			assertThat(listener.attempts).containsExactly(1, 2);
		});
	}

	@Test
	void multicasterThatPassesFaultsOnIsUsed() {
		withMulticaster(this.runner, Multicaster.PLAIN).run((context) -> {
			deliver(context);
			assertThat(context.getBean(CountingMulticaster.class).outcomes).hasValue(1);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "PLAIN", "WITH_EXECUTOR" })
	void transactionalListenerBeforeTheCommitIsPartOfTheAttempt(Multicaster kind) {
		withMulticaster(this.withDatabase, kind).withUserConfiguration(BeforeCommit.class).run((context) -> {
			assertThat(deliver(context).attempts()).isEqualTo(2);
			assertThat(context.getBean(BeforeCommit.class).attempts).containsExactly(1, 2);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "PLAIN", "WITH_EXECUTOR" })
	void transactionalListenerAfterTheCommitIsToldOnce(Multicaster kind) {
		withMulticaster(this.withDatabase, kind).withUserConfiguration(AfterCommit.class).run((context) -> {
			assertThat(deliver(context).attempts()).isEqualTo(1);
			await().atMost(MAX_WAIT).until(() -> context.getBean(AfterCommit.class).attempts.equals(List.of(1)));
		});
	}

	private static TrackedOperation deliver(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed();
		OperationTracker tracker = context.getBean(OperationTracker.class);
		tracker.track("op", Map.of()).block(MAX_WAIT);
		await().atMost(MAX_WAIT)
			.until(() -> Objects.requireNonNull(tracker.find("op").block(MAX_WAIT)).state() == TrackingState.DELIVERED);
		return Objects.requireNonNull(tracker.find("op").block(MAX_WAIT));
	}

	private static ApplicationContextRunner withMulticaster(ApplicationContextRunner runner, Multicaster kind) {
		return runner.withInitializer((context) -> ((GenericApplicationContext) context).registerBean(
				AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME, CountingMulticaster.class,
				() -> new CountingMulticaster(kind)));
	}

	enum Multicaster {

		PLAIN, WITH_EXECUTOR, WITH_ERROR_HANDLER, OF_ITS_OWN_KIND

	}

	static final class CountingMulticaster extends SimpleApplicationEventMulticaster {

		private final AtomicInteger outcomes = new AtomicInteger();

		private final Multicaster kind;

		CountingMulticaster(Multicaster kind) {
			this.kind = kind;
			if (kind == Multicaster.WITH_EXECUTOR) {
				setTaskExecutor(new SimpleAsyncTaskExecutor());
			}
			if (kind == Multicaster.WITH_ERROR_HANDLER) {
				ErrorHandler ignoring = (fault) -> {
				};
				setErrorHandler(ignoring);
			}
		}

		@Override
		public void multicastEvent(ApplicationEvent event, @Nullable ResolvableType type) {
			if (event instanceof PayloadApplicationEvent<?> payload
					&& payload.getPayload() instanceof OperationOutcome) {
				this.outcomes.incrementAndGet();
			}
			if (this.kind == Multicaster.OF_ITS_OWN_KIND) {
				new SimpleAsyncTaskExecutor().execute(() -> super.multicastEvent(event, type));
			}
			else {
				super.multicastEvent(event, type);
			}
		}

	}

	static class FailingOnce {

		final List<Integer> attempts = new CopyOnWriteArrayList<>();

		@EventListener
		void on(OperationOutcome outcome) {
			fail(this.attempts, outcome);
		}

		static void fail(List<Integer> attempts, OperationOutcome outcome) {
			attempts.add(outcome.attempt());
			if (attempts.size() == 1) {
				throw new IllegalStateException("no luck");
			}
		}

	}

	static final class FailingListener implements ApplicationListener<PayloadApplicationEvent<OperationOutcome>> {

		private final List<Integer> attempts = new CopyOnWriteArrayList<>();

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<OperationOutcome> event) {
			FailingOnce.fail(this.attempts, event.getPayload());
		}

	}

	static class BeforeCommit {

		private final List<Integer> attempts = new CopyOnWriteArrayList<>();

		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT)
		void on(OperationOutcome outcome) {
			FailingOnce.fail(this.attempts, outcome);
		}

	}

	static class AfterCommit {

		private final List<Integer> attempts = new CopyOnWriteArrayList<>();

		@TransactionalEventListener
		void on(OperationOutcome outcome) {
			FailingOnce.fail(this.attempts, outcome);
		}

	}

}
