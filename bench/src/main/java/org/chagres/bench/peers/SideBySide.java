package org.chagres.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.process.FreshJvm;
import org.chagres.bench.process.Output;

/** The same case on both sides, in turn, each time in a process of its own. */
public final class SideBySide {

  private final Case what;
  private final Optional<Torch> torch;
  private final Comparison comparison = new Comparison();
  private final List<Row> raw = new ArrayList<>();

  /**
   * Nothing run yet.
   *
   * @param torch the other side; without it only ours runs
   */
  public SideBySide(Case what, Optional<Torch> torch) {
    this.what = what;
    this.torch = torch;
  }

  /**
   * Runs both sides once.
   *
   * @param number of the round, from 1
   * @param told every row as it comes, with its side and round
   * @throws IllegalStateException if one side fails
   */
  public void round(int number, Consumer<Row> told) {
    theirs(number, told);
    ours(number, told);
  }

  /** Half a round: theirs, if there is a peer. */
  public void theirs(int number, Consumer<Row> told) {
    torch.ifPresent(peer -> peer.rows(what).forEach(row -> {
      comparison.theirs(row);
      raw.add(tell(row, "peer", number, told));
    }));
  }

  /** The other half: ours. */
  public void ours(int number, Consumer<Row> told) {
    List<String> ours = FreshJvm.alike("org.chagres.train", "org.chagres.train.cli.Main", what.ourArguments());
    for (String line : Output.require(ours)) {
      Rows.parse(line).ifPresent(row -> {
        comparison.ours(row);
        raw.add(tell(row, "chagres", number, told));
      });
    }
  }

  private static Row tell(Row row, String side, int round, Consumer<Row> told) {
    Row full = Row.of(row.fields()).put("side", side).put("round", round);
    told.accept(full);
    return full;
  }

  /** What is compared. */
  public Case what() {
    return what;
  }

  /** What came of the rounds so far. */
  public Comparison comparison() {
    return comparison;
  }

  /** Every row, with its side and round. */
  public List<Row> raw() {
    return List.copyOf(raw);
  }
}
