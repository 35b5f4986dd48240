package io.operations.autoconfigure;

import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts an application whose class path really lacks a library, so that a class of ours
 * that cannot be linked is found out.
 */
class WithoutLibrariesTests {

	@ParameterizedTest
	@ValueSource(strings = {
			"reactor-netty-|netty-|spring-boot-(reactor-netty|netty|webflux)-|jetty-|httpc(lient|ore)5-",
			"spring-(jdbc|tx)-|spring-boot-(jdbc|sql|transaction|persistence|flyway)-|flyway-|micrometer-tracing|opentelemetry-|context-propagation-",
			"spring-boot-(actuator|health|micrometer)|micrometer-(core|jakarta)|resilience4j-(micrometer|spring)|tomcat|spring-webmvc|spring-boot-(webmvc|webflux|servlet|tomcat)|db-scheduler-" })
	void withoutLibrariesAnApplicationStarts(String missing) throws Exception {
		start(missing);
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring-boot-actuator-", "spring-boot-health-", "(micrometer-core|resilience4j-spring)",
			"resilience4j-micrometer-", "resilience4j-spring", "db-scheduler-",
			"micrometer-tracing|opentelemetry-|context-propagation-",
			"spring-(jdbc|tx)-|spring-boot-(jdbc|sql|transaction|persistence|flyway)-|flyway-" })
	@EnabledIfSystemProperty(named = "operations.soak", matches = "true")
	void withoutOneLibraryAnApplicationStarts(String missing) throws Exception {
		start(missing);
	}

	private static void start(String missing) throws Exception {
		Predicate<String> lacks = (entry) -> new File(entry).getName().matches("(" + missing + ").*\\.jar");
		List<URL> remaining = new ArrayList<>();
		int removed = 0;
		for (String entry : StringUtils.delimitedListToStringArray(System.getProperty("java.class.path"),
				File.pathSeparator)) {
			if (lacks.test(entry)) {
				removed++;
			}
			else {
				remaining.add(new File(entry).toURI().toURL());
			}
		}
		assertThat(removed).isPositive();
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		try (URLClassLoader loader = new URLClassLoader(remaining.toArray(URL[]::new),
				ClassLoader.getPlatformClassLoader())) {
			thread.setContextClassLoader(loader);
			Method start = loader.loadClass(MissingLibrariesApplication.class.getName()).getDeclaredMethod("start");
			start.setAccessible(true);
			assertThat(start.invoke(null)).isEqualTo("OperationsTemplate[operations]");
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

}
