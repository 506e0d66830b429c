package org.chagres.gpu.fake;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** An event: the point of a stream where it was last recorded. */
final class FakeEvent implements Owned {

  /** Where it was recorded. */
  record Point(Clock clock, CompletableFuture<Void> pending, long nanos, Optional<Capture> capture) {}

  private final FakeDevice device;
  private final boolean timing;
  private Optional<Point> point = Optional.empty();

  FakeEvent(FakeDevice device, boolean timing) {
    this.device = device;
    this.timing = timing;
  }

  @Override
  public String kind() {
    return "event";
  }

  FakeDevice device() {
    return device;
  }

  boolean hasTiming() {
    return timing;
  }

  Optional<Point> point() {
    return point;
  }

  void record(Point at) {
    point = Optional.of(at);
  }
}
