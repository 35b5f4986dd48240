package io.operations.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;

import io.operations.polling.BackoffPollingSchedule;
import io.operations.polling.PollingSchedule;

/**
 * Draws the polls of some operations against their age, without learning and after 50
 * operations of the kind, in virtual time.
 */
public final class PollsAgainstAge {

	private static final int OPERATIONS = 8;

	private static final int LEFT = 24;

	private static final int ROW = 17;

	private static final int PANEL = 76 + OPERATIONS * ROW;

	private static final double SECOND = 8.8;

	private static final int LAST_SECOND = 80;

	private static final Durations KIND = Durations.NEAR_CONSTANT;

	private final StringBuilder svg = new StringBuilder();

	private PollsAgainstAge() {
	}

	/**
	 * Write the picture.
	 * @param args the file; without it {@code docs/pictures/polls-against-age.svg}
	 * @throws IOException if the file cannot be written
	 */
	public static void main(String[] args) throws IOException {
		Path file = Path.of((args.length > 0) ? args[0] : "docs/pictures/polls-against-age.svg");
		Files.writeString(file, new PollsAgainstAge().draw());
	}

	private String draw() {
		add(String.format(Locale.ROOT,
				"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 %d\" font-family=\"Helvetica, Arial, sans-serif\""
						+ " font-size=\"13\" fill=\"#24292f\" role=\"img\">",
				2 * PANEL + 34));
		add("<title>Polls of eight operations against their age, without learning and with it</title>");
		add(String.format(Locale.ROOT, "<rect width=\"760\" height=\"%d\" rx=\"6\" fill=\"#ffffff\"/>",
				2 * PANEL + 34));
		panel(0, "Without learning: the interval is a fifth of the age",
				new BackoffPollingSchedule(ScheduleSimulation.MIN_INTERVAL, ScheduleSimulation.MAX_INTERVAL), 0);
		panel(PANEL, "After 50 operations of the kind", ScheduleSimulation.adaptive(8), 50);
		int legend = 2 * PANEL + 16;
		bar(LEFT, legend - 9, 40);
		add(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">the operation runs</text>", LEFT + 48, legend));
		dot(LEFT + 210, legend - 4, "#0969da");
		add(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">a poll</text>", LEFT + 220, legend));
		dot(LEFT + 300, legend - 4, "#cf222e");
		add(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">the poll that notices the end</text>", LEFT + 310,
				legend));
		add("</svg>");
		return this.svg.toString();
	}

	private void panel(int top, String title, PollingSchedule schedule, int learned) {
		ScheduleRun run = new ScheduleRun(schedule, KIND, new Random(1));
		run.learn(learned, 1);
		double[] mean = run.measure();
		add(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>", LEFT, top + 26,
				title));
		add(String.format(Locale.ROOT,
				"<text x=\"%.0f\" y=\"%d\" text-anchor=\"end\">%.1f polls per operation, end noticed %.1f s late</text>",
				LEFT + LAST_SECOND * SECOND, top + 26, mean[0], mean[1]));
		Random durations = new Random(8);
		for (int i = 0; i < OPERATIONS; i++) {
			double duration = KIND.next(durations);
			operation(top + 38 + i * ROW, duration, run.poll(duration));
		}
		int axis = top + 44 + OPERATIONS * ROW;
		for (int second = 0; second <= LAST_SECOND; second += 10) {
			double x = LEFT + second * SECOND;
			add(String.format(Locale.ROOT, "<line x1=\"%.0f\" y1=\"%d\" x2=\"%.0f\" y2=\"%d\" stroke=\"#d0d7de\"/>", x,
					top + 36, x, axis - 2));
			add(String.format(Locale.ROOT,
					"<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\" font-size=\"11\">%d s</text>", x, axis + 12,
					second));
		}
	}

	private void operation(int top, double duration, List<Double> polls) {
		bar(LEFT, top, duration * SECOND);
		for (double age : polls) {
			dot(LEFT + age * SECOND, top + 5, (age < duration) ? "#0969da" : "#cf222e");
		}
	}

	private void bar(int x, int y, double width) {
		add(String.format(Locale.ROOT,
				"<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"10\" rx=\"2\" fill=\"#ddf4ff\" stroke=\"#b6e3ff\"/>",
				x, y, width));
	}

	private void dot(double x, int y, String color) {
		add(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%d\" r=\"3.2\" fill=\"%s\"/>", x, y, color));
	}

	private void add(String line) {
		this.svg.append(line).append('\n');
	}

}
