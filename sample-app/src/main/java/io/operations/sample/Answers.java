package io.operations.sample;

import java.net.URI;

import io.operations.AcceptedOperation;

import org.springframework.http.ResponseEntity;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Answers to writes that start operations, as the vendor gives them: 202, and where to
 * look.
 */
public final class Answers {

	private Answers() {
	}

	/**
	 * Return the answer to a write.
	 * @param operation the operation that it started
	 * @return the answer
	 */
	public static ResponseEntity<AcceptedOperation> accepted(AcceptedOperation operation) {
		URI location = UriComponentsBuilder.fromPath("/operations/{id}").encode().build(operation.id());
		return ResponseEntity.accepted().location(location).body(operation);
	}

}
