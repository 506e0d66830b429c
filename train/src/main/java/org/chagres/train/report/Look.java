package org.chagres.train.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.title.Title;
import org.jfree.chart.ui.RectangleInsets;

/** Colours and fonts that the charts share. */
final class Look {
  static final Color INK = new Color(0x22, 0x2B, 0x38);
  static final Color BLUE = new Color(0x1F, 0x5F, 0xA8);
  static final Color ORANGE = new Color(0xD9, 0x6B, 0x0B);
  static final Color GREEN = new Color(0x2A, 0x83, 0x4B);
  static final BasicStroke LINE = new BasicStroke(2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);

  static final Color GRID = new Color(0xDD, 0xE1, 0xE7);

  private Look() {}

  static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }

  /** A white page with a title and, unless empty, a line below it. */
  static void page(JFreeChart chart, String subtitle) {
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(10, 10, 10, 16));
    chart.getTitle().setFont(font(Font.BOLD, 16));
    chart.getTitle().setPaint(INK);
    chart.getTitle().setMargin(2, 0, 4, 0);
    if (!subtitle.isEmpty()) {
      TextTitle line = new TextTitle(subtitle, font(Font.PLAIN, 12));
      line.setPaint(INK);
      line.setMargin(0, 0, 8, 0);
      chart.addSubtitle(0, (Title) line);
    }
  }

  static void axis(ValueAxis axis) {
    axis.setLabelFont(font(Font.BOLD, 12));
    axis.setLabelPaint(INK);
    axis.setTickLabelFont(font(Font.PLAIN, 11));
    axis.setTickLabelPaint(INK);
    axis.setAxisLinePaint(INK);
    axis.setTickMarkPaint(INK);
  }

  static void plot(XYPlot plot) {
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlinePaint(GRID);
    plot.setDomainGridlinePaint(GRID);
    plot.setRangeGridlinePaint(GRID);
    plot.setDomainGridlineStroke(new BasicStroke(1f));
    plot.setRangeGridlineStroke(new BasicStroke(1f));
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
  }
}
