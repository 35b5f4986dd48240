package io.operations.docs.coroutines

import io.operations.OperationFailedException
import io.operations.OperationStatus
import io.operations.OperationTimeoutException
import io.operations.core.OperationsTemplate
import io.operations.test.OperationScript
import io.operations.test.OperationsSimulator
import java.time.Duration
import java.util.concurrent.CancellationException
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.reactor.awaitSingle
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.springframework.web.reactive.function.client.WebClient

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CoroutinesTests {

	private val simulator = OperationsSimulator.builder()
		.defaultScript(OperationScript.completed().pending(Duration.ZERO).running(Duration.ofMillis(50)))
		.start()

	private val operations = OperationsTemplate.builder(WebClient.builder())
		.baseUrl(simulator.baseUrl())
		.credentials(simulator.credentials())
		.build()

	private val progress = Progress(operations)

	@AfterAll
	fun stop() {
		operations.close()
		simulator.close()
	}

	@Test
	fun `a suspending function awaits the end`() = runBlocking<Unit> {
		val id = simulator.accept(OperationScript.completed())
		assertThat(progress.configurationOf(id, 30.seconds)).startsWith("c")
		assertThat(progress.fetch(id).status).isEqualTo(OperationStatus.COMPLETED)
	}

	@Test
	fun `a flow ends with the terminal operation`() = runBlocking<Unit> {
		val id = simulator.accept(OperationScript.failed())
		assertThat(progress.statuses(id).toList().last().status).isEqualTo(OperationStatus.FAILED)
		assertThat(describeEnd(operations, id)).contains("no reason")
	}

	@Test
	fun `a write is awaited in a controller`() = runBlocking<Unit> {
		val controller = ConfigurationController(operations.webClient, operations)
		assertThat(controller.create(mapOf("displayName" to "support"))).isNotBlank()
		simulator.nextScript(OperationScript.failed())
		assertThatExceptionOfType(OperationFailedException::class.java)
			.isThrownBy { runBlocking { controller.create(mapOf("displayName" to "support")) } }
	}

	@Test
	fun `the exception keeps what it carries`() {
		val id = simulator.accept(OperationScript.endingAs("RUNNING"))
		assertThatExceptionOfType(OperationTimeoutException::class.java)
			.isThrownBy { runBlocking(Dispatchers.Default) { progress.configurationOf(id, 700.milliseconds) } }
			.satisfies({ assertThat(it.timeout).isEqualTo(Duration.ofMillis(700)) })
	}

	@Test
	fun `cancelling the coroutine ends the polls`() = runBlocking<Unit> {
		val id = simulator.accept(OperationScript.endingAs("RUNNING"))
		val wait = async(Dispatchers.Unconfined, CoroutineStart.UNDISPATCHED) {
			operations.await(id).awaitSingle()
		}
		wait.cancel()
		assertThatExceptionOfType(CancellationException::class.java).isThrownBy { runBlocking { wait.await() } }
		assertThatExceptionOfType(TimeoutCancellationException::class.java)
			.isThrownBy { runBlocking { withTimeout(50.milliseconds) { operations.await(id).awaitSingle() } } }
		assertThat(simulator.requestCount(id)).isLessThanOrEqualTo(1)
	}

}
