package io.operations.internal.tracking;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;

/**
 * Names this instance of the application in the database, in the log and in the actuator
 * endpoint.
 *
 * @param value the name
 * @since 0.1.0
 */
public record InstanceName(String value) {

	private static final int LONGEST_HOST = 28;

	/**
	 * Return a name that consists of the host name, the process id and a random part. In
	 * containers the host name and the process id are often the same everywhere.
	 * @return the name, another one for each call
	 */
	public static InstanceName create() {
		String host;
		try {
			host = InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			host = "unknown";
		}
		return new InstanceName(host.substring(0, Math.min(host.length(), LONGEST_HOST)) + "-"
				+ ProcessHandle.current().pid() + "-" + Integer.toHexString(new SecureRandom().nextInt(0x10000)));
	}

}
