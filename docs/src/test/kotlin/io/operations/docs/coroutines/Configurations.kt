package io.operations.docs.coroutines

import io.operations.AcceptedOperation
import io.operations.tracking.OperationOutcome
import io.operations.tracking.OperationOutcomeHandler
import io.operations.tracking.OperationTracker
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.reactor.awaitSingle
import kotlinx.coroutines.withContext
import org.springframework.beans.factory.annotation.Qualifier
import org.springframework.jdbc.core.JdbcTemplate
import org.springframework.stereotype.Service
import org.springframework.transaction.support.TransactionTemplate
import org.springframework.web.reactive.function.client.WebClient

@Service
class Configurations(
	@param:Qualifier("operationsWebClient") private val api: WebClient,
	private val jdbc: JdbcTemplate,
	private val transaction: TransactionTemplate,
	private val tracker: OperationTracker,
) : OperationOutcomeHandler {

	suspend fun create(id: String, configuration: Map<String, Any>) {
		val accepted = api.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(configuration)
			.exchangeToMono { AcceptedOperation.from(it) }
			.awaitSingle()
		withContext(Dispatchers.IO) {
			transaction.executeWithoutResult {
				jdbc.update("INSERT INTO configuration (id, state) VALUES (?, 'PENDING')", id)
				tracker.track(accepted, mapOf("configuration" to id)).block()
			}
		}
	}

	override fun handle(outcome: OperationOutcome) {
		jdbc.update(
			"UPDATE configuration SET state = ? WHERE id = ?",
			outcome.type.name,
			outcome.attributes["configuration"],
		)
	}

}
