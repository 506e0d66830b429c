package org.chagres.bench.starts;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Random;
import java.util.function.IntUnaryOperator;

/** Keeps the compiler's queue long: makes classes, each with a large method, and calls them until they are hot. */
final class BusyCompiler implements AutoCloseable {

  private static final int OPERATIONS = 400;
  private static final int CALLS = 12_000;

  private static volatile int unusedSink;

  private final Thread thread = new Thread(this::work, "busy-compiler");
  private volatile boolean closed;

  BusyCompiler() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Makes no more classes. */
  @Override
  public void close() {
    closed = true;
  }

  private void work() {
    for (int seed = 0; !closed; seed++) {
      IntUnaryOperator hot = make(seed);
      int value = seed;
      for (int i = 0; i < CALLS && !closed; i++) {
        value = hot.applyAsInt(value);
      }
      unusedSink = value;
    }
  }

  /** A class of straight-line arithmetic that no other one's is like. */
  static IntUnaryOperator make(int seed) {
    ClassDesc name = ClassDesc.of(BusyCompiler.class.getPackageName(), "Hot" + seed);
    byte[] bytes = ClassFile.of().build(name, type -> type
        .withInterfaceSymbols(ClassDesc.of(IntUnaryOperator.class.getName()))
        .withMethodBody(INIT_NAME, MTD_void, ClassFile.ACC_PUBLIC, code -> code
            .aload(0)
            .invokespecial(CD_Object, INIT_NAME, MTD_void)
            .return_())
        .withMethodBody(
            "applyAsInt", MethodTypeDesc.of(CD_int, CD_int), ClassFile.ACC_PUBLIC, code -> arithmetic(code, seed)));
    try {
      MethodHandles.Lookup hidden = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (IntUnaryOperator) hidden
          .findConstructor(hidden.lookupClass(), MethodType.methodType(void.class))
          .invoke();
    } catch (Throwable e) {
      throw new IllegalStateException("class " + name.displayName() + " cannot be made", e);
    }
  }

  private static void arithmetic(CodeBuilder code, int seed) {
    Random random = new Random(seed);
    code.iload(1);
    for (int i = 0; i < OPERATIONS; i++) {
      code.loadConstant(random.nextInt(1, 1 << 20)).iload(1);
      switch (random.nextInt(4)) {
        case 0 -> code.imul().iadd();
        case 1 -> code.ixor().isub();
        case 2 -> code.iadd().ixor();
        default -> code.ior().imul();
      }
    }
    code.ireturn();
  }
}
