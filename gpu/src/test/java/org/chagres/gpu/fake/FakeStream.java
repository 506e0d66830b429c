package org.chagres.gpu.fake;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A stream. Its work is done when it is submitted, but for functions on the host, which run on a thread of their own. */
final class FakeStream implements Owned {

  private final FakeDevice device;
  private final boolean blocking;
  private final Clock clock = new Clock();
  private CompletableFuture<Void> pending = CompletableFuture.completedFuture(null);
  private Optional<Capture> capture = Optional.empty();

  FakeStream(FakeDevice device, boolean blocking) {
    this.device = device;
    this.blocking = blocking;
  }

  @Override
  public String kind() {
    return "stream";
  }

  FakeDevice device() {
    return device;
  }

  boolean isNull() {
    return device.nullStream() == this;
  }

  /** Whether it and the null stream wait for each other. */
  boolean isBlocking() {
    return blocking;
  }

  /** What is ordered before its next work. */
  Clock clock() {
    return clock;
  }

  /** Functions on the host that its next work waits for. */
  CompletableFuture<Void> pending() {
    return pending;
  }

  void pending(CompletableFuture<Void> work) {
    pending = work;
  }

  Optional<Capture> capture() {
    return capture;
  }

  void capture(Optional<Capture> of) {
    capture = of;
  }
}
