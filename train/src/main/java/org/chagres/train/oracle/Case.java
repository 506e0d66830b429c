package org.chagres.train.oracle;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.chagres.nn.state.SafetensorsFile;
import org.chagres.nn.state.StateException;
import org.chagres.nn.state.StateFiles;
import org.chagres.nn.tensor.Tensor;

/**
 * One recorded case. Inputs are {@code in.*}, parameters {@code param.*}, constants {@code const.*}, buffers {@code buffer.*} before and
 * {@code after.*} after; the result is {@code out}, the gradient given to backward {@code grad_out}, gradients {@code grad.*}.
 */
record Case(String name, String op, JsonNode attrs, Map<String, Tensor> tensors) {

  private static final ObjectMapper JSON = new ObjectMapper();

  static Case read(Path file) {
    SafetensorsFile f = SafetensorsFile.open(file);
    String op = f.metadata().get("op");
    if (op == null) {
      throw new StateException(file, "metadata lacks \"op\"; this is no recorded case");
    }
    try {
      JsonNode attrs = JSON.readTree(f.metadata().getOrDefault("attrs", "{}"));
      String name = file.getFileName().toString().replaceFirst("\\.safetensors$", "");
      return new Case(name, op, attrs, StateFiles.tensors(f));
    } catch (JacksonException e) {
      throw new StateException(file, "metadata \"attrs\" is not JSON: " + e.getOriginalMessage());
    }
  }

  /** A copy of a recorded tensor, so that the mapping is never written. */
  Tensor tensor(String key) {
    Tensor t = tensors.get(key);
    if (t == null) {
      throw new IllegalArgumentException("the case lacks " + key);
    }
    return t.rank() == 4 && !isWeight(key) ? t.copy().channelsLast() : t.copy();
  }

  private static boolean isWeight(String key) {
    return key.endsWith("weight");
  }

  boolean has(String key) {
    return tensors.containsKey(key);
  }

  /** Recorded tensors whose key begins so, by the rest of the key. */
  Map<String, Tensor> under(String prefix) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    tensors.forEach((key, t) -> {
      if (key.startsWith(prefix)) {
        out.put(key.substring(prefix.length()), t);
      }
    });
    return out;
  }

  double number(String attr, double otherwise) {
    JsonNode node = attrs.get(attr);
    return node == null || node.isNull() ? otherwise : node.asDouble();
  }

  int integer(String attr, int otherwise) {
    return (int) number(attr, otherwise);
  }

  boolean flag(String attr, boolean otherwise) {
    JsonNode node = attrs.get(attr);
    return node == null || node.isNull() ? otherwise : node.asBoolean();
  }

  String text(String attr, String otherwise) {
    JsonNode node = attrs.get(attr);
    return node == null || node.isNull() ? otherwise : node.asText();
  }

  /** A number or a list of them; none where it is missing or null. */
  int[] integers(String attr) {
    JsonNode node = attrs.get(attr);
    if (node == null || node.isNull()) {
      return new int[0];
    }
    if (!node.isArray()) {
      return new int[] {node.asInt()};
    }
    int[] out = new int[node.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = node.get(i).asInt();
    }
    return out;
  }
}
