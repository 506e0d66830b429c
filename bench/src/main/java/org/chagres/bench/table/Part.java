package org.chagres.bench.table;

/** Of the table. */
public enum Part {
  /** Training steps. */
  TRAIN,
  /** Products and convolutions. */
  OPS,
  /** Forward passes in evaluation. */
  INFER,
  /** From the start of a JVM to training at full speed. */
  FIRSTSTEP,
  /** Resident memory beside the peer's. */
  MEMORY,
  /** Fresh JVMs in which a kernel stays slow. */
  STARTS,
  /** Other libraries of the JVM. */
  JVM
}
