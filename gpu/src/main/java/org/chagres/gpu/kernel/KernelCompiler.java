package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.chagres.bindings.nvrtc.Nvrtc;

/** NVRTC: CUDA C++ to machine code. It needs no device. */
public final class KernelCompiler {

  private KernelCompiler() {}

  /**
   * Machine code of a source.
   *
   * @param architecture such as {@code sm_90}
   * @throws KernelCompileException with the compiler's messages
   */
  public static byte[] compile(Source source, String architecture) {
    return compile(source.fileName(), source.text(), architecture).code();
  }

  /**
   * What came out.
   *
   * @param log warnings; empty if there are none
   */
  record Compiled(byte[] code, String log) {}

  static Compiled compile(String name, String text, String architecture) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      MemorySegment none = MemorySegment.NULL;
      check(Nvrtc.nvrtcCreateProgram(out, arena.allocateFrom(text), arena.allocateFrom(name), 0, none, none),
          "nvrtcCreateProgram", name);
      MemorySegment program = out.get(ADDRESS, 0);
      try {
        return compile(program, name, options(architecture), arena);
      } finally {
        int unused = Nvrtc.nvrtcDestroyProgram(out);
      }
    }
  }

  private static List<String> options(String architecture) {
    List<String> options = new ArrayList<>(Source.options());
    options.add("--gpu-architecture=" + architecture);
    return options;
  }

  private static Compiled compile(MemorySegment program, String name, List<String> options, Arena arena) {
    MemorySegment list = arena.allocate(ADDRESS, options.size());
    for (int i = 0; i < options.size(); i++) {
      list.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
    }
    int status = Nvrtc.nvrtcCompileProgram(program, options.size(), list);
    if (status != 0) {
      throw new KernelCompileException("nvrtcCompileProgram of " + name + " with " + String.join(" ", options), status,
          text(status), log(program, arena));
    }
    MemorySegment size = arena.allocate(JAVA_LONG);
    check(Nvrtc.nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize", name);
    MemorySegment code = arena.allocate(Math.max(1, size.get(JAVA_LONG, 0)));
    check(Nvrtc.nvrtcGetCUBIN(program, code), "nvrtcGetCUBIN", name);
    return new Compiled(code.toArray(JAVA_BYTE), log(program, arena));
  }

  private static String log(MemorySegment program, Arena arena) {
    MemorySegment size = arena.allocate(JAVA_LONG);
    if (Nvrtc.nvrtcGetProgramLogSize(program, size) != 0 || size.get(JAVA_LONG, 0) < 1) {
      return "";
    }
    MemorySegment log = arena.allocate(size.get(JAVA_LONG, 0));
    return Nvrtc.nvrtcGetProgramLog(program, log) == 0 ? log.getString(0).strip() : "";
  }

  private static void check(int status, String call, String name) {
    if (status != 0) {
      throw new KernelCompileException(call + " of " + name, status, text(status), "");
    }
  }

  private static String text(int status) {
    return Nvrtc.nvrtcGetErrorString(status).getString(0);
  }
}
