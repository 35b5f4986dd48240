package io.operations.benchmarks.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of a picture.
 */
final class Curve {

	private final List<Double> x = new ArrayList<>();

	private final List<Double> y = new ArrayList<>();

	private final String name;

	Curve(String name) {
		this.name = name;
	}

	void add(double x, double y) {
		if (Double.isFinite(y)) {
			// No more digits than can be seen: they would fill the file.
			this.x.add(Math.round(x * 1000) / 1000.0);
			this.y.add(Math.round(y * 1000) / 1000.0);
		}
	}

	String name() {
		return this.name;
	}

	List<Double> x() {
		return this.x;
	}

	List<Double> y() {
		return this.y;
	}

}
