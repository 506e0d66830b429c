/** Tensors, automatic differentiation, layers, losses and their state. */
module org.chagres.nn {
  requires com.fasterxml.jackson.core;
  requires org.chagres.gpu;
  requires transitive org.chagres.simd;

  exports org.chagres.nn.backend;
  exports org.chagres.nn.functional;
  exports org.chagres.nn.init;
  exports org.chagres.nn.losses;
  exports org.chagres.nn.modules;
  exports org.chagres.nn.record;
  exports org.chagres.nn.state;
  exports org.chagres.nn.tensor;

  uses org.chagres.nn.backend.BackendProvider;

  provides org.chagres.nn.backend.BackendProvider with
      org.chagres.nn.backend.cpu.CpuProvider,
      org.chagres.nn.backend.cuda.CudaProvider;
}
