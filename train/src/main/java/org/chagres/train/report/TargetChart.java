package org.chagres.train.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Paint;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.labels.StandardCategoryItemLabelGenerator;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.CategoryDataset;
import org.jfree.data.category.DefaultCategoryDataset;

/** How far targets are reached, as a PNG: a bar each from the target's line to the left or to the right. */
public final class TargetChart {

  private static final int WIDTH = 1000;
  private static final int ROW = 26;
  private static final Color LINE = Look.INK;

  private TargetChart() {}

  /**
   * A target.
   *
   * @param name what is to be reached; no two alike
   * @param reached 1 if just so, 2 if twice as good; above 0 and finite
   * @param told the figures in words
   */
  public record Bar(String name, double reached, String told) {

    /** Checks. */
    public Bar {
      if (!(reached > 0) || Double.isInfinite(reached)) {
        throw new IllegalArgumentException(name + ": expected a finite share above 0, got " + reached);
      }
    }
  }

  /**
   * Draws the bars, the first at the top.
   *
   * @param path the file; its folder must exist; an older file is replaced
   * @param title what it is about
   * @param subtitle a line below, or empty
   * @param bars one at least
   * @throws IllegalArgumentException if there are no bars
   * @throws org.chagres.nn.state.StateException if the file can't be drawn or written
   */
  public static void write(Path path, String title, String subtitle, List<Bar> bars) {
    if (bars.isEmpty()) {
      throw new IllegalArgumentException("bars: expected one at least");
    }
    Png.write(path, WIDTH, 140 + ROW * bars.size(), () -> chart(title, subtitle, bars));
  }

  private static JFreeChart chart(String title, String subtitle, List<Bar> bars) {
    DefaultCategoryDataset data = new DefaultCategoryDataset();
    bars.forEach(b -> data.addValue(b.reached, "reached", b.name));
    CategoryAxis names = new CategoryAxis();
    names.setMaximumCategoryLabelWidthRatio(0.5f);
    names.setTickLabelFont(Look.font(Font.PLAIN, 11));
    names.setTickLabelPaint(Look.INK);
    names.setTickMarksVisible(false);
    names.setAxisLineVisible(false);
    names.setLowerMargin(0.01);
    names.setUpperMargin(0.01);
    names.setCategoryMargin(0.35);
    CategoryPlot plot = new CategoryPlot(data, names, shares(bars), new Bars(bars));
    plot.setOrientation(PlotOrientation.HORIZONTAL);
    plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_RIGHT);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    plot.setRangeGridlinePaint(Look.GRID);
    plot.setRangeGridlineStroke(new BasicStroke(1f));
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    plot.addRangeMarker(new ValueMarker(1, LINE, new BasicStroke(1.5f)));
    JFreeChart chart = new JFreeChart(title, Look.font(Font.BOLD, 16), plot, false);
    Look.page(chart, subtitle);
    return chart;
  }

  /** Equal steps for equal factors, so that half and twice as good look alike. */
  private static LogAxis shares(List<Bar> bars) {
    LogAxis axis = new LogAxis("times as good as the target");
    axis.setBase(2);
    axis.setTickUnit(new NumberTickUnit(1));
    axis.setNumberFormatOverride(new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)));
    double least = bars.stream().mapToDouble(Bar::reached).min().orElse(1);
    double most = bars.stream().mapToDouble(Bar::reached).max().orElse(1);
    // room for the words at the right
    axis.setRange(Math.min(least, 0.5) * 0.95, Math.max(most, 2) * 2);
    Look.axis(axis);
    return axis;
  }

  /** Green where the target is held. */
  private static final class Bars extends BarRenderer {

    private static final long serialVersionUID = 1L;

    Bars(List<Bar> bars) {
      setBase(1);
      setBarPainter(new StandardBarPainter());
      setShadowVisible(false);
      setDrawBarOutline(false);
      setMaximumBarWidth(0.9);
      setDefaultItemLabelFont(Look.font(Font.PLAIN, 11));
      setDefaultItemLabelPaint(Look.INK);
      setDefaultItemLabelsVisible(true);
      // to the right of a bar that ends there, to the right of the line for one that ends at the left
      ItemLabelPosition beside = new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT);
      setDefaultPositiveItemLabelPosition(beside);
      setDefaultNegativeItemLabelPosition(beside);
      setDefaultItemLabelGenerator(new Words(bars.stream().map(Bar::told).toArray(String[]::new)));
    }

    @Override
    public Paint getItemPaint(int row, int column) {
      double reached = getPlot().getDataset().getValue(row, column).doubleValue();
      return reached >= 1 ? Look.GREEN : Look.ORANGE;
    }
  }

  /** The figures in words beside each bar. */
  private static final class Words extends StandardCategoryItemLabelGenerator {

    private static final long serialVersionUID = 1L;

    private final String[] told;

    Words(String... told) {
      this.told = told;
    }

    @Override
    public String generateLabel(CategoryDataset data, int row, int column) {
      return told[column];
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Words w && Arrays.equals(told, w.told);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(told);
    }
  }
}
