package io.operations.internal.client;

import java.net.URI;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Holds the scheme, host and port that credentials belong to.
 *
 * @param scheme the scheme in lower case
 * @param host the host in lower case
 * @param port the port, also if it is the default of the scheme
 * @since 0.1.0
 */
public record Origin(String scheme, String host, int port) {

	/**
	 * Return the origin of a URI.
	 * @param uri the URI
	 * @return its origin; {@code null} if the URI is relative
	 */
	public static @Nullable Origin of(URI uri) {
		if (uri.getScheme() == null || uri.getHost() == null) {
			return null;
		}
		String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
		int port = (uri.getPort() >= 0) ? uri.getPort() : scheme.equals("https") ? 443 : 80;
		return new Origin(scheme, uri.getHost().toLowerCase(Locale.ROOT), port);
	}

	@Override
	public String toString() {
		return this.scheme + "://" + this.host + ":" + this.port;
	}

}
