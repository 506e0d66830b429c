package org.chagres.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** In ONNX Runtime, with input and output pinned; it does not train. */
final class Ort implements Network {

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final Map<String, OnnxTensor> in;
  private final Map<String, OnnxTensor> out;

  Ort(int threads, int batch, Path model) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      session = environment.createSession(model.toString(), options);
      FloatBuffer images = floats(batch * 3 * 32 * 32);
      Random random = new Random(1);
      for (int i = 0; i < images.capacity(); i++) {
        images.put(i, (float) random.nextGaussian());
      }
      in = Map.of(
          session.getInputNames().iterator().next(),
          OnnxTensor.createTensor(environment, images, new long[] {batch, 3, 32, 32}));
      out = Map.of(
          session.getOutputNames().iterator().next(),
          OnnxTensor.createTensor(environment, floats(batch * 10), new long[] {batch, 10}));
    } catch (OrtException e) {
      throw new IllegalStateException(model + ": ONNX Runtime cannot load it", e);
    }
  }

  private static FloatBuffer floats(int count) {
    return ByteBuffer.allocateDirect(4 * count).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  @Override
  public String engine() {
    return "ONNX Runtime Java " + environment.getVersion();
  }

  @Override
  public void step() {
    throw new UnsupportedOperationException("ONNX Runtime: only infers here");
  }

  @Override
  public void infer() {
    try {
      session.run(in, out).close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot infer", e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close", e);
    }
  }
}
