package io.operations.core;

import java.net.URI;
import java.util.Locale;

/**
 * Recognizes the status URLs of the operations that a template can fetch.
 *
 * @param baseUrl the base URL of the template
 * @param path the path below it, which contains <code>{id}</code>
 */
record StatusUrls(URI baseUrl, String path) {

	private static final String ID = "{id}";

	/**
	 * Return whether a status URL has the origin of the base URL and the path of an
	 * operation.
	 * @param statusUrl the URL, possibly relative
	 * @return {@code true} if the URL fits
	 */
	boolean fit(URI statusUrl) {
		return fitOrigin(statusUrl) && fitPath(statusUrl);
	}

	boolean fitOrigin(URI statusUrl) {
		return !statusUrl.isAbsolute() || origin(statusUrl).equals(origin(this.baseUrl));
	}

	/**
	 * Return whether a status URL has the path of an operation, wherever it leads.
	 * @param statusUrl the URL, possibly relative
	 * @return {@code true} if the path fits
	 */
	boolean fitPath(URI statusUrl) {
		String found = statusUrl.getRawPath();
		String below = this.path.replaceFirst("\\?.*", "");
		int id = below.indexOf(ID);
		if (found == null || id < 0) {
			return false;
		}
		String before = this.baseUrl.getRawPath() + below.substring(0, id);
		String after = below.substring(id + ID.length());
		int end = found.length() - after.length();
		return found.startsWith(before) && found.endsWith(after) && end > before.length()
				&& found.substring(before.length(), end).indexOf('/') < 0;
	}

	private static String origin(URI url) {
		String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
		String host = url.getHost();
		int port = (url.getPort() >= 0) ? url.getPort() : (scheme.equals("https") ? 443 : 80);
		return scheme + "://" + ((host != null) ? host.toLowerCase(Locale.ROOT) : "") + ":" + port;
	}

	@Override
	public String toString() {
		return this.baseUrl + this.path;
	}

}
