package org.chagres.gpu;

/**
 * What a device is.
 *
 * @param index its number in this process, from 0
 * @param name its name, such as {@code NVIDIA H200}
 * @param major compute capability, before the point
 * @param minor compute capability, after the point
 * @param memory bytes of its memory
 * @param multiprocessors its multiprocessors
 */
public record CudaDeviceInfo(int index, String name, int major, int minor, long memory, int multiprocessors) {

  /** Such as {@code sm_90}, for the compiler. */
  public String architecture() {
    return "sm_" + major + minor;
  }

  /** One line for people. */
  public String describe() {
    return "cuda:" + index + " " + name + ", compute capability " + major + "." + minor + ", " + (memory >> 20)
        + " MiB, " + multiprocessors + " multiprocessors";
  }
}
