package io.perennial.gate;

import io.perennial.api.Examples;
import io.perennial.api.State;
import io.perennial.models.OperatorGraph;
import io.perennial.models.Vectors;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the gates see of an example, values in [0, 1]. The same for all gates, so that their errors
 * can be compared.
 */
final class InputScale {
  /** How features become values in [0, 1]. */
  enum Kind {
    /** As they are: for pixels. */
    RAW,
    /** {@code sigmoid((x - mean) / deviation)}, each feature by the first task's statistics. */
    STANDARDIZED
  }

  private final Kind kind;
  private float[] mean = {};
  private float[] inverse = {};
  private float[] values = {};
  private @Nullable INDArray scaled;

  InputScale(Kind kind) {
    this.kind = kind;
  }

  /** Takes the statistics of the first task's training examples. */
  void fit(Examples examples, int width) {
    if (kind == Kind.RAW) {
      return;
    }
    double[] sum = new double[width];
    double[] squares = new double[width];
    float[] row = new float[width];
    for (int n = 0; n < examples.size(); n++) {
      examples.read(n, row, 0);
      for (int i = 0; i < width; i++) {
        sum[i] += row[i];
        squares[i] += (double) row[i] * row[i];
      }
    }
    mean = new float[width];
    inverse = new float[width];
    for (int i = 0; i < width; i++) {
      double average = sum[i] / examples.size();
      double variance = squares[i] / examples.size() - average * average;
      mean[i] = (float) average;
      // A feature that never changes has no scale of its own.
      inverse[i] = variance > 1e-12 ? (float) (1 / Math.sqrt(variance)) : 1;
    }
  }

  /** The array itself or one of this object's, valid until the next call. */
  INDArray apply(INDArray features) {
    if (kind == Kind.RAW) {
      return features;
    }
    int length = Math.toIntExact(features.length());
    int width = mean.length;
    if (values.length < length) {
      values = new float[length];
    }
    Vectors.read(features, values, 0);
    for (int at = 0; at < length; at += width) {
      for (int i = 0; i < width; i++) {
        double z = (values[at + i] - mean[i]) * inverse[i];
        values[at + i] = (float) (1 / (1 + Math.exp(-z)));
      }
    }
    INDArray to = scaled;
    if (to == null || to.length() != length) {
      if (to != null) {
        to.close();
      }
      to = Vectors.create(features.dataType(), length / width, width);
      scaled = to;
    }
    Vectors.write(values, length, to);
    return to;
  }

  /** Says what {@link #apply} computes of {@code [N, D]}. */
  String describe(OperatorGraph graph, String features) {
    if (kind == Kind.RAW) {
      return features;
    }
    long[] row = {1, mean.length};
    String centred = graph.add("Sub", features, graph.constant("gates.mean", row, mean));
    String z = graph.add("Mul", centred, graph.constant("gates.inverse", row, inverse));
    return graph.add("Sigmoid", z);
  }

  /** The first value that cannot be taken as it is; NaN if there is none. */
  float outside(Examples examples, int width) {
    float[] row = new float[width];
    for (int n = 0; kind == Kind.RAW && n < examples.size(); n++) {
      examples.read(n, row, 0);
      for (float value : row) {
        if (!(value >= 0 && value <= 1)) {
          return Float.isNaN(value) ? Float.POSITIVE_INFINITY : value;
        }
      }
    }
    return Float.NaN;
  }

  State save() {
    return State.builder().value("mean", list(mean)).value("inverse", list(inverse)).build();
  }

  private static List<Double> list(float[] values) {
    Double[] boxed = new Double[values.length];
    Arrays.setAll(boxed, i -> (double) values[i]);
    return Arrays.asList(boxed);
  }

  void restore(State state) {
    mean = floats(state, "mean");
    inverse = floats(state, "inverse");
  }

  private static float[] floats(State state, String name) {
    List<?> list = (List<?>) state.values().getOrDefault(name, List.of());
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = ((Number) list.get(i)).floatValue();
    }
    return values;
  }
}
