package io.operations.starter;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The starter excludes the jars of HTTP/3. A class that refers to one of them in its
 * initializer fails wherever it is used first, be it for HTTP/1.1. The sample proves the
 * same of the modules of Resilience4j: it publishes the meters without them.
 */
class ExcludedJarsTests {

	@ParameterizedTest
	@ValueSource(classes = { HttpClient.class, ConnectionProvider.class })
	void onlyClassesOfHttp3MissTheJarsOfHttp3(Class<?> memberOfJar) throws Exception {
		assertThat(classesThatMissHttp3(memberOfJar)).allMatch((name) -> name.contains("Http3"),
				"is a class of HTTP/3");
	}

	private static List<String> classesThatMissHttp3(Class<?> memberOfJar) throws Exception {
		URI jar = memberOfJar.getProtectionDomain().getCodeSource().getLocation().toURI();
		List<String> failures = new ArrayList<>();
		try (JarFile file = new JarFile(Path.of(jar).toFile())) {
			for (String name : classNames(file)) {
				try {
					Class.forName(name);
				}
				catch (LinkageError ex) {
					if (ex.toString().matches(".*codec.(http3|quic).*")) {
						failures.add(name);
					}
				}
			}
		}
		return failures;
	}

	private static List<String> classNames(JarFile file) {
		return file.stream()
			.map(JarEntry::getName)
			.filter((name) -> name.startsWith("reactor/") && name.endsWith(".class"))
			.map((name) -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
			.toList();
	}

}
