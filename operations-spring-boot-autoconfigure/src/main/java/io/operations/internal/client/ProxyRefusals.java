package io.operations.internal.client;

/**
 * Recognizes proxies that require credentials. The JDK's client treats such a 407 as an
 * ordinary response, Reactor Netty as a failed connection.
 */
final class ProxyRefusals {

	// Compared by name, because the library is optional.
	private static final String NETTY = "io.netty.handler.proxy.";

	private ProxyRefusals() {
	}

	/**
	 * Return whether an exchange failed because a proxy requires credentials.
	 * @param fault the error of the exchange
	 * @return {@code true} if a proxy requires credentials
	 */
	static boolean isOne(Throwable fault) {
		return fault.getClass().getName().startsWith(NETTY) && fault.getMessage() != null
				&& fault.getMessage().contains("status: 407");
	}

}
