package io.operations.docs.using;

import java.util.Map;

import reactor.core.publisher.Mono;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PostExchange;

@HttpExchange("/v2/ControlPlane/Configurations")
interface ConfigurationsApi {

	@PostExchange
	Mono<ResponseEntity<Map<String, Object>>> create(@RequestBody Map<String, ?> configuration);

}
