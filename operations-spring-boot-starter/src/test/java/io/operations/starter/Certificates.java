package io.operations.starter;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/**
 * The certificates that {@code certificates/generate.sh} made.
 */
final class Certificates {

	static final String FOLDER = "classpath:certificates/";

	private Certificates() {
	}

	/**
	 * Make a bundle.
	 * @param owner whose certificate and key the bundle presents, if any
	 * @param authority the authority that the bundle trusts, if any
	 * @return the bundle
	 */
	static SslBundle bundle(@Nullable String owner, @Nullable String authority) {
		PemSslStoreDetails keys = (owner != null)
				? PemSslStoreDetails.forCertificate(FOLDER + owner + ".pem").withPrivateKey(FOLDER + owner + ".key")
				: null;
		PemSslStoreDetails trusted = (authority != null)
				? PemSslStoreDetails.forCertificate(FOLDER + authority + ".pem") : null;
		return SslBundle.of(new PemSslStoreBundle(keys, trusted));
	}

}
