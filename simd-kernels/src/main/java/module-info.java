/** CPU kernels written with the Vector API over off-heap memory, the memory pool and the worker pool they run on. */
module org.chagres.simd {
  requires transitive jdk.incubator.vector;

  exports org.chagres.simd.conv;
  exports org.chagres.simd.elementwise;
  exports org.chagres.simd.fused;
  exports org.chagres.simd.gemm;
  exports org.chagres.simd.index;
  exports org.chagres.simd.lanes;
  exports org.chagres.simd.loss;
  exports org.chagres.simd.math;
  exports org.chagres.simd.memory;
  exports org.chagres.simd.norm;
  exports org.chagres.simd.optim;
  exports org.chagres.simd.parallel;
  exports org.chagres.simd.pool;
  exports org.chagres.simd.random;
  exports org.chagres.simd.readiness;
  exports org.chagres.simd.reduce;
  exports org.chagres.simd.reference;
  exports org.chagres.simd.shape;
  exports org.chagres.simd.winograd;
}
