package io.operations.benchmarks.simulation;

import java.nio.file.Path;

/**
 * Something that is simulated: prints a table, draws a picture.
 */
interface Scenario {

	void run(Path pictures);

}
