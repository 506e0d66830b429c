/** The functions of CUDA's libraries as Java methods, and where those libraries are found. */
module org.chagres.bindings {
  exports org.chagres.bindings;
  exports org.chagres.bindings.cublas;
  exports org.chagres.bindings.cublaslt;
  exports org.chagres.bindings.cudart;
  exports org.chagres.bindings.cudnn;
  exports org.chagres.bindings.nccl;
  exports org.chagres.bindings.nvrtc;
}
