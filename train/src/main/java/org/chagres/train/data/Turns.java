package org.chagres.train.data;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Places of one kind that take turns: a certain number, made when first needed, and one more for each that is lent to a loop for
 * longer than its turn. Guarded by the ring's lock.
 */
final class Turns<P extends Place> {
  private final ArrayDeque<P> free = new ArrayDeque<>();
  private final int most;
  private final Supplier<P> maker;
  private int count; // free, or out for their turn; not those that are lent
  private boolean closed;

  Turns(int most, Supplier<P> maker) {
    this.most = most;
    this.maker = maker;
  }

  /** One that is free or new; empty while all are out. */
  Optional<P> take() {
    P place = free.poll();
    if (place == null && count < most) {
      place = maker.get();
      count++;
    }
    return Optional.ofNullable(place);
  }

  /** Its turn is over before anybody read it. */
  void unused(P place) {
    if (closed) {
      place.close();
    } else {
      free.add(place);
    }
  }

  /** One that is out is lent: another may be made in its stead, so that a loop that keeps one does not stop the rest. */
  void lend() {
    count--;
  }

  /** One that was lent is out for its turn again. */
  void unlend() {
    count++;
  }

  /** One that was lent comes back. */
  void giveBack(P place) {
    if (place.readersDone() && count < most && !closed) {
      count++;
      free.add(place);
    } else {
      place.close();
    }
  }

  /** Those that are free go, the others when they come back. */
  void close() {
    closed = true;
    free.forEach(Place::close);
    free.clear();
  }

  /** A place that is out, and where it goes back to. */
  record Seat<P extends Place>(P place, Turns<P> home) {

    void lend() {
      home.lend();
    }

    void unlend() {
      home.unlend();
    }

    void giveBack() {
      home.giveBack(place);
    }
  }
}
