package io.operations.client;

/**
 * Proxies that want credentials. To the JDK's client that is an answer as any other, to
 * Reactor Netty a connection that failed.
 */
final class ProxyRefusals {

	// Of a library that need not be there.
	private static final String NETTY = "io.netty.handler.proxy.";

	private ProxyRefusals() {
	}

	/**
	 * Return whether an exchange failed because a proxy wants credentials.
	 * @param fault why it failed
	 * @return whether it did
	 */
	static boolean isOne(Throwable fault) {
		return fault.getClass().getName().startsWith(NETTY) && fault.getMessage() != null
				&& fault.getMessage().contains("status: 407");
	}

}
