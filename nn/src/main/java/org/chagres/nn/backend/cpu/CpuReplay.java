package org.chagres.nn.backend.cpu;

import java.util.List;
import org.chagres.nn.backend.Recorder.Call;
import org.chagres.nn.backend.Replay;

/** A recorded step as a list of calls, made one after another. */
final class CpuReplay implements Replay {

  private final Runnable[] calls;

  CpuReplay(List<Call> calls) {
    this.calls = calls.stream().map(Call::action).toArray(Runnable[]::new);
  }

  @Override
  public void run() {
    for (Runnable call : calls) {
      call.run();
    }
  }

  @Override
  public int size() {
    return calls.length;
  }

  @Override
  public void close() {
    // Nothing but memory of the heap.
  }
}
