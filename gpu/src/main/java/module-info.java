/** NVIDIA's GPUs: devices, streams, memory, plans of cuBLAS and cuDNN, and our own kernels. */
module org.chagres.gpu {
  requires transitive org.chagres.bindings;

  exports org.chagres.gpu;
  exports org.chagres.gpu.blas;
  exports org.chagres.gpu.dnn;
  exports org.chagres.gpu.kernel;
  exports org.chagres.gpu.memory;
}
