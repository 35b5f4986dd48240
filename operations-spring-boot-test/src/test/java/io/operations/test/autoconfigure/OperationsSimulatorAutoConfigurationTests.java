package io.operations.test.autoconfigure;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.BasicCredentials;
import io.operations.autoconfigure.OperationsConnectionDetails;
import io.operations.test.OperationsSimulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ExtendWith(OutputCaptureExtension.class)
class OperationsSimulatorAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OperationsSimulatorAutoConfiguration.class));

	@Test
	void simulatorIsClosedWithTheContext() {
		AtomicInteger port = new AtomicInteger();
		this.contextRunner.run((context) -> {
			port.set(URI.create(context.getBean(OperationsSimulator.class).baseUrl()).getPort());
			connect(port.get());
		});
		assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> connect(port.get()));
	}

	private static void connect(int port) throws IOException {
		new Socket(InetAddress.getLoopbackAddress(), port).close();
	}

	@Test
	void simulatorOfTheTestReplacesTheDefaultOne() {
		this.contextRunner.withUserConfiguration(OwnSimulator.class).run((context) -> {
			OperationsSimulator simulator = context.getBean(OperationsSimulator.class);
			assertThat(simulator.username()).isEqualTo("own");
			OperationsConnectionDetails connectionDetails = context.getBean(OperationsConnectionDetails.class);
			assertThat(connectionDetails.getBaseUrl()).isEqualTo(simulator.baseUrl());
			assertThat(connectionDetails.getCredentials().username()).isEqualTo("own");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { NoConfiguration.class, OwnSimulator.class })
	void whenTheContextStartsTheUrlOfTheSimulatorIsLoggedOnce(Class<?> configuration, CapturedOutput output) {
		this.contextRunner.withUserConfiguration(configuration)
			.run((context) -> assertThat(output.getOut()
				.lines()
				.filter((line) -> line.contains("All clients send their requests to the simulator"))).singleElement()
				.asString()
				.contains("INFO", " io.operations ")
				.endsWith(" at " + context.getBean(OperationsSimulator.class).baseUrl()));
	}

	@Test
	void simulatorOverridesConnectionDetailsOfTheApplication() {
		this.contextRunner.withUserConfiguration(OwnConnectionDetails.class)
			.run((context) -> assertThat(context.getBean(OperationsConnectionDetails.class).getBaseUrl())
				.isEqualTo(context.getBean(OperationsSimulator.class).baseUrl()));
	}

	@Test
	void annotationIsEnough() {
		new ApplicationContextRunner().withUserConfiguration(Annotated.class)
			.run((context) -> assertThat(context).hasSingleBean(OperationsConnectionDetails.class)
				.hasSingleBean(OperationsSimulator.class));
	}

	@Test
	void simulatorWithoutAnnotationIsNotActive() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
			.doesNotContain(OperationsSimulatorAutoConfiguration.class.getName());
	}

	@Configuration(proxyBeanMethods = false)
	static class NoConfiguration {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnSimulator {

		@Bean
		OperationsSimulator simulator() {
			return OperationsSimulator.builder().credentials("own", "secret").start();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnConnectionDetails {

		@Bean
		OperationsConnectionDetails connectionDetails() {
			return () -> new BasicCredentials("own", "secret");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigureOperationsSimulator
	static class Annotated {

	}

}
