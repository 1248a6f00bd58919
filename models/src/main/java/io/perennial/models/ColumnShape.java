package io.perennial.models;

import io.perennial.api.InputException;
import io.perennial.api.Model;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the tensors of a column lie in its flat parameter vector, layer by layer: {@code W [out,
 * in]} and {@code b [out]}, and from the second layer of a column with predecessors on its adapter,
 * {@code α [previous]}, {@code V [a, previous · in]}, {@code c [a]} and {@code U [out, a]}.
 *
 * @param dense the column without its adapters
 * @param previous how many columns come before it
 * @param adapters a of each layer; 0 where it has no adapter
 * @param starts of each layer
 * @param size of the parameter vector
 */
record ColumnShape(DenseLayers dense, int previous, int[] adapters, int[] starts, int size) {
  /**
   * A column.
   *
   * @param adapterWidth a of every adapter; 0 for each layer's inputs / previous, rounded up, with
   *     which V is about as large as W however many columns there are
   */
  static ColumnShape of(DenseLayers dense, int previous, int adapterWidth) {
    int[] adapters = new int[dense.count()];
    int[] starts = new int[dense.count()];
    long size = 0;
    for (int l = 0; l < dense.count(); l++) {
      starts[l] = (int) size;
      size += (dense.inputs(l) + 1L) * dense.outputs(l);
      if (l > 0 && previous > 0) {
        int automatic = (dense.inputs(l) + previous - 1) / previous;
        int a = adapterWidth > 0 ? adapterWidth : automatic;
        adapters[l] = a;
        size += previous + (long) a * previous * dense.inputs(l) + a + (long) a * dense.outputs(l);
      }
      if (size > Integer.MAX_VALUE / 4) {
        throw new InputException(
            "Column "
                + (previous + 1)
                + " would have more than "
                + Integer.MAX_VALUE / 4
                + " parameters; use narrower adapters or layers");
      }
    }
    return new ColumnShape(dense, previous, adapters, starts, (int) size);
  }

  /** The width of what an adapter of a layer reads: the activations of all columns before. */
  int anterior(int layer) {
    return previous * dense.inputs(layer);
  }

  boolean hasAdapter(int layer) {
    return adapters[layer] > 0;
  }

  int weights(int layer) {
    return starts[layer];
  }

  int bias(int layer) {
    return starts[layer] + dense.weightLength(layer);
  }

  int scales(int layer) {
    return bias(layer) + dense.outputs(layer);
  }

  int projection(int layer) {
    return scales(layer) + previous;
  }

  int adapterBias(int layer) {
    return projection(layer) + adapters[layer] * anterior(layer);
  }

  int adapterWeights(int layer) {
    return adapterBias(layer) + adapters[layer];
  }

  List<Model.Slice> slices() {
    List<Model.Slice> slices = new ArrayList<>();
    for (int l = 0; l < dense.count(); l++) {
      String name = l == dense.count() - 1 ? "output" : "layer" + l;
      long out = dense.outputs(l);
      slices.add(new Model.Slice(name + ".weight", weights(l), new long[] {out, dense.inputs(l)}));
      slices.add(new Model.Slice(name + ".bias", bias(l), new long[] {out}));
      if (hasAdapter(l)) {
        long a = adapters[l];
        slices.add(new Model.Slice(name + ".lateral.scale", scales(l), new long[] {previous}));
        slices.add(
            new Model.Slice(
                name + ".lateral.projection", projection(l), new long[] {a, anterior(l)}));
        slices.add(new Model.Slice(name + ".lateral.bias", adapterBias(l), new long[] {a}));
        slices.add(
            new Model.Slice(name + ".lateral.weight", adapterWeights(l), new long[] {out, a}));
      }
    }
    return List.copyOf(slices);
  }
}
