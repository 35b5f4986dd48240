package io.operations.docs.extending;

/**
 * Where an application keeps its secrets.
 */
interface Vault {

	String apiKey();

	String apiKeySecret();

}
