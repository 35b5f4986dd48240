package io.operations.benchmarks.tracking;

import java.util.Arrays;
import java.util.List;

import io.operations.benchmarks.JavaProcess;

/**
 * What instances have done so far.
 *
 * @param polls the number of requests that they have sent
 * @param cpuNanos the time that they have had on a processor
 * @param storeNanos the time in calls to the store
 * @param ends the number of outcomes that were delivered
 */
record Figures(long polls, long cpuNanos, long storeNanos, long ends) {

	static Figures of(JavaProcess instance) {
		long[] figures = Arrays.stream(instance.ask("figures").split(" ")).mapToLong(Long::parseLong).toArray();
		return new Figures(figures[0], figures[1], figures[2], figures[3]);
	}

	static Figures of(List<JavaProcess> instances) {
		return instances.stream().map(Figures::of).reduce(new Figures(0, 0, 0, 0), Figures::plus);
	}

	private Figures plus(Figures more) {
		return new Figures(this.polls + more.polls, this.cpuNanos + more.cpuNanos, this.storeNanos + more.storeNanos,
				this.ends + more.ends);
	}

	Figures minus(Figures before) {
		return new Figures(this.polls - before.polls, this.cpuNanos - before.cpuNanos,
				this.storeNanos - before.storeNanos, this.ends - before.ends);
	}

}
