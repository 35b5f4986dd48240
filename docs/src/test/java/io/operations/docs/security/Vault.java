package io.operations.docs.security;

/**
 * A store of secrets, as an application may have one.
 */
interface Vault {

	String apiKey();

	String apiKeySecret();

}
