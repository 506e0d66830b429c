package org.chagres.train.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** The course of a run as a PNG: loss above, accuracy below, over the epochs. */
public final class Curves {
  private static final int WIDTH = 800;
  private static final int HEIGHT = 640;
  // beyond so many epochs the points would cover the line
  private static final int MOST_POINTS = 60;

  private Curves() {}

  /**
   * Draws the curves. A measure that was not taken in an epoch, or is infinite, is passed over.
   *
   * @param path the file; its folder must exist; an older file is replaced
   * @param epochs the epochs, at least 1
   * @throws IllegalArgumentException if there are no epochs
   * @throws org.chagres.nn.state.StateException if the file can't be drawn or written
   */
  public static void write(Path path, List<Epoch> epochs) {
    if (epochs.isEmpty()) {
      throw new IllegalArgumentException("epochs: expected at least 1, got none");
    }
    Png.write(path, WIDTH, HEIGHT, () -> chart(epochs));
  }

  private static JFreeChart chart(List<Epoch> epochs) {
    NumberAxis domain = new NumberAxis("Epoch");
    domain.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
    domain.setRange(epochs.getFirst().epoch() - 0.5, epochs.getLast().epoch() + 0.5);
    Look.axis(domain);
    CombinedDomainXYPlot both = new CombinedDomainXYPlot(domain);
    both.setGap(18);
    XYPlot losses = panel("Loss", "0.####", 1e-3);
    add(losses, series("Training loss", epochs, Epoch::trainLoss), Look.BLUE);
    add(losses, series("Validation loss", epochs, Epoch::valLoss), Look.ORANGE);
    both.add(losses, 3);
    XYPlot accuracy = panel("Accuracy", "0.##%", 0.02);
    add(accuracy, series("Validation accuracy", epochs, Epoch::valAccuracy), Look.GREEN);
    both.add(accuracy, 2);
    JFreeChart chart = new JFreeChart("Training", Look.font(Font.BOLD, 16), both, true);
    Look.page(chart, subtitle(epochs));
    chart.getLegend().setItemFont(Look.font(Font.PLAIN, 12));
    chart.getLegend().setItemPaint(Look.INK);
    chart.getLegend().setFrame(BlockBorder.NONE);
    return chart;
  }

  private static XYPlot panel(String name, String format, double leastRange) {
    NumberAxis range = new NumberAxis(name);
    range.setAutoRangeIncludesZero(false);
    range.setAutoRangeMinimumSize(leastRange);
    range.setNumberFormatOverride(new DecimalFormat(format, DecimalFormatSymbols.getInstance(Locale.ROOT)));
    Look.axis(range);
    XYPlot plot = new XYPlot(new XYSeriesCollection(), new NumberAxis(), range, new XYLineAndShapeRenderer());
    Look.plot(plot);
    return plot;
  }

  private static void add(XYPlot plot, XYSeries series, Color color) {
    XYSeriesCollection data = (XYSeriesCollection) plot.getDataset();
    int index = data.getSeriesCount();
    data.addSeries(series);
    XYLineAndShapeRenderer renderer = (XYLineAndShapeRenderer) plot.getRenderer();
    renderer.setSeriesShapesVisible(index, series.getItemCount() <= MOST_POINTS);
    renderer.setSeriesPaint(index, color);
    renderer.setSeriesStroke(index, Look.LINE);
    renderer.setSeriesShape(index, new Ellipse2D.Double(-2.5, -2.5, 5, 5));
  }

  private static XYSeries series(String name, List<Epoch> epochs, ToDoubleFunction<Epoch> measure) {
    XYSeries series = new XYSeries(name);
    for (Epoch epoch : epochs) {
      double value = measure.applyAsDouble(epoch);
      if (Double.isFinite(value)) {
        series.add(epoch.epoch(), value);
      }
    }
    return series;
  }

  private static String subtitle(List<Epoch> epochs) {
    Optional<Epoch> best = epochs.stream().filter(e -> !Double.isNaN(e.valAccuracy()))
        .reduce((a, b) -> b.valAccuracy() > a.valAccuracy() ? b : a);
    return best.map(e -> String.format(Locale.ROOT, "best validation accuracy %.2f %% in epoch %d of %d",
        100 * e.valAccuracy(), e.epoch(), epochs.getLast().epoch())).orElse("");
  }
}
