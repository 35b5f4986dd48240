package io.operations.sample;

import java.net.URI;

import io.operations.AcceptedOperation;

import org.springframework.http.ResponseEntity;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Creates the answers to writes that start operations. They have the vendor's form:
 * status 202 and the location of the operation.
 */
public final class Answers {

	private Answers() {
	}

	/**
	 * Return the answer to a write.
	 * @param operation the operation that the write started
	 * @return the answer, with status 202 and the header Location
	 */
	public static ResponseEntity<AcceptedOperation> accepted(AcceptedOperation operation) {
		return accepted(operation, UriComponentsBuilder.fromPath("/operations/{id}").encode().build(operation.id()));
	}

	/**
	 * Return the answer to a write through a further client.
	 * @param operation the operation that the write started
	 * @param client the name of the client
	 * @return the answer, with status 202 and the header Location
	 */
	public static ResponseEntity<AcceptedOperation> accepted(AcceptedOperation operation, String client) {
		return accepted(operation,
				UriComponentsBuilder.fromPath("/operations/{id}")
					.queryParam("client", "{client}")
					.encode()
					.build(operation.id(), client));
	}

	private static ResponseEntity<AcceptedOperation> accepted(AcceptedOperation operation, URI location) {
		return ResponseEntity.accepted().location(location).body(operation);
	}

}
