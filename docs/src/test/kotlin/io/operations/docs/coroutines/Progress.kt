package io.operations.docs.coroutines

import io.operations.Operation
import io.operations.core.OperationsTemplate
import kotlin.jvm.optionals.getOrNull
import kotlin.time.Duration
import kotlin.time.toJavaDuration
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.reactive.asFlow
import kotlinx.coroutines.reactor.awaitSingle
import org.springframework.stereotype.Service

@Service
class Progress(private val operations: OperationsTemplate) {

	suspend fun fetch(id: String): Operation = operations.fetch(id).awaitSingle()

	suspend fun configurationOf(id: String, timeout: Duration): String? {
		val done: Operation = operations.await(id, timeout.toJavaDuration()).awaitSingle()
		return done.configurationId().getOrNull()
	}

	fun statuses(id: String): Flow<Operation> = operations.watch(id).asFlow()

}
