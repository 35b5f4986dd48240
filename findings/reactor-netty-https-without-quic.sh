#!/usr/bin/env bash
# Guess: netty-codec-http3 serves HTTP/3 alone. Who excludes it from reactor-netty-http, to be rid of
#   megabytes of native libraries, keeps a client that speaks HTTP/1.1 and HTTP/2, with and without TLS.
# Truth: Plain http works, every https exchange fails with NoClassDefFoundError: as it prepares TLS,
#   Reactor Netty asks io.netty.handler.codec.quic.Quic whether HTTP/3 is there, and does not catch the
#   absence of the class itself. The exclusion removes the jar of that class, netty-codec-classes-quic.
# Version: reactor-netty-http 1.3.7 with Netty 4.2.17.Final.
# Source: https://github.com/reactor/reactor-netty/issues/4040; the question is asked in
#   reactor.netty.http.internal.Http3.
# For users: Tests against http do not show it. Whoever excludes netty-codec-http3 adds
#   netty-codec-classes-quic, which holds no natives, and tests one https exchange.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>findings</groupId>
	<artifactId>https-without-quic</artifactId>
	<version>1</version>
	<dependencies>
		<dependency>
			<groupId>io.projectreactor.netty</groupId>
			<artifactId>reactor-netty-http</artifactId>
			<version>1.3.7</version>
			<exclusions>
				<exclusion>
					<groupId>io.netty</groupId>
					<artifactId>netty-codec-http3</artifactId>
				</exclusion>
			</exclusions>
		</dependency>
	</dependencies>
	<profiles>
		<profile>
			<id>quic</id>
			<dependencies>
				<dependency>
					<groupId>io.netty</groupId>
					<artifactId>netty-codec-classes-quic</artifactId>
					<version>4.2.17.Final</version>
				</dependency>
			</dependencies>
		</profile>
	</profiles>
</project>
EOF

cat >Main.java <<'EOF'
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import reactor.netty.http.client.HttpClient;

public class Main {

	public static void main(String[] args) throws Exception {
		InetSocketAddress free = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
		HttpsServer secure = HttpsServer.create(free, 0);
		secure.setHttpsConfigurator(new HttpsConfigurator(context()));
		System.out.println("http: " + get("http", HttpServer.create(free, 0)));
		System.out.println("https: " + get("https", secure));
		System.exit(0);
	}

	private static String get(String scheme, HttpServer server) {
		server.createContext("/", (exchange) -> {
			exchange.sendResponseHeaders(204, -1);
			exchange.close();
		});
		server.start();
		try {
			return HttpClient.create()
				.get()
				.uri(scheme + "://localhost:" + server.getAddress().getPort() + "/")
				.response()
				.map((response) -> "status " + response.status().code())
				.block(Duration.ofSeconds(10));
		}
		catch (Throwable ex) {
			return ex.getClass().getSimpleName() + " " + ex.getMessage();
		}
	}

	private static SSLContext context() throws Exception {
		char[] password = "findings".toCharArray();
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(Path.of("server.p12"))) {
			store.load(in, password);
		}
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(store, password);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(keys.getKeyManagers(), null, null);
		return context;
	}

}
EOF

keytool -genkeypair -alias server -keyalg EC -dname CN=localhost -ext san=dns:localhost -validity 1 \
	-keystore server.p12 -storetype PKCS12 -storepass findings 2>log || { cat log >&2; exit 1; }
build_classpath=org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath
mvn -q -B -Dstyle.color=never "$build_classpath" -Dmdep.outputFile=without
mvn -q -B -Dstyle.color=never -Pquic "$build_classpath" -Dmdep.outputFile=with
for quic in without with; do
	java -Djavax.net.ssl.trustStore=server.p12 -Djavax.net.ssl.trustStorePassword=findings \
		-cp "$(cat $quic)" Main.java 2>log | sed "s/^/$quic netty-codec-classes-quic, /"
done | tee seen

cat >expected <<'EOF'
without netty-codec-classes-quic, http: status 204
without netty-codec-classes-quic, https: NoClassDefFoundError io/netty/handler/codec/quic/Quic
with netty-codec-classes-quic, http: status 204
with netty-codec-classes-quic, https: status 204
EOF
if ! diff expected seen >difference; then
	echo "This finding no longer holds (< as found, > seen now):" >&2
	cat difference >&2
	[[ ! -s log ]] || cat log >&2
	exit 1
fi
