package io.operations.docs.coroutines

import io.operations.MalformedOperationException
import io.operations.OperationCancelledException
import io.operations.OperationFailedException
import io.operations.OperationNotFoundException
import io.operations.OperationTimeoutException
import io.operations.OperationsAuthenticationException
import io.operations.OperationsClosedException
import io.operations.OperationsException
import io.operations.OperationsRequestException
import io.operations.OperationsThrottledException
import io.operations.OperationsUnavailableException
import io.operations.core.OperationsTemplate
import kotlin.jvm.optionals.getOrNull
import kotlinx.coroutines.reactor.awaitSingle

suspend fun describeEnd(operations: OperationsTemplate, id: String): String =
	try {
		operations.await(id).awaitSingle().statusText
	}
	catch (ex: OperationFailedException) {
		ex.operation.errorText().getOrNull() ?: "failed, and the server gave no reason"
	}
	catch (ex: OperationTimeoutException) {
		ex.lastSeen?.statusText ?: "not seen yet"
	}

fun isWorthRepeating(ex: OperationsException): Boolean = when (ex) {
	is OperationTimeoutException, is OperationsClosedException -> true
	is OperationsThrottledException, is OperationsUnavailableException -> ex.isTransient
	is OperationFailedException, is OperationCancelledException -> false
	is OperationNotFoundException, is OperationsRequestException -> false
	is OperationsAuthenticationException, is MalformedOperationException -> false
}
