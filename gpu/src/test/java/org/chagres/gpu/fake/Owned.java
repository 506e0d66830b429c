package org.chagres.gpu.fake;

/** What a caller holds by a handle and has to destroy. */
interface Owned {
  /** What people call it, such as {@code stream}. */
  String kind();
}
