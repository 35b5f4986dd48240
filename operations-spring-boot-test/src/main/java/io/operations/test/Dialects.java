package io.operations.test;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

import io.operations.OperationsProduct;

/**
 * Contains the dialect of each product.
 */
final class Dialects {

	private static final Map<OperationsProduct, Dialect> DIALECTS = new EnumMap<>(OperationsProduct.class);

	static {
		Arrays.stream(OperationsProduct.values()).forEach((product) -> DIALECTS.put(product, create(product)));
	}

	private Dialects() {
	}

	private static Dialect create(OperationsProduct product) {
		return switch (product) {
			case CONVERSATIONS -> new Dialect();
			case MEMORY, KNOWLEDGE -> new ResourceDialect(product);
			case COHORTS -> new CohortDialect();
			case INSIGHTS_QUERIES -> new QueryJobDialect();
			case VOICE_TRANSCRIPTIONS -> new TranscriptionDialect();
			case MESSAGES, EMAILS, SENDER_POOLS, PUSH_NOTIFICATIONS -> new CommsDialect(product);
		};
	}

	static Dialect of(OperationsProduct product) {
		return Objects.requireNonNull(DIALECTS.get(product));
	}

}
