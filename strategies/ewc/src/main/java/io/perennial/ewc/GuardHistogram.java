package io.perennial.ewc;

import io.perennial.api.Artefact;
import io.perennial.api.Model;
import io.perennial.models.Vectors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Which parameters are guarded: for each tensor of the network the share of its parameters whose
 * importance lies in each decade below the largest one.
 */
final class GuardHistogram {
  /** Importances spread over many orders of magnitude; smaller ones guard nothing worth seeing. */
  private static final int DECADES = 8;

  private GuardHistogram() {}

  /** A table with a row for each tensor. */
  static Artefact.Table of(INDArray importance, List<Model.Slice> layout) {
    double[] values = new double[Math.toIntExact(importance.length())];
    Vectors.read(importance, values);
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, value);
    }
    List<List<Object>> rows = new ArrayList<>();
    for (Model.Slice slice : layout) {
      rows.add(row(slice, values, largest));
    }
    return new Artefact.Table(
        "guarded-parameters",
        "Share of each tensor's parameters by importance; the largest is %.3g".formatted(largest),
        columns(),
        rows);
  }

  /** What a checkpoint keeps of a layout: the tensors' names and lengths, in order. */
  static Map<String, Long> describe(List<Model.Slice> layout) {
    Map<String, Long> lengths = new LinkedHashMap<>();
    layout.forEach(slice -> lengths.put(slice.name(), slice.length()));
    return lengths;
  }

  /** The layout that was described, each tensor as a vector. */
  static List<Model.Slice> layout(@Nullable Object described) {
    if (!(described instanceof Map<?, ?> lengths)) {
      throw new IllegalArgumentException("The saved state of ewc does not tell its tensors");
    }
    List<Model.Slice> layout = new ArrayList<>();
    long offset = 0;
    for (Map.Entry<?, ?> tensor : lengths.entrySet()) {
      long length = ((Number) tensor.getValue()).longValue();
      layout.add(new Model.Slice(tensor.getKey().toString(), offset, new long[] {length}));
      offset += length;
    }
    return layout;
  }

  private static List<String> columns() {
    List<String> columns = new ArrayList<>(List.of("tensor", "parameters", "unguarded"));
    columns.add("below 1e-" + DECADES);
    for (int d = DECADES; d > 0; d--) {
      columns.add("1e-" + d + " to 1e-" + (d - 1));
    }
    return columns;
  }

  private static List<Object> row(Model.Slice slice, double[] values, double largest) {
    // Unguarded, then too small to tell, then one count a decade, the largest last.
    long[] counts = new long[DECADES + 2];
    int from = Math.toIntExact(slice.offset());
    int length = Math.toIntExact(slice.length());
    for (int i = from; i < from + length; i++) {
      counts[bin(values[i], largest)]++;
    }
    List<Object> row = new ArrayList<>(List.of(slice.name(), (long) length));
    for (long count : counts) {
      row.add((double) count / length);
    }
    return row;
  }

  private static int bin(double value, double largest) {
    if (value == 0) {
      return 0;
    }
    int below = (int) Math.floor(-Math.log10(value / largest));
    return below >= DECADES ? 1 : DECADES + 1 - below;
  }
}
