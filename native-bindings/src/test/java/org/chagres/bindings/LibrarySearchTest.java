package org.chagres.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chagres.bindings.LibrarySearch.Hit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of the places, on trees of empty files. */
class LibrarySearchTest {

  @TempDir Path root;

  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();

  private LibrarySearch search() {
    return new LibrarySearch(name -> properties.getOrDefault(name, ""), name -> environment.getOrDefault(name, ""),
        root);
  }

  private Path file(String path) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }

  private List<Path> found(Library library) {
    return search().hits(library).stream().map(Hit::file).toList();
  }

  @Test
  void nothingIsFoundWhereNothingIs() {
    assertEquals(List.of(), found(Library.CUDNN));
    assertEquals("Python's site-packages (none found)", search().places(Library.CUDNN).getFirst().toString());
  }

  @Test
  void placesComeInTheirOrder() throws IOException {
    Path toolkit = file("usr/local/cuda-13.0/lib64/libcudart.so.13");
    Path system = file("usr/lib/python3.11/dist-packages/nvidia/cu13/lib/libcudart.so.13");
    Path user = file("home/.local/lib/python3.12/site-packages/nvidia/cu13/lib/libcudart.so.13");
    file("opt/python/bin/python3");
    Path onPath = file("opt/python/lib/python3.13/site-packages/nvidia/cu13/lib/libcudart.so.13");
    Path conda = file("conda/lib/python3.12/site-packages/nvidia/cu13/lib/libcudart.so.13");
    Path virtual = file("venv/lib/python3.12/site-packages/nvidia/cu13/lib/libcudart.so.13");
    Path cudaPath = file("c/lib64/libcudart.so.13");
    Path cudaHome = file("b/lib64/libcudart.so.13");
    Path own = file("a/libcudart.so.13");
    Path property = file("p/nvidia/cu13/lib/libcudart.so.13");
    properties.put("chagres.cuda.path", root.resolve("absent") + File.pathSeparator + root.resolve("p"));
    for (Map.Entry<String, String> variable : Map
        .of("CHAGRES_CUDA_PATH", "a", "CUDA_HOME", "b", "CUDA_PATH", "c", "VIRTUAL_ENV",
            "venv", "CONDA_PREFIX", "conda", "PATH", "opt/python/bin", "HOME", "home")
        .entrySet()) {
      environment.put(variable.getKey(), root.resolve(variable.getValue()).toString());
    }
    assertEquals(List.of(property, own, cudaHome, cudaPath, virtual, conda, onPath, user, system, toolkit),
        found(Library.CUDART));
    assertEquals("the system property chagres.cuda.path", search().hits(Library.CUDART).getFirst().origin());
  }

  @Test
  void theLibrarysOwnPropertyEndsTheSearch() throws IOException {
    file("all/libcudnn.so.9");
    properties.put("chagres.cuda.path", root.resolve("all").toString());
    properties.put("chagres.cudnn.path", root.resolve("empty").toString());
    assertEquals(List.of(), found(Library.CUDNN));
    Path own = file("one/libcudnn.so.9");
    properties.put("chagres.cudnn.path", own.toString());
    assertEquals(List.of(own), found(Library.CUDNN), "a file");
    properties.put("chagres.cudnn.path", own.getParent().toString());
    assertEquals(List.of(own), found(Library.CUDNN), "a folder");
  }

  @Test
  void newestToolkitAndNewestPythonComeFirst() throws IOException {
    Path old = file("usr/local/cuda-13.2/lib64/libnvrtc.so.13");
    Path recent = file("usr/local/cuda-13.10/lib64/libnvrtc.so.13");
    Path python9 = file("usr/local/lib/python3.9/site-packages/nvidia/cu13/lib/libnvrtc.so.13");
    Path python11 = file("usr/local/lib/python3.11/dist-packages/nvidia/cu13/lib/libnvrtc.so.13");
    assertEquals(List.of(python11, python9, recent, old), found(Library.NVRTC));
  }

  @Test
  void aFileThatTwoWaysLeadToIsFoundOnce() throws IOException {
    Path file = file("usr/local/cuda-13.0/lib64/libcublas.so.13");
    Path link = Files.createSymbolicLink(root.resolve("usr/local/cuda"), root.resolve("usr/local/cuda-13.0"));
    assertEquals(List.of(link.resolve("lib64/libcublas.so.13")), found(Library.CUBLAS));
    assertTrue(Files.isSameFile(file, found(Library.CUBLAS).getFirst()));
  }

  @Test
  void aPipFolderItselfMayBeNamed() throws IOException {
    Path cudnn = file("site-packages/nvidia/cudnn/lib/libcudnn.so.9");
    for (String named : List.of("site-packages", "site-packages/nvidia", "site-packages/nvidia/cudnn/lib")) {
      properties.put("chagres.cuda.path", root.resolve(named).toString());
      assertEquals(List.of(cudnn), found(Library.CUDNN), named);
    }
  }

  @Test
  void otherVersionsAreSeen() throws IOException {
    file("cuda/lib64/libcudart.so.13");
    Path twelve = file("cuda/lib64/libcudart.so.12");
    file("cuda/lib64/libcudart.so.13.0.96");
    file("cuda/lib64/libcudart_static.a");
    environment.put("CUDA_HOME", root.resolve("cuda").toString());
    assertEquals(List.of(twelve), search().otherVersions(Library.CUDART));
  }

  @Test
  void aPathThatCanNotBeIsPassedOver() throws IOException {
    Path file = file("a/libnccl.so.2");
    environment.put("CUDA_HOME", "\0" + File.pathSeparator + file.getParent());
    assertEquals(List.of(file), found(Library.NCCL));
  }
}
