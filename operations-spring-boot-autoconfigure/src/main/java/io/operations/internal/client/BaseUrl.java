package io.operations.internal.client;

import java.net.URI;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Checks the base URL. The client sends credentials only to the origin of this URL.
 *
 * @since 0.1.0
 */
public final class BaseUrl {

	private BaseUrl() {
	}

	/**
	 * Parse a base URL.
	 * @param text the URL
	 * @param allowInsecure whether {@code http} is allowed for other addresses than
	 * loopback addresses
	 * @return the URL, without a trailing slash
	 * @throws InsecureBaseUrlException if the client would send credentials unencrypted
	 * @throws IllegalArgumentException if the URL is not valid; the message is a clause
	 * that says why
	 */
	public static URI parse(String text, boolean allowInsecure) {
		String trimmed = text.trim();
		while (trimmed.endsWith("/")) {
			trimmed = trimmed.substring(0, trimmed.length() - 1);
		}
		URI url;
		try {
			url = URI.create(trimmed);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("it is not a valid URL", ex);
		}
		String scheme = (url.getScheme() != null) ? url.getScheme().toLowerCase(Locale.ROOT) : "";
		Assert.isTrue(scheme.equals("https") || scheme.equals("http"), "it must begin with https:// or http://");
		// If the host is not valid, URI has no host and no user info, only an authority.
		String authority = (url.getRawAuthority() != null) ? url.getRawAuthority() : "";
		Assert.isTrue(url.getHost() != null || authority.indexOf('_') < 0 || authority.indexOf('@') >= 0,
				"the host name must not contain an underscore: use a name without one, such as twilio-mock");
		Assert.isTrue(url.getHost() != null || authority.indexOf('@') >= 0, "it has no host");
		Assert.isTrue(authority.indexOf('@') < 0,
				"it contains credentials: remove them and configure the credentials separately");
		Assert.isTrue(url.getRawQuery() == null && url.getRawFragment() == null,
				"it must not have a query or a fragment");
		if (scheme.equals("http") && !allowInsecure && !isLoopback(url.getHost())) {
			throw new InsecureBaseUrlException(
					"it would send the credentials unencrypted: http:// is allowed only for loopback addresses");
		}
		return url;
	}

	/**
	 * Return the segment that both the base URL and the path contain, most likely by
	 * mistake.
	 * @param url the base URL
	 * @param path the path that the client appends to the base URL
	 * @return the last segment of the URL with its slash, if it is also the first segment
	 * of the path; otherwise {@code null}
	 */
	public static @Nullable String repeated(URI url, String path) {
		String base = url.getRawPath();
		int end = path.indexOf('/', 1);
		String segment = (end > 0) ? path.substring(0, end) : path;
		return (segment.length() > 1 && base != null && base.endsWith(segment)) ? segment : null;
	}

	/**
	 * Return whether a host is this machine.
	 * @param host the name or the address of the host
	 * @return {@code true} for {@code localhost}, names below it and loopback addresses
	 */
	public static boolean isLoopback(String host) {
		String name = host.toLowerCase(Locale.ROOT);
		return name.equals("localhost") || name.endsWith(".localhost") || name.matches("127(\\.\\d{1,3}){3}")
				|| name.equals("[::1]") || name.equals("[0:0:0:0:0:0:0:1]");
	}

	/**
	 * Thrown when the client would send credentials unencrypted to the base URL.
	 */
	@SuppressWarnings("serial")
	public static final class InsecureBaseUrlException extends IllegalArgumentException {

		InsecureBaseUrlException(String message) {
			super(message);
		}

	}

}
