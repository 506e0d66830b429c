package org.chagres.simd.elementwise;

import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.chagres.simd.math.Buffers;
import org.chagres.simd.optim.AdamOptions;
import org.chagres.simd.optim.AdamState;
import org.chagres.simd.optim.AdamStep;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.reduce.Reduce;
import org.chagres.simd.reduce.Softmax;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.CompareOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.ReduceOp;
import org.chagres.simd.shape.ReduceShape;
import org.chagres.simd.shape.Strided;
import org.chagres.simd.shape.UnaryOp;

/**
 * Not a test: prints the time of maps, reductions and an optimizer step on one thread beside a plain copy of the same
 * run, and the bytes a run allocates on the heap.
 */
final class MapSpeed {

  private static final int N = 1 << 20;

  private MapSpeed() {}

  private static void print(String name, Workers workers, Job job, double bytesPerElement) {
    time(name, () -> workers.run(job), bytesPerElement);
  }

  private static void time(String name, Runnable run, double bytesPerElement) {
    for (int i = 0; i < 120; i++) {
      run.run();
    }
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().threadId();
    double best = Double.MAX_VALUE;
    long allocated = threads.getThreadAllocatedBytes(id);
    for (int i = 0; i < 60; i++) {
      long start = System.nanoTime();
      run.run();
      best = Math.min(best, System.nanoTime() - start);
    }
    allocated = (threads.getThreadAllocatedBytes(id) - allocated) / 60;
    System.out.printf(
        "%-28s %7.3f ns/element %7.1f GB/s %6d B/run%n", name, best / N, bytesPerElement * N / best, allocated);
  }

  public static void main(String[] args) {
    Random random = new Random(1);
    try (Arena arena = Arena.ofShared();
        Workers workers = Workers.of(1)) {
      MemorySegment[] s = new MemorySegment[5];
      for (int i = 0; i < s.length; i++) {
        s[i] = arena.allocate(8L * N, 4096);
        MemorySegment.copy(Buffers.normal(random, N, 1), 0, s[i], 0, 4L * N);
      }
      time("copy", () -> MemorySegment.copy(ALL, s[0].address(), ALL, s[1].address(), 4L * N), 8);
      for (UnaryOp op : UnaryOp.values()) {
        print(op.toString(), workers, UnaryMap.forward(new Unary(op, 1.5f, 2.5f), N, s[0], s[1]), 8);
      }
      print("RELU in place", workers, UnaryMap.forward(Unary.of(UnaryOp.RELU), N, s[1], s[1]), 8);
      for (UnaryOp op : new UnaryOp[] {UnaryOp.RELU, UnaryOp.GELU, UnaryOp.SILU}) {
        print(op + " backward", workers, UnaryMap.backward(Unary.of(op), N, s[0], s[1], s[2]), 12);
      }
      Strided dense = Strided.dense(N, 2);
      for (BinaryOp op : BinaryOp.values()) {
        print(op.toString(), workers, BinaryMap.forward(op, DType.F32, dense, s[0], s[1], s[2]), 12);
      }
      Strided bias = Strided.of(new long[] {N / 64, 64}, new long[] {64, 1}, new long[] {0, 1});
      print("ADD row of 64", workers, BinaryMap.forward(BinaryOp.ADD, DType.F32, bias, s[0], s[1], s[2]), 8);
      Strided column = Strided.of(new long[] {N / 64, 64}, new long[] {64, 1}, new long[] {1, 0});
      print("ADD column, rows of 64", workers, BinaryMap.forward(BinaryOp.ADD, DType.F32, column, s[0], s[1], s[2]), 8);
      Strided strange = Strided.of(new long[] {1024, 1024}, new long[] {1, 1024}, new long[] {1024, 1});
      print("ADD transposed", workers, BinaryMap.forward(BinaryOp.ADD, DType.F32, strange, s[0], s[1], s[2]), 12);
      var sides = new BinaryGradients.Sides(s[0], s[1], s[2], s[3]);
      print("MUL backward", workers, BinaryGradients.of(BinaryOp.MUL, dense, s[4], sides), 20);
      print("LT", workers, Comparison.of(CompareOp.LT, DType.F32, dense, s[0], s[1], s[2]), 9);
      print("where", workers, Selection.of(Strided.dense(N, 3), s[0], s[1], s[2], s[3]), 13);
      Strided nchw = Strided.of(new long[] {16, 64, 1024}, new long[] {65536, 1, 64});
      print("NHWC to NCHW, 64", workers, StridedCopy.gather(DType.F32, nchw, s[0], s[1]), 8);
      Strided nhwc = Strided.of(new long[] {16, 1024, 64}, new long[] {65536, 1, 1024});
      print("NCHW to NHWC, 64", workers, StridedCopy.gather(DType.F32, nhwc, s[0], s[1]), 8);
      print("cast U8 to F32", workers, Cast.of(DType.U8, DType.F32, N, s[0], s[1]), 5);
      print("fill", workers, Fill.of(DType.F32, N, 1, s[1]), 4);
      MemorySegment.copy(s[3], 0, s[1], 0, 4L * N);
      for (ReduceOp op : ReduceOp.values()) {
        print(op + " of all", workers, Reduce.of(op, new ReduceShape(1, N, 1), s[0], s[2]), 4);
        print(op + " of rows of 256", workers, Reduce.of(op, new ReduceShape(N / 256, 256, 1), s[0], s[2]), 4);
        print(op + " of columns, 256", workers, Reduce.of(op, new ReduceShape(1, N / 256, 256), s[0], s[2]), 4);
      }
      print("softmax, rows of 10", workers, Softmax.forward(false, new ReduceShape(N / 10, 10, 1), s[0], s[2]), 8);
      print("softmax, rows of 1024", workers, Softmax.forward(false, new ReduceShape(N / 1024, 1024, 1), s[0], s[2]),
          8);
      print("softmax, columns", workers, Softmax.forward(false, new ReduceShape(1, N / 256, 256), s[0], s[2]), 8);
      AdamState state = new AdamState(s[2], s[3], MemorySegment.NULL);
      s[3].fill((byte) 0);
      AdamOptions options = new AdamOptions.Fixed(1e-3, 0.9, 0.999, 1e-8, 0.01, true, false, 10);
      print("AdamW", workers, AdamStep.of(options, N, s[0], s[1], state), 28);
    }
  }
}
