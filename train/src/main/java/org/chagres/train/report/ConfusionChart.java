package org.chagres.train.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Paint;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.chagres.train.metrics.ConfusionMatrix;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.PaintScale;
import org.jfree.chart.renderer.xy.XYBlockRenderer;
import org.jfree.chart.title.PaintScaleLegend;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.data.xy.DefaultXYZDataset;

/** A confusion matrix as a PNG: a row for each class, coloured by the share of its rows, with the counts written in. */
public final class ConfusionChart {
  // up to so many classes counts fit into the cells
  private static final int MOST_COUNTED = 40;
  // and up to so many names beside them
  private static final int MOST_NAMED = 100;

  private ConfusionChart() {}

  /**
   * Draws the matrix.
   *
   * @param path the file; its folder must exist; an older file is replaced
   * @param matrix what was counted
   * @param classNames the names of the classes
   * @throws IllegalArgumentException if there are not as many names as classes
   * @throws org.chagres.nn.state.StateException if the file can't be drawn or written
   */
  public static void write(Path path, ConfusionMatrix matrix, List<String> classNames) {
    int classes = matrix.classes();
    if (classNames.size() != classes) {
      throw new IllegalArgumentException("classNames: expected " + classes + ", got " + classNames.size());
    }
    int cell = classes <= 20 ? 52 : classes <= MOST_COUNTED ? 40 : 12;
    int side = Math.max(360, Math.min(cell * classes, classes <= MOST_COUNTED ? 1600 : 1200));
    int longest = classNames.stream().mapToInt(String::length).max().orElse(0);
    // about what the names take, so that the matrix stays a square
    int names = classes > MOST_NAMED ? 0 : Math.min(7 * longest, 250);
    int height = side + 130 + (upright(classNames) ? names : 20);
    Png.write(path, side + names + 170, height, () -> chart(matrix, classNames));
  }

  private static JFreeChart chart(ConfusionMatrix matrix, List<String> names) {
    int classes = matrix.classes();
    double[][] shares = matrix.normalized();
    double[][] cells = new double[3][classes * classes];
    XYBlockRenderer renderer = new XYBlockRenderer();
    renderer.setPaintScale(new Shares());
    SymbolAxis predicted = axis("Predicted class", names);
    predicted.setVerticalTickLabels(upright(names));
    SymbolAxis actual = axis("True class", names);
    actual.setInverted(true);
    XYPlot plot = new XYPlot(new DefaultXYZDataset(), predicted, actual, renderer);
    Look.plot(plot);
    plot.setDomainGridlinesVisible(false);
    plot.setRangeGridlinesVisible(false);
    plot.setDomainAxisLocation(AxisLocation.BOTTOM_OR_LEFT);
    for (int a = 0; a < classes; a++) {
      for (int p = 0; p < classes; p++) {
        int i = a * classes + p;
        cells[0][i] = p;
        cells[1][i] = a;
        cells[2][i] = shares[a][p];
        if (classes <= MOST_COUNTED && matrix.count(a, p) > 0) {
          plot.addAnnotation(count(matrix.count(a, p), p, a, shares[a][p], classes), false);
        }
      }
    }
    ((DefaultXYZDataset) plot.getDataset()).addSeries("shares", cells);
    JFreeChart chart = new JFreeChart("Confusion matrix", Look.font(Font.BOLD, 16), plot, false);
    Look.page(chart, subtitle(matrix));
    chart.addSubtitle(legend());
    return chart;
  }

  /** Whether the names below the columns stand upright. */
  private static boolean upright(List<String> names) {
    return names.size() > 8 || names.stream().anyMatch(n -> n.length() > 8);
  }

  private static SymbolAxis axis(String label, List<String> names) {
    SymbolAxis axis = new SymbolAxis(label, names.toArray(new String[0]));
    axis.setGridBandsVisible(false);
    axis.setTickMarksVisible(false);
    axis.setTickLabelsVisible(names.size() <= MOST_NAMED);
    axis.setRange(-0.5, names.size() - 0.5);
    Look.axis(axis);
    axis.setTickLabelFont(Look.font(Font.PLAIN, names.size() <= MOST_COUNTED ? 12 : 9));
    return axis;
  }

  private static XYTextAnnotation count(long count, int x, int y, double share, int classes) {
    XYTextAnnotation text = new XYTextAnnotation(Long.toString(count), x, y);
    int digits = Long.toString(count).length();
    text.setFont(Look.font(x == y ? Font.BOLD : Font.PLAIN, (classes <= 20 ? 13 : 10) - Math.max(0, digits - 4)));
    text.setPaint(share > 0.35 ? Color.WHITE : Look.INK);
    return text;
  }

  private static PaintScaleLegend legend() {
    NumberAxis shares = new NumberAxis("Share of the class");
    NumberFormat percent = NumberFormat.getPercentInstance(Locale.ROOT);
    shares.setNumberFormatOverride(percent);
    shares.setRange(0, 1);
    shares.setTickUnit(new NumberTickUnit(0.1, percent));
    Look.axis(shares);
    PaintScaleLegend legend = new PaintScaleLegend(new Shares(), shares);
    legend.setPosition(RectangleEdge.RIGHT);
    legend.setAxisLocation(AxisLocation.BOTTOM_OR_RIGHT);
    legend.setStripWidth(14);
    legend.setMargin(12, 14, 12, 4);
    legend.setBackgroundPaint(Color.WHITE);
    legend.setSubdivisionCount(128);
    return legend;
  }

  private static String subtitle(ConfusionMatrix matrix) {
    long rows = IntStream.range(0, matrix.classes()).mapToLong(matrix::rows).sum();
    long none = IntStream.range(0, matrix.classes()).mapToLong(matrix::unpredicted).sum();
    String told = rows == 0 ? "no rows"
        : String.format(Locale.ROOT, "accuracy %.2f %% of %d rows",
            100 * matrix.value(), rows);
    return none == 0 ? told : told + ", " + none + " without a prediction";
  }

  /** From white to dark blue; steeper at first, so that rare mistakes show. */
  private static final class Shares implements PaintScale {

    @Override
    public double getLowerBound() {
      return 0;
    }

    @Override
    public double getUpperBound() {
      return 1;
    }

    @Override
    public Paint getPaint(double value) {
      double t = Math.sqrt(Math.clamp(value, 0.0, 1.0));
      return new Color(mix(255, 0x0B, t), mix(255, 0x3C, t), mix(255, 0x7D, t));
    }

    private static int mix(int from, int to, double t) {
      return (int) Math.round(from + (to - from) * t);
    }
  }
}
