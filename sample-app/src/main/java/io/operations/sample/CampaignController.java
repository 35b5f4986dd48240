package io.operations.sample;

import java.util.Map;

import io.operations.AcceptedOperation;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Profile;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Sends messages to many recipients through a second client, {@code campaigns}. It is
 * configured by {@code operations.clients.campaigns}.
 */
@RestController
@Profile("!cluster")
class CampaignController {

	private final WebClient messages;

	CampaignController(@Qualifier("campaigns") WebClient messages) {
		this.messages = messages;
	}

	@PostMapping("/campaigns")
	Mono<ResponseEntity<AcceptedOperation>> send(@RequestBody Map<String, Object> campaign) {
		return this.messages.post()
			.uri("/v1/Messages")
			.bodyValue(campaign)
			.exchangeToMono(AcceptedOperation::from)
			.map((accepted) -> Answers.accepted(accepted, "campaigns"));
	}

}
