#!/usr/bin/env bash
# Makes the certificates of the TLS tests anew. The keys protect nothing: they are for tests on this machine alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

key() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
}

authority() {
	key "$1"
	openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 36500 -out "$1.pem" \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}

# certificate NAME SUBJECT-ALTERNATIVE-NAME AUTHORITY [openssl ca options]
certificate() {
	key "$1"
	openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
	printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$2" > extensions
	openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -CAcreateserial -days "${4:-36400}" -extfile extensions -out "$1.pem"
	rm "$1.csr" extensions
}

authority authority
authority other-authority
certificate server DNS:localhost,IP:127.0.0.1 authority
certificate other-server DNS:localhost,IP:127.0.0.1 other-authority
certificate wrong-host DNS:elsewhere.example authority
certificate client DNS:client authority
# A certificate of no duration has expired by the time a test reads it.
certificate expired DNS:localhost,IP:127.0.0.1 authority 0
openssl pkcs12 -export -in server.pem -inkey server.key -out server.p12 -passout pass:changeit
rm -f ./*.srl authority.key other-authority.key wrong-host.csr
