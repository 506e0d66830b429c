package org.chagres.nn.backend.cpu;

import java.util.List;
import org.chagres.nn.backend.Backend;
import org.chagres.nn.backend.BackendProvider;
import org.chagres.simd.parallel.Workers;

/** Offers the one CPU. */
public final class CpuProvider implements BackendProvider {

  /** Made by the service loader. */
  public CpuProvider() {}

  @Override
  public String kind() {
    return "cpu";
  }

  @Override
  public List<String> describe() {
    return List.of("ready");
  }

  @Override
  public Backend device(int index) {
    if (index != 0) {
      throw new IllegalArgumentException("device cpu:" + index + ": there is one CPU, cpu:0");
    }
    return Holder.CPU;
  }

  private static final class Holder {
    static final Backend CPU = new CpuBackend(new CpuStream(Workers.shared()));
  }
}
