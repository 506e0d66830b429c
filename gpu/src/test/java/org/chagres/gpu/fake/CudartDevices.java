package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.bindings.cudart.Cudart.*;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** The runtime's functions about devices, versions and errors. */
final class CudartDevices {

  /** Where {@code cudaDeviceProp} has the memory's size, behind the name, the UUID and the LUID. */
  private static final int PROPERTIES_MEMORY = 288;

  private static final Map<Integer, String> SENTENCES = Map.ofEntries(
      Map.entry(cudaSuccess(), "no error"),
      Map.entry(cudaErrorInvalidValue(), "invalid argument"),
      Map.entry(cudaErrorMemoryAllocation(), "out of memory"),
      Map.entry(cudaErrorInsufficientDriver(), "CUDA driver version is insufficient for CUDA runtime version"),
      Map.entry(cudaErrorNoDevice(), "no CUDA-capable device is detected"),
      Map.entry(cudaErrorInvalidDevice(), "invalid device ordinal"),
      Map.entry(cudaErrorInvalidResourceHandle(), "invalid resource handle"),
      Map.entry(cudaErrorInvalidConfiguration(), "invalid configuration argument"),
      Map.entry(cudaErrorNotReady(), "device not ready"),
      Map.entry(cudaErrorIllegalAddress(), "an illegal memory access was encountered"),
      Map.entry(cudaErrorLaunchFailure(), "unspecified launch failure"),
      Map.entry(cudaErrorNotSupported(), "operation not supported"),
      Map.entry(cudaErrorSymbolNotFound(), "named symbol not found"),
      Map.entry(cudaErrorStreamCaptureUnsupported(), "operation not permitted when stream is capturing"),
      Map.entry(cudaErrorStreamCaptureInvalidated(), "operation failed due to a previous error during capture"),
      Map.entry(cudaErrorUnknown(), "unknown error"));

  private final Machine machine;
  private final Map<Integer, Integer> attributes = new HashMap<>();

  CudartDevices(Machine machine) {
    this.machine = machine;
    int capability = machine.settings().capability();
    attributes.put(cudaDevAttrComputeCapabilityMajor(), capability / 10);
    attributes.put(cudaDevAttrComputeCapabilityMinor(), capability % 10);
    attributes.put(cudaDevAttrMultiProcessorCount(), 132);
    attributes.put(cudaDevAttrWarpSize(), 32);
    attributes.put(cudaDevAttrMaxThreadsPerBlock(), 1024);
    attributes.put(cudaDevAttrMaxThreadsPerMultiProcessor(), 2048);
    attributes.put(cudaDevAttrMaxBlocksPerMultiprocessor(), 32);
    attributes.put(cudaDevAttrMaxBlockDimX(), 1024);
    attributes.put(cudaDevAttrMaxBlockDimY(), 1024);
    attributes.put(cudaDevAttrMaxBlockDimZ(), 64);
    attributes.put(cudaDevAttrMaxGridDimX(), Integer.MAX_VALUE);
    attributes.put(cudaDevAttrMaxGridDimY(), 65_535);
    attributes.put(cudaDevAttrMaxGridDimZ(), 65_535);
    attributes.put(cudaDevAttrMaxSharedMemoryPerBlock(), 49_152);
    attributes.put(cudaDevAttrMaxSharedMemoryPerBlockOptin(), 232_448);
    attributes.put(cudaDevAttrMaxSharedMemoryPerMultiprocessor(), 233_472);
    attributes.put(cudaDevAttrReservedSharedMemoryPerBlock(), 1024);
    attributes.put(cudaDevAttrMaxRegistersPerBlock(), 65_536);
    attributes.put(cudaDevAttrMaxRegistersPerMultiprocessor(), 65_536);
    attributes.put(cudaDevAttrL2CacheSize(), 62_914_560);
    attributes.put(cudaDevAttrClockRate(), 1_980_000);
    attributes.put(cudaDevAttrMemoryClockRate(), 3_201_000);
    attributes.put(cudaDevAttrGlobalMemoryBusWidth(), 6144);
    attributes.put(cudaDevAttrAsyncEngineCount(), 3);
    for (int yes : new int[] {cudaDevAttrCanMapHostMemory(), cudaDevAttrHostRegisterSupported(),
      cudaDevAttrMemoryPoolsSupported(), cudaDevAttrUnifiedAddressing(), cudaDevAttrCooperativeLaunch(),
      cudaDevAttrCanUseHostPointerForRegisteredMem(), cudaDevAttrEccEnabled()}) {
      attributes.put(yes, 1);
    }
    for (int no : new int[] {cudaDevAttrIntegrated(), cudaDevAttrTccDriver(), cudaDevAttrComputeMode(),
      cudaDevAttrPciDomainId(), cudaDevAttrPciDeviceId()}) {
      attributes.put(no, 0);
    }
  }

  int cudaGetDeviceCount(MemorySegment count) {
    Pointers.putInt(count, 0);
    machine.device(0);
    Pointers.putInt(count, machine.devices().size());
    return 0;
  }

  int cudaGetDevice(MemorySegment device) {
    Pointers.putInt(device, machine.current().index());
    return 0;
  }

  int cudaSetDevice(int device) {
    machine.thread().device = machine.device(device).index();
    return 0;
  }

  int cudaInitDevice(int device, int deviceFlags, int flags) {
    machine.device(device);
    return 0;
  }

  int cudaGetDeviceProperties(MemorySegment properties, int device) {
    FakeDevice of = machine.device(device);
    MemorySegment to = Pointers.at(properties);
    to.setString(0, "NVIDIA H200");
    to.set(JAVA_LONG_UNALIGNED, PROPERTIES_MEMORY, of.memory());
    return 0;
  }

  int cudaDeviceGetAttribute(MemorySegment value, int attribute, int device) {
    int index = machine.device(device).index();
    if (attribute == cudaDevAttrPciBusId()) {
      Pointers.putInt(value, index + 1);
    } else if (attributes.containsKey(attribute)) {
      Pointers.putInt(value, attributes.get(attribute));
    } else {
      throw Refusal.value("a device has no attribute " + attribute);
    }
    return 0;
  }

  int cudaDeviceSynchronize() {
    FakeDevice device = machine.current();
    machine.requireNoCapture("cudaDeviceSynchronize");
    machine.synchronise(device);
    return 0;
  }

  int cudaMemGetInfo(MemorySegment free, MemorySegment total) {
    Pointers.putLong(free, machine.current().free());
    Pointers.putLong(total, machine.current().memory());
    return 0;
  }

  int cudaRuntimeGetVersion(MemorySegment version) {
    Pointers.putInt(version, machine.settings().runtime());
    return 0;
  }

  int cudaDriverGetVersion(MemorySegment version) {
    Pointers.putInt(version, machine.settings().driver());
    return 0;
  }

  MemorySegment cudaGetErrorName(int error) {
    return Pointers.text(Family.CUDART.name(error));
  }

  MemorySegment cudaGetErrorString(int error) {
    return Pointers.text(SENTENCES.getOrDefault(error, "the runtime's sentence for " + Family.CUDART.name(error)));
  }

  int cudaGetLastError() {
    int error = cudaPeekAtLastError();
    machine.thread().lastError = 0;
    return error;
  }

  /** One that broke the device stays. */
  int cudaPeekAtLastError() {
    int index = machine.thread().device;
    int broken = index < machine.devices().size() ? machine.devices().get(index).broken() : 0;
    return broken != 0 ? broken : machine.thread().lastError;
  }
}
