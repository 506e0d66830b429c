package org.chagres.bindings;

import java.util.List;
import java.util.Locale;

/**
 * The libraries that bindings exist for. They are of CUDA 13: the number in a library's file name is that of its binary
 * interface, and the bindings were generated from the headers of these. CUDA 12 has other files, which are not looked
 * for.
 */
public enum Library {
  /** The CUDA runtime. */
  CUDART("CUDA runtime", "libcudart.so.13", "cu13", "nvidia-cuda-runtime", new Version(13, 0, 0)),
  /** The run-time compiler. */
  NVRTC("NVRTC", "libnvrtc.so.13", "cu13", "nvidia-cuda-nvrtc", new Version(13, 0, 0)),
  /** Matrix products with epilogues. */
  CUBLASLT("cuBLASLt", "libcublasLt.so.13", "cu13", "nvidia-cublas", new Version(13, 0, 0)),
  /** Matrix products. */
  CUBLAS("cuBLAS", "libcublas.so.13", "cu13", "nvidia-cublas", new Version(13, 0, 0), CUBLASLT),
  /** Layers of neural networks. Its libraries of operations are opened by itself, from its own folder. */
  CUDNN("cuDNN", "libcudnn.so.9", "cudnn", "nvidia-cudnn-cu13", new Version(9, 0, 0), NVRTC, CUBLASLT, CUBLAS),
  /** Communication between devices. */
  NCCL("NCCL", "libnccl.so.2", "nccl", "nvidia-nccl-cu13", new Version(2, 18, 0));

  private final String title;
  private final String file;
  private final String wheelFolder;
  private final String wheel;
  private final Version minimum;
  private final List<Library> needs;

  Library(String title, String file, String wheelFolder, String wheel, Version minimum, Library... needs) {
    this.title = title;
    this.file = file;
    this.wheelFolder = wheelFolder;
    this.wheel = wheel;
    this.minimum = minimum;
    this.needs = List.of(needs);
  }

  /** The name people know it by, such as {@code cuDNN}. */
  public String title() {
    return title;
  }

  /** Its file's name with the number of its binary interface, such as {@code libcudnn.so.9}. */
  public String file() {
    return file;
  }

  /** The oldest version that will do; of the same major version. */
  public Version minimum() {
    return minimum;
  }

  /** The system property that names this library's folder or file, such as {@code chagres.cudnn.path}. */
  public String property() {
    return "chagres." + name().toLowerCase(Locale.ROOT) + ".path";
  }

  /** What {@code pip install} takes. */
  String wheel() {
    return wheel;
  }

  /** The folder in {@code site-packages/nvidia} where pip puts it. */
  String wheelFolder() {
    return wheelFolder;
  }

  /** Those that the loader has to know before this one: it asks for them by bare file name. */
  List<Library> needs() {
    return needs;
  }
}
