package org.chagres.gpu.fake;

import java.lang.foreign.MemorySegment;

/** A matrix in memory. */
record Matrix(MemorySegment memory, ElementKind kind, int rows, int columns, long rowStride, long columnStride) {

  /** As BLAS stores it: columns lie one behind the other, {@code ld} elements apart. */
  static Matrix byColumns(MemorySegment memory, ElementKind kind, long rows, long columns, long ld) {
    return new Matrix(memory, kind, Math.toIntExact(rows), Math.toIntExact(columns), 1, ld);
  }

  Matrix transposed() {
    return new Matrix(memory, kind, columns, rows, columnStride, rowStride);
  }

  /** Another one of a batch, so many elements further on. */
  Matrix moved(long elements) {
    return new Matrix(MemorySegment.ofAddress(memory.address() + elements * kind.bytes()), kind, rows, columns,
        rowStride, columnStride);
  }

  /** From the first element to the last. */
  long spanBytes() {
    return rows == 0 || columns == 0 ? 0
        : ((rows - 1) * rowStride + (columns - 1) * columnStride + 1) * kind.bytes();
  }

  /** Its elements, row by row. */
  float[] load() {
    MemorySegment from = memory.reinterpret(spanBytes());
    float[] elements = new float[Math.multiplyExact(rows, columns)];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        elements[i * columns + j] = kind.get(from, i * rowStride + j * columnStride);
      }
    }
    return elements;
  }

  void store(double[] elements) {
    MemorySegment to = memory.reinterpret(spanBytes());
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        kind.set(to, i * rowStride + j * columnStride, (float) elements[i * columns + j]);
      }
    }
  }
}
