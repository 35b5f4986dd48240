package io.operations.autoconfigure;

import java.time.Duration;
import java.util.function.Consumer;

import io.operations.core.OperationsTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.reactive.AbstractReactiveTransactionManager;
import org.springframework.transaction.reactive.GenericReactiveTransaction;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A wait inside a transaction is warned of.
 */
@ExtendWith(OutputCaptureExtension.class)
class TransactionalWaitsTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final String WARNING = "began inside the transaction 'store'";

	private final TransactionTemplate transaction = new TransactionTemplate(new NoResource(), definition());

	@Test
	void awaitInsideATransactionIsWarnedOfOnceForEachTemplate(CapturedOutput output) {
		run((template) -> {
			this.transaction.executeWithoutResult((status) -> template.await("op1").block(MAX_WAIT));
			this.transaction.executeWithoutResult((status) -> template.await("op2").block(MAX_WAIT));
			assertThat(output).containsOnlyOnce(WARNING).contains("[operations] A wait for operation 'op1'");
			try (OperationsTemplate other = template.mutate().name("other").build()) {
				this.transaction.executeWithoutResult((status) -> other.await("op3").block(MAX_WAIT));
			}
			assertThat(output).containsOnlyOnce("[other] A wait for operation 'op3'");
		});
	}

	@Test
	void watchInsideATransactionIsWarnedOf(CapturedOutput output) {
		run((template) -> this.transaction.executeWithoutResult((status) -> template.watch("op1").blockLast(MAX_WAIT)));
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Test
	void whenAnotherCallerBeganTheWaitJoiningItIsWarnedOf(CapturedOutput output) {
		run((template) -> {
			Disposable first = template.await("op1").subscribe();
			this.transaction.executeWithoutResult((status) -> template.await("op1").block(MAX_WAIT));
			first.dispose();
		});
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Test
	void awaitInsideAReactiveTransactionIsWarnedOf(CapturedOutput output) {
		TransactionalOperator reactive = TransactionalOperator.create(new NoReactiveResource(), definition());
		run((template) -> template.await("op1").as(reactive::transactional).block(MAX_WAIT));
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Test
	void outsideOfATransactionThereIsNoWarning(CapturedOutput output) {
		DefaultTransactionDefinition none = definition();
		none.setPropagationBehavior(TransactionDefinition.PROPAGATION_SUPPORTS);
		run((template) -> {
			template.await("op1").block(MAX_WAIT);
			template.watch("op2").blockLast(MAX_WAIT);
			new TransactionTemplate(new NoResource(), none)
				.executeWithoutResult((status) -> template.await("op3").block(MAX_WAIT));
			this.transaction.executeWithoutResult((status) -> template.fetch("op4").block(MAX_WAIT));
		});
		assertThat(output).doesNotContain("inside the transaction");
	}

	private static DefaultTransactionDefinition definition() {
		DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
		definition.setName("store");
		return definition;
	}

	private static void run(Consumer<OperationsTemplate> test) {
		new ApplicationContextRunner()
			.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret",
					"operations.polling.min-interval=5ms")
			.withConfiguration(AutoConfigurations.of(OperationsAutoConfiguration.class))
			.withBean(WebClientCustomizer.class,
					() -> (builder) -> builder
						.exchangeFunction((request) -> Mono.just(ClientResponse.create(HttpStatus.OK)
							.header("Content-Type", "application/json")
							.body("{\"status\":\"COMPLETED\"}")
							.build())))
			.run((context) -> test.accept(context.getBean(OperationsTemplate.class)));
	}

	@SuppressWarnings("serial")
	private static final class NoResource extends AbstractPlatformTransactionManager
			implements PlatformTransactionManager {

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
		}

	}

	@SuppressWarnings("serial")
	private static final class NoReactiveResource extends AbstractReactiveTransactionManager {

		@Override
		protected Object doGetTransaction(TransactionSynchronizationManager manager) {
			return new Object();
		}

		@Override
		protected Mono<Void> doBegin(TransactionSynchronizationManager manager, Object transaction,
				TransactionDefinition definition) {
			return Mono.empty();
		}

		@Override
		protected Mono<Void> doCommit(TransactionSynchronizationManager manager, GenericReactiveTransaction status) {
			return Mono.empty();
		}

		@Override
		protected Mono<Void> doRollback(TransactionSynchronizationManager manager, GenericReactiveTransaction status) {
			return Mono.empty();
		}

	}

}
