/** Tensors, automatic differentiation, layers, losses and their state. */
module org.chagres.nn {
  requires transitive org.chagres.simd;
}
