package io.operations.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

import io.operations.OperationStatus;
import io.operations.OperationsProduct;

import org.springframework.web.util.UriUtils;

/**
 * Represents an operation that follows a script.
 *
 * @param product the product that the operation belongs to
 * @param id the operation's id
 * @param script the script
 * @param createdAt when the operation began
 * @param resource the resource that the operation is about
 */
record SimulatedOperation(OperationsProduct product, String id, OperationScript script, Instant createdAt,
		Resource resource) {

	String path() {
		return this.product.path().replace("{id}", UriUtils.encode(this.id, StandardCharsets.UTF_8));
	}

	/**
	 * Return the status.
	 * @param now the present time
	 * @return the status as the product spells it
	 */
	String statusAt(Instant now) {
		OperationScript.Word status = this.script.statusAfter(age(now));
		return status.exact() ? status.text() : Dialects.of(this.product).spell(status.text());
	}

	boolean hasEndedAt(Instant now) {
		return OperationStatus.of(statusAt(now)).isTerminal();
	}

	Instant completedAt() {
		return this.createdAt.plus(this.script.duration());
	}

	/**
	 * Return when the status changed last.
	 * @param now the present time
	 * @return the time
	 */
	Instant updatedAt(Instant now) {
		return this.createdAt.plus(this.script.lastChangeAfter(age(now)));
	}

	private Duration age(Instant now) {
		return Duration.between(this.createdAt, now);
	}

	/**
	 * Represents the resource that an operation creates, changes or deletes.
	 *
	 * @param name what the product calls the id of such a resource
	 * @param id the id of the resource
	 * @param path the path of the resource below the base URL
	 */
	record Resource(String name, String id, String path) {
	}

}
