package io.operations.benchmarks.load;

import java.util.Random;

import io.operations.benchmarks.Durations;
import io.operations.benchmarks.Optimum;

/**
 * How long the operations of a run take: durations of the theory, shortened so that a run
 * lasts minutes.
 */
enum Distribution {

	NEAR_CONSTANT("near-constant", Durations.NEAR_CONSTANT, Distribution.SCALE),
	LOG_NORMAL("log-normal", Durations.HEAVY_TAIL, Distribution.SCALE),
	BIMODAL("bimodal", Durations.BIMODAL, Distribution.SCALE), UNIFORM("uniform", Durations.UNIFORM, 1);

	/**
	 * What the durations of the theory are multiplied by.
	 */
	static final double SCALE = 1.0 / 3;

	private static final double LONGEST = 120;

	private final String text;

	private final Durations durations;

	private final double scale;

	Distribution(String text, Durations durations, double scale) {
		this.text = text;
		this.durations = durations;
		this.scale = scale;
	}

	double next(Random random) {
		return Math.min(LONGEST, this.scale * this.durations.next(random));
	}

	Optimum optimum() {
		// No interval is too short for it: no client is spared by its own lower bound.
		return new Optimum(this::next, 0, LONGEST);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
