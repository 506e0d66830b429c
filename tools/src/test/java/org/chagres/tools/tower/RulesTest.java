package org.chagres.tools.tower;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each rule on a made-up house that breaks it, and on one that keeps it. */
class RulesTest {

  private static ClassFacts knows(String module, String name, String... others) {
    return new ClassFacts(module, name, Set.of(others), Set.of());
  }

  private static ClassFacts reads(String module, String name, String... fields) {
    return new ClassFacts(module, name, Set.of(), Set.of(fields));
  }

  @Test
  void aReferenceUpwardIsAnOffence() {
    ClassFacts kernel = knows("simd-kernels", "s.Kernel", "n.Tensor", "java.lang.String");
    ClassFacts tensor = knows("nn", "n.Tensor", "s.Kernel");
    assertEquals(
        List.of("s.Kernel (module simd-kernels) knows n.Tensor of module nn, which is not below it"),
        Rules.upwardReferences(List.of(kernel, tensor)));
    assertEquals(List.of(), Rules.upwardReferences(List.of(knows("simd-kernels", "s.Kernel"), tensor)));
  }

  @Test
  void aReferenceSidewaysIsAnOffence() {
    List<ClassFacts> house = List.of(knows("bench", "b.Bench", "t.Tool"), knows("tools", "t.Tool"));
    assertEquals(1, Rules.upwardReferences(house).size());
  }

  @Test
  void aModuleWithoutAFloorIsAnOffence() {
    assertEquals(
        List.of("module attic has no floor in the tower: add it to Rules.BELOW"),
        Rules.upwardReferences(List.of(knows("attic", "a.A"), knows("attic", "a.B"))));
  }

  @Test
  void aCycleOfPackagesIsAnOffenceToldOnce() {
    List<ClassFacts> house = List.of(
        knows("nn", "a.A", "b.B"), knows("nn", "b.B", "c.C"), knows("nn", "c.C", "a.A"), knows("nn", "d.D", "a.A"));
    assertEquals(
        List.of("packages in a cycle: a -> b -> c -> a (a.A knows b.B; b.B knows c.C; c.C knows a.A)"),
        Rules.packageCycles(house));
    assertEquals(List.of(), Rules.packageCycles(house.subList(0, 2)));
  }

  @Test
  void aNativeCallOutsideItsPackageIsAnOffence() {
    String linker = "java.lang.foreign.Linker";
    assertEquals(
        List.of(
            "n.Tensor uses java.lang.foreign.Linker: native functions are called from org.chagres.simd.memory only"),
        Rules.nativeCalls(List.of(knows("nn", "n.Tensor", linker))));
    assertEquals(
        List.of(),
        Rules.nativeCalls(
            List.of(
                knows("simd-kernels", "org.chagres.simd.memory.Slab", linker), knows("gpu", "g.Stream", linker))));
  }

  @Test
  void aKernelThatChoosesItsWidthIsAnOffence() {
    String width = "jdk.incubator.vector.FloatVector.SPECIES_256";
    assertEquals(
        List.of("s.Kernel reads " + width
            + ": take Lanes.FLOAT, or a species derived from it in org.chagres.simd.lanes"),
        Rules.vectorWidths(List.of(reads("simd-kernels", "s.Kernel", width))));
    assertEquals(
        List.of(),
        Rules.vectorWidths(
            List.of(
                reads("simd-kernels", "org.chagres.simd.lanes.Lanes", width),
                reads("simd-kernels", "s.GemmTiles", width),
                reads("simd-kernels", "s.Other", "s.Kernel.SPECIES_COUNT"))));
  }

  @Test
  void aSecondClassThatKnowsABackendIsAnOffence() {
    String stream = "org.chagres.nn.backend.cpu.CpuStream";
    List<ClassFacts> one = List.of(knows("nn", "n.Devices", stream), knows("nn", "n.Devices$Cpu", stream));
    assertEquals(List.of(), Rules.backendsKnownByMany(one));
    List<ClassFacts> two = List.of(one.get(0), knows("nn", "n.Relu", stream));
    assertEquals(
        List.of("org.chagres.nn.backend.cpu may be known to the one class that registers it, but is known to "
            + "n.Devices, n.Relu"),
        Rules.backendsKnownByMany(two));
  }

  @Test
  void referencesAreFoundInClassFiles() {
    ClassDesc linker = ClassDesc.of("java.lang.foreign.Linker");
    ClassDesc vector = ClassDesc.of("jdk.incubator.vector.FloatVector");
    ClassDesc species = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
    byte[] file = ClassFile.of().build(
        ClassDesc.of("made.Up"),
        up -> up.withField("arena", ClassDesc.of("java.lang.foreign.Arena").arrayType(), ClassFile.ACC_PRIVATE)
            .withMethodBody("go", MethodTypeDesc.of(ConstantDescs.CD_void), ClassFile.ACC_STATIC, code -> code
                .invokestatic(linker, "nativeLinker", MethodTypeDesc.of(linker), true)
                .pop()
                .getstatic(vector, "SPECIES_256", species)
                .pop()
                .return_()));
    ClassFacts facts = ClassFacts.read("nn", file);
    assertEquals("made.Up", facts.name());
    assertEquals("made", facts.packageName());
    assertTrue(
        facts.classes().containsAll(
            Set.of(
                "java.lang.foreign.Linker",
                "java.lang.foreign.Arena",
                "jdk.incubator.vector.FloatVector",
                "jdk.incubator.vector.VectorSpecies")),
        () -> "found " + facts.classes());
    assertEquals(Set.of("jdk.incubator.vector.FloatVector.SPECIES_256"), facts.fields());
    assertEquals(1, Rules.nativeCalls(List.of(facts)).size());
    assertEquals(1, Rules.vectorWidths(List.of(facts)).size());
  }
}
