package io.operations.test;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

/**
 * Holds the key and the certificate that the simulator presents.
 *
 * @param path the PKCS12 file
 * @param password the password of the file and of its key
 */
record KeyStoreFile(Path path, String password) {

	// The file is checked here, because WireMock reads it later and reports less detail.
	KeyStoreFile {
		try {
			KeyStore.getInstance(path.toFile(), password.toCharArray());
		}
		catch (IOException | GeneralSecurityException | IllegalArgumentException ex) {
			throw new IllegalArgumentException("'keyStore' " + path + " cannot be read: " + ex.getMessage()
					+ ". Check the path, the password, and that it is a PKCS12 file.", ex);
		}
	}

	@Override
	public String toString() {
		return this.path.toString();
	}

}
