package io.operations.docs.testing;

import java.time.Duration;

import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;

/**
 * The simulator as a process of its own.
 */
public final class SimulatorProcess {

	private SimulatorProcess() {
	}

	public static void main(String[] args) throws InterruptedException {
		try (OperationsSimulator simulator = OperationsSimulator.builder()
			.port(9999)
			.defaultScript(OperationScript.completed().running(Duration.ofSeconds(20)))
			.start()) {
			System.out.println("Simulator at " + simulator.baseUrl() + ", until Ctrl+C");
			Thread.currentThread().join();
		}
	}

}
