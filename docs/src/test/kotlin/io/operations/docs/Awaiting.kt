package io.operations.docs

import io.operations.Operation
import io.operations.core.OperationsTemplate
import java.time.Duration
import kotlinx.coroutines.reactor.awaitSingle

suspend fun configurationOf(operations: OperationsTemplate, id: String): String? {
	val done: Operation = operations.await(id, Duration.ofMinutes(2)).awaitSingle()
	return done.configurationId().orElse(null)
}
