package io.operations.docs.coroutines

import io.operations.AcceptedOperation
import io.operations.Operation
import io.operations.core.OperationsTemplate
import java.time.Duration
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.reactive.asFlow
import kotlinx.coroutines.reactor.awaitSingle
import org.springframework.beans.factory.annotation.Qualifier
import org.springframework.http.MediaType
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.PostMapping
import org.springframework.web.bind.annotation.RequestBody
import org.springframework.web.bind.annotation.RestController
import org.springframework.web.reactive.function.client.WebClient

@RestController
class ConfigurationController(
	@param:Qualifier("operationsWebClient") private val api: WebClient,
	private val operations: OperationsTemplate,
) {

	@PostMapping("/configurations")
	suspend fun create(@RequestBody configuration: Map<String, Any>): String {
		val accepted: AcceptedOperation = api.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(configuration)
			.exchangeToMono { AcceptedOperation.from(it) }
			.awaitSingle()
		val done: Operation = operations.await(accepted, Duration.ofSeconds(20)).awaitSingle()
		return done.configurationId().orElseThrow()
	}

	@GetMapping("/operations/{id}/events", produces = [MediaType.TEXT_EVENT_STREAM_VALUE])
	fun events(@PathVariable id: String): Flow<Operation> = operations.watch(id).asFlow()

}
