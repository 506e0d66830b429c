package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.chagres.gpu.emulator.EmulatedModule;
import org.chagres.gpu.emulator.Emulator;

/** What stands for machine code: a mark, the compute capability it is for, the source's length, the source. */
final class Cubin {

  private static final int MARK = 0x4B_41_46_7F;
  private static final int HEADER = 3 * Integer.BYTES;

  private Cubin() {}

  static byte[] of(String source, int capability) {
    byte[] text = source.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEADER + text.length).order(ByteOrder.nativeOrder()).putInt(MARK).putInt(capability)
        .putInt(text.length).put(text).array();
  }

  static boolean is(MemorySegment code) {
    return code.get(JAVA_INT_UNALIGNED, 0) == MARK;
  }

  /** Machine code runs on devices of the same major version that are no older. */
  static boolean runsOn(MemorySegment code, int capability) {
    int made = code.get(JAVA_INT_UNALIGNED, Integer.BYTES);
    return made / 10 == capability / 10 && made <= capability;
  }

  /** The source, compiled. */
  static EmulatedModule load(MemorySegment code) {
    byte[] text = code.asSlice(HEADER, code.get(JAVA_INT_UNALIGNED, 2 * Integer.BYTES)).toArray(JAVA_BYTE);
    return Emulator.compile(new String(text, StandardCharsets.UTF_8));
  }
}
