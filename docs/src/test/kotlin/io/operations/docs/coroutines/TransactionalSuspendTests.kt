package io.operations.docs.coroutines

import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.springframework.aop.framework.ProxyFactory
import org.springframework.transaction.TransactionDefinition
import org.springframework.transaction.TransactionManager
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource
import org.springframework.transaction.annotation.Transactional
import org.springframework.transaction.interceptor.TransactionInterceptor
import org.springframework.transaction.support.AbstractPlatformTransactionManager
import org.springframework.transaction.support.DefaultTransactionStatus
import org.springframework.transaction.support.TransactionSynchronizationManager

/**
 * A transaction manager of a thread, such as that of JDBC, knows nothing of coroutines.
 */
class TransactionalSuspendTests {

	@Test
	fun `a transactional function that suspends runs outside of the transaction`() = runBlocking<Unit> {
		val manager = ThreadBound()
		val service = proxy(manager)
		assertThat(service.blocking()).isTrue()
		assertThat(service.suspending()).isFalse()
		assertThat(manager.commits).isEqualTo(2)
	}

	private fun proxy(manager: ThreadBound): Service {
		val factory = ProxyFactory(Service())
		factory.isProxyTargetClass = true
		factory.addAdvice(TransactionInterceptor(manager as TransactionManager, AnnotationTransactionAttributeSource()))
		return factory.proxy as Service
	}

	open class Service {

		@Transactional
		open fun blocking(): Boolean = TransactionSynchronizationManager.isActualTransactionActive()

		@Transactional
		open suspend fun suspending(): Boolean = TransactionSynchronizationManager.isActualTransactionActive()

	}

	private class ThreadBound : AbstractPlatformTransactionManager() {

		var commits = 0

		override fun doGetTransaction(): Any = this

		override fun doBegin(transaction: Any, definition: TransactionDefinition) = Unit

		override fun doCommit(status: DefaultTransactionStatus) {
			commits++
		}

		override fun doRollback(status: DefaultTransactionStatus) = Unit

	}

}
