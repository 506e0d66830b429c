package org.chagres.nn.backend.cuda;

import java.util.ArrayList;
import java.util.List;
import org.chagres.gpu.CudaGraph;
import org.chagres.nn.backend.Recorder.Call;
import org.chagres.nn.backend.Replay;

/**
 * A recorded step as CUDA graphs. What the host does is done before the launches around it, which read nothing of the host's: what
 * they depend on, such as a learning rate, goes to device memory first. Only an action that itself calls the device, such as the
 * clipping of gradients by their norm, splits the step into a graph before it and one after.
 */
final class CudaReplay implements Replay {

  private final CudaQueue queue;
  private final CudaParameters parameters;
  private final List<Part> parts = new ArrayList<>();
  private final int size;

  /** Actions of the host, then a graph; either may be nothing. */
  private record Part(Runnable[] host, CudaGraph graph) {}

  CudaReplay(CudaQueue queue, CudaParameters parameters, List<Call> calls) {
    this.queue = queue;
    this.parameters = parameters;
    this.size = calls.size();
    List<Runnable> host = new ArrayList<>();
    List<Runnable> launches = new ArrayList<>();
    try {
      for (Call call : calls) {
        switch (call.kind()) {
          case HOST -> host.add(call.action());
          case LAUNCH -> launches.add(call.action());
          case SPLIT -> {
            add(host, launches);
            add(List.of(call.action()), List.of());
            host.clear();
            launches.clear();
          }
        }
      }
      add(host, launches);
    } catch (RuntimeException | Error e) {
      closeGraphs(); // parameters are closed with the recording of which nothing comes
      throw e;
    }
  }

  private void add(List<Runnable> host, List<Runnable> launches) {
    CudaGraph graph = launches.isEmpty() ? null : queue.stream().capture(() -> launches.forEach(Runnable::run));
    parts.add(new Part(host.toArray(Runnable[]::new), graph));
  }

  @Override
  public void run() {
    parameters.begin();
    for (Part part : parts) {
      for (Runnable action : part.host) {
        action.run();
      }
      if (part.graph != null) {
        if (!parameters.isEmpty()) {
          parameters.upload();
        }
        part.graph.launch();
      }
    }
  }

  @Override
  public int size() {
    return size;
  }

  /** Waits for what is under way. */
  @Override
  public void close() {
    closeGraphs();
    parameters.close();
  }

  private void closeGraphs() {
    for (Part part : parts) {
      if (part.graph != null) {
        part.graph.close();
      }
    }
  }
}
