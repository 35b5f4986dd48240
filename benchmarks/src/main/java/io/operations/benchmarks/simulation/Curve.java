package io.operations.benchmarks.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of a picture.
 */
public final class Curve {

	private final List<Double> x = new ArrayList<>();

	private final List<Double> y = new ArrayList<>();

	private final String name;

	/**
	 * Create a line without points.
	 * @param name the name
	 */
	public Curve(String name) {
		this.name = name;
	}

	/**
	 * Add a point.
	 * @param x what goes to the right
	 * @param y what goes up; a point that is not finite is left out
	 */
	public void add(double x, double y) {
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
