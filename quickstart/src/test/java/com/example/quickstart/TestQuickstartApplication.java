package com.example.quickstart;

import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.TestConfiguration;

public class TestQuickstartApplication {

	public static void main(String[] args) {
		SpringApplication.from(QuickstartApplication::main).with(Simulator.class).run(args);
	}

	@TestConfiguration(proxyBeanMethods = false)
	@AutoConfigureOperationsSimulator
	static class Simulator {

	}

}
