package org.chagres.train.report;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.StringJoiner;
import org.chagres.nn.state.AtomicFile;
import org.chagres.nn.state.StateException;

/**
 * The epochs of a run as a CSV file: a line for each, on disk before {@link #append} returns. A measure that was not
 * taken is an empty field. A run that is resumed goes on after the epoch of its checkpoint: later lines, and one cut
 * short by a crash, are dropped. There is nothing to close.
 */
public final class EpochLog {
  private static final String HEADER = "epoch,train_loss,val_loss,val_accuracy,lr,seconds";

  private final Path path;
  private final List<Epoch> epochs;

  private EpochLog(Path path, List<Epoch> epochs) {
    this.path = path;
    this.epochs = epochs;
  }

  /**
   * Starts a log, in place of any older file.
   *
   * @param path the file; its folder must exist
   * @throws StateException if it can't be written
   */
  public static EpochLog create(Path path) {
    return started(path, new ArrayList<>());
  }

  /**
   * Goes on with a log, or starts it if there is none.
   *
   * @param path the file
   * @param lastEpoch the epoch of the checkpoint; lines after it are dropped
   * @throws StateException if it can't be read or written, or is no such log
   */
  public static EpochLog resume(Path path, int lastEpoch) {
    if (!Files.exists(path)) {
      return create(path);
    }
    List<Epoch> epochs = new ArrayList<>(read(path));
    epochs.removeIf(e -> e.epoch() > lastEpoch);
    return started(path, epochs);
  }

  /**
   * Reads a log.
   *
   * @param path the file
   * @return its epochs; a last line that was cut short is left out
   * @throws StateException if it can't be read or is no such log
   */
  public static List<Epoch> read(Path path) {
    String text;
    try {
      text = Files.readString(path);
    } catch (IOException e) {
      throw new StateException(path, "cannot read", e);
    }
    // what follows the last line end was not written whole
    String[] lines = text.substring(0, text.lastIndexOf('\n') + 1).split("\n", -1);
    if (!lines[0].equals(HEADER)) {
      throw new StateException(path, "is no log of epochs: its first line is not " + HEADER);
    }
    List<Epoch> epochs = new ArrayList<>();
    for (int i = 1; i < lines.length - 1; i++) {
      epochs.add(parse(path, i + 1, lines[i]));
    }
    return epochs;
  }

  /** The epochs so far. */
  public List<Epoch> epochs() {
    return Collections.unmodifiableList(epochs);
  }

  /**
   * Adds an epoch.
   *
   * @throws IllegalArgumentException if it does not come after the last one
   * @throws StateException if it can't be written; the log then is as it was
   */
  public void append(Epoch epoch) {
    if (!epochs.isEmpty() && epoch.epoch() <= epochs.getLast().epoch()) {
      throw new IllegalArgumentException("epoch: expected one after " + epochs.getLast().epoch() + ", got "
          + epoch.epoch());
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      long end = channel.size();
      try {
        channel.position(end);
        writeFully(channel, line(epoch));
        channel.force(true);
      } catch (IOException e) {
        channel.truncate(end);
        throw e;
      }
    } catch (IOException e) {
      throw new StateException(path, "cannot append", e);
    }
    epochs.add(epoch);
  }

  private static EpochLog started(Path path, List<Epoch> epochs) {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    epochs.forEach(e -> text.append(line(e)));
    AtomicFile.write(path, channel -> writeFully(channel, text.toString()));
    return new EpochLog(path, epochs);
  }

  private static void writeFully(FileChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String line(Epoch e) {
    StringJoiner line = new StringJoiner(",", "", "\n").add(Integer.toString(e.epoch()));
    for (double value : new double[] {e.trainLoss(), e.valLoss(), e.valAccuracy(), e.lr(), e.seconds()}) {
      line.add(Double.isNaN(value) ? "" : Double.toString(value));
    }
    return line.toString();
  }

  private static Epoch parse(Path path, int number, String line) {
    String[] fields = line.split(",", -1);
    try {
      if (fields.length == 6) {
        double[] v = new double[6];
        for (int i = 1; i < 6; i++) {
          v[i] = fields[i].isEmpty() ? Double.NaN : Double.parseDouble(fields[i]);
        }
        return new Epoch(Integer.parseInt(fields[0]), v[1], v[2], v[3], v[4], v[5]);
      }
    } catch (NumberFormatException _) {
      // told below, as a line of another length is
    }
    throw new StateException(path, "line " + number + " is not an epoch: " + line);
  }
}
