/** Tensors, automatic differentiation, layers, losses and their state. */
module org.chagres.nn {
  requires transitive org.chagres.simd;
  requires com.fasterxml.jackson.core;

  exports org.chagres.nn.state;
}
