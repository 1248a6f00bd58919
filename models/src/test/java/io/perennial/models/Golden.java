package io.perennial.models;

import io.perennial.api.RandomSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** One case of the reference values that PyTorch computed in double precision. */
record Golden(JsonNode json, Activation activation) {
  static final int ROWS = 6;
  static final int INPUTS = 4;
  static final int HIDDEN = 5;
  static final int CLASSES = 3;

  static Golden of(Activation activation) {
    try (InputStream in = Golden.class.getResourceAsStream("/torch-golden.json")) {
      String name = activation == Activation.RELU ? "mlp-relu" : "mlp-tanh";
      return new Golden(new ObjectMapper().readTree(in).get(name), activation);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  JsonNode at(String... path) {
    JsonNode node = json;
    for (String name : path) {
      node = node.get(name);
    }
    return node;
  }

  double number(String... path) {
    return at(path).asDouble();
  }

  /** All numbers, row-major. */
  double[] numbers(String... path) {
    return flat(at(path));
  }

  static double[] flat(JsonNode node) {
    if (!node.isArray()) {
      return new double[] {node.asDouble()};
    }
    return node.valueStream().flatMapToDouble(n -> Arrays.stream(flat(n))).toArray();
  }

  int[] labels() {
    return Arrays.stream(numbers("labels")).mapToInt(v -> (int) v).toArray();
  }

  /**
   * A group of named tensors in our order: weights {@code [out, in]}, where the file has [in, out].
   */
  double[] flatParameters(String... path) {
    JsonNode group = at(path);
    int[] widths = {INPUTS, HIDDEN, HIDDEN, CLASSES};
    DenseLayers layers = DenseLayers.of(widths);
    double[] result = new double[layers.size()];
    for (int l = 0; l < 3; l++) {
      double[] w = flat(group.get("w" + (l + 1)));
      double[] b = flat(group.get("b" + (l + 1)));
      int in = widths[l];
      int out = widths[l + 1];
      for (int i = 0; i < in; i++) {
        for (int o = 0; o < out; o++) {
          result[layers.weightOffset(l) + o * in + i] = w[i * out + o];
        }
      }
      System.arraycopy(b, 0, result, layers.biasOffset(l), out);
    }
    return result;
  }

  Mlp model(DataType type, Workers workers) {
    Mlp mlp =
        new Mlp(
            new long[] {INPUTS},
            List.of(HIDDEN, HIDDEN),
            CLASSES,
            activation,
            type,
            new RandomSource(0),
            workers);
    Vectors.write(flatParameters("parameters"), mlp.parameters());
    return mlp;
  }

  INDArray features(DataType type) {
    return Tensors.of(type, numbers("x"), ROWS, INPUTS);
  }
}
