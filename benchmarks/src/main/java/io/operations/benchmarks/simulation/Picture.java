package io.operations.benchmarks.simulation;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.imageio.ImageIO;

import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Diagrams one below the other in one PNG file: as SVG, with its letters drawn one by
 * one, it would be ten times as large.
 */
public final class Picture {

	private static final int WIDTH = 780;

	private static final int HEIGHT = 240;

	private static final Color GRID = new Color(225, 225, 225);

	private static final Color[] COLORS = { new Color(0x1f77b4), new Color(0xd62728), new Color(0x2ca02c),
			new Color(0x9467bd), new Color(0xff7f0e), new Color(0x8c564b), new Color(0x7f7f7f) };

	private final List<XYChart> charts = new ArrayList<>();

	private final String title;

	/**
	 * Create a picture without diagrams.
	 * @param title the title
	 */
	public Picture(String title) {
		this.title = title;
	}

	/**
	 * Add a diagram.
	 * @param x what goes to the right, with its unit
	 * @param y what goes up, with its unit
	 * @param curves its lines
	 * @return the style, for what is special about it
	 */
	public XYStyler diagram(String x, String y, List<Curve> curves) {
		XYChart chart = new XYChartBuilder().width(WIDTH)
			.height(HEIGHT)
			.title(this.charts.isEmpty() ? this.title : "")
			.xAxisTitle(x)
			.yAxisTitle(y)
			.build();
		XYStyler styler = chart.getStyler();
		styler.setSeriesColors(COLORS);
		styler.setChartBackgroundColor(Color.WHITE);
		styler.setPlotBackgroundColor(Color.WHITE);
		styler.setPlotGridLinesColor(GRID);
		styler.setPlotBorderVisible(false);
		styler.setLegendBorderColor(Color.WHITE);
		styler.setLegendVisible(curves.size() > 1);
		styler.setLegendPosition(Styler.LegendPosition.OutsideE);
		for (Curve curve : curves) {
			XYSeries series = chart.addSeries(curve.name(), curve.x(), curve.y());
			series.setMarker(SeriesMarkers.NONE);
			series.setLineStyle(new BasicStroke(1.4f));
		}
		this.charts.add(chart);
		return styler;
	}

	/**
	 * Write the file.
	 * @param file where to
	 */
	public void write(Path file) {
		BufferedImage image = new BufferedImage(WIDTH, HEIGHT * this.charts.size(), BufferedImage.TYPE_INT_RGB);
		Graphics2D graphics = image.createGraphics();
		for (XYChart chart : this.charts) {
			chart.paint(graphics, WIDTH, HEIGHT);
			graphics.translate(0, HEIGHT);
		}
		graphics.dispose();
		try {
			Files.createDirectories(file.toAbsolutePath().getParent());
			ImageIO.write(image, "png", file.toFile());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
