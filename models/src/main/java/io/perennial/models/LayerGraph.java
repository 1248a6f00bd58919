package io.perennial.models;

import io.perennial.api.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Describes layers, with what their adapters add where a column has any. */
final class LayerGraph {
  private final OperatorGraph graph;
  private final String prefix;
  private final Activation activation;
  private final INDArray parameters;
  private final Map<String, Model.Slice> slices;

  /**
   * @param prefix of the parameters' names
   * @param activation of hidden layers
   */
  LayerGraph(
      OperatorGraph graph,
      String prefix,
      Activation activation,
      INDArray parameters,
      List<Model.Slice> slices) {
    this.graph = graph;
    this.prefix = prefix;
    this.activation = activation;
    this.parameters = parameters;
    this.slices = new LinkedHashMap<>();
    slices.forEach(slice -> this.slices.put(slice.name(), slice));
  }

  /**
   * Adds a network's layers.
   *
   * @param before for each column before, the values its layers take; empty without columns
   * @return the values that the layers take, from the features on, and the logits last
   */
  List<String> network(ConvolutionLayers shape, String features, List<List<String>> before) {
    List<String> taken = new ArrayList<>();
    String x = features;
    int place = 0;
    for (ConvolutionLayer layer : shape.convolutions()) {
      taken.add(x);
      x = convolution(layer, "convolution" + place, x, inputs(before, place));
      place++;
    }
    x = graph.add("Flatten", Map.of("axis", 1L), x);
    int count = shape.dense().count();
    for (int l = 0; l < count; l++, place++) {
      taken.add(x);
      String name = l == count - 1 ? "output" : "layer" + l;
      x = dense(name, x, inputs(before, place), l < count - 1);
    }
    taken.add(x);
    return taken;
  }

  static String logits(List<String> values) {
    return values.get(values.size() - 1);
  }

  private static List<String> inputs(List<List<String>> before, int place) {
    return before.stream().map(column -> column.get(place)).toList();
  }

  private String dense(String name, String x, List<String> before, boolean hidden) {
    String y =
        graph.add(
            "Gemm",
            Map.of("transB", 1L),
            x,
            parameter(name + ".weight"),
            parameter(name + ".bias"));
    Model.Slice lateral = slices.get(name + ".lateral.weight");
    if (lateral != null) {
      String adapted = adapter(name, before, false);
      y = graph.add("Add", y, graph.add("Gemm", Map.of("transB", 1L), adapted, parameter(lateral)));
    }
    return hidden ? activated(y) : y;
  }

  private String convolution(ConvolutionLayer layer, String name, String x, List<String> before) {
    long p = layer.padding();
    Map<String, Object> padded = Map.of("pads", new long[] {p, p, p, p});
    String y = graph.add("Conv", padded, x, parameter(name + ".weight"), parameter(name + ".bias"));
    Model.Slice lateral = slices.get(name + ".lateral.weight");
    if (lateral != null) {
      String adapted = adapter(name, before, true);
      y = graph.add("Add", y, graph.add("Conv", padded, adapted, parameter(lateral)));
    }
    if (layer.rectified()) {
      y = graph.add("Relu", y);
    }
    if (layer.pool() > 1) {
      long[] window = {layer.pool(), layer.pool()};
      y = graph.add("MaxPool", Map.of("kernel_shape", window, "strides", window), y);
    }
    return y;
  }

  /** {@code relu(V α h + c)}, the scalars multiplied into the projection. */
  private String adapter(String name, List<String> before, boolean maps) {
    Model.Slice projection = slice(name + ".lateral.projection");
    float[] v = OperatorGraph.values(parameters, projection);
    float[] scales = OperatorGraph.values(parameters, slice(name + ".lateral.scale"));
    int a = (int) projection.shape()[0];
    int all = (int) projection.shape()[1];
    int each = all / scales.length;
    for (int i = 0; i < v.length; i++) {
      v[i] *= scales[i % all / each];
    }
    String read = graph.add("Concat", Map.of("axis", 1L), before.toArray(new String[0]));
    long[] shape = maps ? new long[] {a, all, 1, 1} : new long[] {a, all};
    String weight = graph.constant(prefix + projection.name(), shape, v);
    String bias = parameter(name + ".lateral.bias");
    return graph.add(
        "Relu",
        maps
            ? graph.add("Conv", read, weight, bias)
            : graph.add("Gemm", Map.of("transB", 1L), read, weight, bias));
  }

  private String activated(String x) {
    return graph.add(
        switch (activation) {
          case RELU -> "Relu";
          case TANH -> "Tanh";
        },
        x);
  }

  private String parameter(String name) {
    return parameter(slice(name));
  }

  private String parameter(Model.Slice slice) {
    return graph.parameter(prefix, parameters, slice);
  }

  private Model.Slice slice(String name) {
    Model.@Nullable Slice slice = slices.get(name);
    if (slice == null) {
      throw new IllegalStateException("There is no parameter " + name + " in " + slices.keySet());
    }
    return slice;
  }

  /**
   * Makes logits as wide as a model's and keeps some classes from winning.
   *
   * @param logits {@code [N, outputs]}
   * @param outputs how many there are
   * @param classes how many there shall be
   * @param mayWin the classes that may win, ascending
   */
  static String masked(OperatorGraph graph, String logits, int outputs, int classes, int[] mayWin) {
    String wide = logits;
    if (outputs < classes) {
      String pads = graph.integers("pads", 0, 0, 0, classes - outputs);
      wide = graph.add("Pad", logits, pads);
    }
    float[] keep = new float[classes];
    float[] lower = new float[classes];
    Arrays.fill(lower, (float) TaskModels.CANNOT_WIN);
    for (int c : mayWin) {
      if (c < outputs) {
        keep[c] = 1;
        lower[c] = 0;
      }
    }
    if (mayWin.length == classes && outputs == classes) {
      return wide;
    }
    long[] row = {1, classes};
    String kept = graph.add("Mul", wide, graph.constant("mayWin", row, keep));
    return graph.add("Add", kept, graph.constant("cannotWin", row, lower));
  }
}
