package org.chagres.gpu.fake;

import static org.chagres.bindings.nvrtc.Nvrtc.*;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chagres.bindings.Library;
import org.chagres.bindings.Version;
import org.chagres.gpu.emulator.Emulator;
import org.chagres.gpu.emulator.EmulatorException;

/** The compiler: g++, by the emulator. */
final class FakeNvrtc {

  private static final class Program implements Owned {
    private final String source;
    private byte[] cubin = {};
    private String log = "";

    Program(String source) {
      this.source = source;
    }

    @Override
    public String kind() {
      return "program of NVRTC";
    }
  }

  private static final Pattern ARCHITECTURE = Pattern.compile("(?:--gpu-architecture|-arch)=sm_(\\d+)a?");

  private final Machine machine;

  FakeNvrtc(Machine machine) {
    this.machine = machine;
  }

  private Program program(MemorySegment handle) {
    return machine.handles().get(Program.class, handle);
  }

  int nvrtcVersion(MemorySegment major, MemorySegment minor) {
    Version version = machine.settings().version(Library.NVRTC);
    Pointers.putInt(major, version.major());
    Pointers.putInt(minor, version.minor());
    return 0;
  }

  MemorySegment nvrtcGetErrorString(int result) {
    return Pointers.text(Family.NVRTC.name(result));
  }

  int nvrtcCreateProgram(MemorySegment program, MemorySegment source, MemorySegment name, int headers,
      MemorySegment headerTexts, MemorySegment includeNames) {
    if (headers != 0) {
      throw Refusal.value("headers are not known here, got " + headers);
    }
    Pointers.putPointer(program, machine.handles().give(new Program(Pointers.getText(source))));
    return 0;
  }

  /** The architecture has to be named, else there would be no machine code. */
  int nvrtcCompileProgram(MemorySegment program, int count, MemorySegment options) {
    Program of = program(program);
    int capability = 0;
    for (int i = 0; i < count; i++) {
      String option = Pointers.getText(Pointers.getPointer(options, i));
      Matcher architecture = ARCHITECTURE.matcher(option);
      if (architecture.matches()) {
        capability = Integer.parseInt(architecture.group(1));
      } else if (!option.startsWith("-")) {
        of.log = "unknown option " + option;
        throw new Refusal(NVRTC_ERROR_INVALID_OPTION(), of.log);
      }
    }
    if (capability == 0) {
      of.log = "no machine code is made without --gpu-architecture=sm_NN";
      throw new Refusal(NVRTC_ERROR_INVALID_OPTION(), of.log);
    }
    try {
      Emulator.compile(of.source);
      of.cubin = Cubin.of(of.source, capability);
    } catch (EmulatorException e) {
      of.log = e.getMessage();
      throw new Refusal(NVRTC_ERROR_COMPILATION());
    }
    return 0;
  }

  int nvrtcGetProgramLogSize(MemorySegment program, MemorySegment size) {
    Pointers.putLong(size, log(program).length);
    return 0;
  }

  int nvrtcGetProgramLog(MemorySegment program, MemorySegment log) {
    Pointers.at(log).copyFrom(MemorySegment.ofArray(log(program)));
    return 0;
  }

  /** With the zero at its end. */
  private byte[] log(MemorySegment program) {
    return (program(program).log + "\0").getBytes(StandardCharsets.UTF_8);
  }

  int nvrtcGetCUBINSize(MemorySegment program, MemorySegment size) {
    Pointers.putLong(size, program(program).cubin.length);
    return 0;
  }

  int nvrtcGetCUBIN(MemorySegment program, MemorySegment cubin) {
    Pointers.at(cubin).copyFrom(MemorySegment.ofArray(program(program).cubin));
    return 0;
  }

  int nvrtcDestroyProgram(MemorySegment program) {
    MemorySegment handle = Pointers.getPointer(program, 0);
    machine.handles().destroy(Program.class, handle);
    Pointers.putPointer(program, MemorySegment.NULL);
    return 0;
  }
}
