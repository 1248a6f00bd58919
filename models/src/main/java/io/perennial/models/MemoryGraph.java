package io.perennial.models;

import io.perennial.api.Model;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Describes what {@link MemoryExample} computes, for all examples of a batch at once. */
final class MemoryGraph {
  private final OperatorGraph graph;
  private final MemoryLayout layout;
  private final MemoryNetworkFactory.Settings settings;
  private final int sentences;
  private final int width;
  private final int d;
  private final INDArray parameters;
  private final Map<String, Model.Slice> slices = new HashMap<>();

  MemoryGraph(
      OperatorGraph graph,
      MemoryLayout layout,
      MemoryNetworkFactory.Settings settings,
      long[] inputShape,
      INDArray parameters) {
    this.graph = graph;
    this.layout = layout;
    this.settings = settings;
    this.sentences = (int) inputShape[0] - 1;
    this.width = (int) inputShape[1];
    this.d = layout.dimension();
    this.parameters = parameters;
    layout.slices().forEach(slice -> slices.put(slice.name(), slice));
  }

  /** The logits of {@code [N, 1 + sentences, words]}. */
  String logits(String features) {
    String words = numbers(features);
    String lengths = lengths(features);
    String weights = weights(lengths);
    String question = part(embedded(words, weights, layout.question()), 0, 1);
    String u = graph.add("Squeeze", question, graph.integers("axes", 1));
    @Nullable String mask = sentences == 0 ? null : mask(lengths);
    String[] memories = new String[layout.memoryTables()];
    for (int t = 0; t < memories.length && mask != null; t++) {
      memories[t] = memory(words, weights, mask, t);
    }
    for (int h = 0; h < layout.hops(); h++) {
      String next =
          layout.hasHopMatrix()
              ? graph.add("Gemm", Map.of("transB", 1L), u, parameter("hop.weight"))
              : u;
      if (mask != null) {
        String found =
            attended(memories[layout.addressing(h)], memories[layout.answering(h)], u, mask);
        next = graph.add("Add", next, found);
      }
      u = next;
    }
    return graph.add("Gemm", Map.of("transB", 1L), u, parameter("output.weight"));
  }

  /** The words' numbers, 0 for what is none that is known. */
  private String numbers(String features) {
    String whole = graph.add("Floor", features);
    String low = graph.add("GreaterOrEqual", features, graph.scalar("one", 1));
    String high = graph.add("LessOrEqual", features, graph.scalar("words", layout.words()));
    String known = graph.add("And", low, high);
    String number = graph.add("Where", known, whole, graph.scalar("none", 0));
    return graph.add("Cast", Map.of("to", 7L), number);
  }

  /** The places up to a sentence's last word, {@code [N, 1 + sentences, 1]}. */
  private String lengths(String features) {
    float[] places = new float[width];
    for (int j = 0; j < width; j++) {
      places[j] = j + 1;
    }
    String none = graph.add("Equal", features, graph.scalar("padding", 0));
    String at =
        graph.add(
            "Where",
            none,
            graph.scalar("nowhere", 0),
            graph.constant("places", new long[] {1, 1, width}, places));
    return graph.add("ReduceMax", Map.of("axes", new long[] {2}, "keepdims", 1L), at);
  }

  /** How much each element of each word counts, {@code [N, 1 + sentences, words, d]} or less. */
  private @Nullable String weights(String lengths) {
    if (!settings.positionEncoding()) {
      return null;
    }
    float[] places = new float[width];
    for (int j = 0; j < width; j++) {
      places[j] = j + 1;
    }
    float[] elements = new float[d];
    for (int k = 0; k < d; k++) {
      elements[k] = (k + 1f) / d;
    }
    String some = graph.add("Max", lengths, graph.scalar("atLeast", 1));
    String along =
        graph.add("Div", graph.constant("places", new long[] {1, 1, width}, places), some);
    String r = graph.add("Unsqueeze", along, graph.integers("axes", 3));
    String two = graph.scalar("two", 2);
    String one = graph.scalar("one", 1);
    // 2 ((1 - r) - (k/d)(1 - 2r))
    String left = graph.add("Sub", one, r);
    String right =
        graph.add(
            "Mul",
            graph.constant("elements", new long[] {1, 1, 1, d}, elements),
            graph.add("Sub", one, graph.add("Mul", two, r)));
    return graph.add("Mul", two, graph.add("Sub", left, right));
  }

  /** Sentences' embeddings, {@code [N, 1 + sentences, d]}. */
  private String embedded(String words, @Nullable String weights, int table) {
    float[] rows = OperatorGraph.values(parameters, slice("words" + table + ".weight"));
    float[] padded = new float[rows.length + d];
    System.arraycopy(rows, 0, padded, d, rows.length);
    String all =
        graph.constant("words" + table + ".weight", new long[] {layout.words() + 1L, d}, padded);
    String each = graph.add("Gather", all, words);
    String weighted = weights == null ? each : graph.add("Mul", each, weights);
    return graph.add("ReduceSum", Map.of("keepdims", 0L), weighted, graph.integers("axes", 2));
  }

  /** Which memories are not empty, {@code [N, sentences, 1]}, 1 or 0. */
  private String mask(String lengths) {
    return graph.add("Min", part(lengths, 1, 1 + sentences), graph.scalar("most", 1));
  }

  private String memory(String words, @Nullable String weights, String mask, int table) {
    String memory = part(embedded(words, weights, table), 1, 1 + sentences);
    if (layout.times() > 0) {
      String count = graph.add("CumSum", mask, graph.integers("axis", 1));
      String time = graph.add("Sub", count, graph.scalar("one", 1));
      String late =
          graph.add(
              "Clip", time, graph.scalar("least", 0), graph.scalar("latest", layout.times() - 1));
      String index =
          graph.add(
              "Cast", Map.of("to", 7L), graph.add("Squeeze", late, graph.integers("axes", 2)));
      String dates = graph.add("Gather", parameter("times" + table + ".weight"), index);
      memory = graph.add("Add", memory, dates);
    }
    return graph.add("Mul", memory, mask);
  }

  private String attended(String keys, String values, String u, String mask) {
    String column = graph.add("Unsqueeze", u, graph.integers("axes", 2));
    String scores = graph.add("MatMul", keys, column);
    if (!settings.emptyPlaces()) {
      String empty = graph.add("Sub", graph.scalar("one", 1), mask);
      String low = graph.add("Mul", empty, graph.scalar("cannotWin", TaskModels.CANNOT_WIN));
      scores = graph.add("Add", scores, low);
    }
    String p = graph.add("Softmax", Map.of("axis", 1L), scores);
    String found = graph.add("Mul", p, values);
    return graph.add("ReduceSum", Map.of("keepdims", 0L), found, graph.integers("axes", 1));
  }

  private String part(String value, int from, int to) {
    return graph.add(
        "Slice",
        value,
        graph.integers("from", from),
        graph.integers("to", to),
        graph.integers("axis", 1));
  }

  private String parameter(String name) {
    return graph.parameter("", parameters, slice(name));
  }

  private Model.Slice slice(String name) {
    Model.@Nullable Slice slice = slices.get(name);
    if (slice == null) {
      throw new IllegalStateException("There is no parameter " + name);
    }
    return slice;
  }
}
