package io.perennial.models;

import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the weights {@code [outputs, inputs]} and the biases {@code [outputs]} of a stack of dense
 * layers lie in the flat parameter vector.
 *
 * @param widths of the input and of each layer's output
 * @param weightOffsets of each layer's weights
 * @param size of the parameter vector
 */
record DenseLayers(int[] widths, int[] weightOffsets, int size) {
  static DenseLayers of(int... widths) {
    long size = 0;
    int[] offsets = new int[widths.length - 1];
    for (int l = 0; l < offsets.length; l++) {
      offsets[l] = (int) size;
      size += (widths[l] + 1L) * widths[l + 1];
      if (size > Integer.MAX_VALUE / 4) {
        throw new InputException(
            "The layers "
                + Arrays.toString(widths)
                + " have more than "
                + Integer.MAX_VALUE / 4
                + " parameters; use fewer or narrower ones");
      }
    }
    return new DenseLayers(widths, offsets, (int) size);
  }

  int count() {
    return weightOffsets.length;
  }

  int inputs(int layer) {
    return widths[layer];
  }

  int outputs(int layer) {
    return widths[layer + 1];
  }

  int outputs() {
    return widths[widths.length - 1];
  }

  int weightOffset(int layer) {
    return weightOffsets[layer];
  }

  int weightLength(int layer) {
    return inputs(layer) * outputs(layer);
  }

  /** The multiplications of one example's way forward. */
  long multiplications() {
    return size - Arrays.stream(widths, 1, widths.length).asLongStream().sum();
  }

  int biasOffset(int layer) {
    return weightOffsets[layer] + weightLength(layer);
  }

  int widest() {
    return Arrays.stream(widths).max().orElseThrow();
  }

  /** The same with another number of outputs at the end. */
  DenseLayers withOutputs(int outputs) {
    int[] changed = widths.clone();
    changed[changed.length - 1] = outputs;
    return of(changed);
  }

  /**
   * Draws the parameters of a layer's outputs from {@code firstOutput} on.
   *
   * @param activation of the hidden layers
   * @param values of all layers, from {@code at} on
   */
  void draw(
      int layer,
      int firstOutput,
      Initialization initialization,
      Activation activation,
      RandomSource random,
      double[] values,
      int at) {
    initialization.draw(
        layer == count() - 1 ? Activation.TANH : activation,
        inputs(layer),
        outputs(layer),
        firstOutput,
        random,
        values,
        at + weightOffset(layer),
        at + biasOffset(layer));
  }

  /**
   * Where the parameters of a stack with more outputs come from.
   *
   * @param grown {@link #withOutputs} of this one
   * @param at where both stacks begin in their vectors
   * @param sources written from {@code at} on; -1 for what is new
   */
  void growthSources(DenseLayers grown, int at, int[] sources) {
    int top = count() - 1;
    Arrays.fill(sources, at, at + grown.size(), -1);
    for (int i = at; i < at + biasOffset(top); i++) {
      sources[i] = i;
    }
    for (int c = 0; c < outputs(); c++) {
      sources[at + grown.biasOffset(top) + c] = at + biasOffset(top) + c;
    }
  }

  /** The same with another width of a hidden layer. */
  DenseLayers wider(int layer, int width) {
    int[] changed = widths.clone();
    changed[layer + 1] = width;
    return of(changed);
  }

  /** The same with one more hidden layer, of the given width, after a hidden one. */
  DenseLayers deeper(int layer, int width) {
    int[] changed = new int[widths.length + 1];
    System.arraycopy(widths, 0, changed, 0, layer + 2);
    changed[layer + 2] = width;
    System.arraycopy(widths, layer + 2, changed, layer + 3, widths.length - layer - 2);
    return of(changed);
  }

  /**
   * The layers as growth sees them.
   *
   * @param at where the stack begins in the parameter vector
   * @param inputBlock how many of its inputs stand and fall together
   */
  List<LayerBlock> blocks(int at, int inputBlock) {
    List<LayerBlock> blocks = new ArrayList<>();
    for (int l = 0; l < count(); l++) {
      int block = l == 0 ? inputBlock : 1;
      blocks.add(new LayerBlock(at + weightOffset(l), outputs(l), inputs(l) / block, block));
    }
    return blocks;
  }

  List<Model.Slice> slices() {
    List<Model.Slice> slices = new ArrayList<>();
    for (int l = 0; l < count(); l++) {
      String name = l == count() - 1 ? "output" : "layer" + l;
      slices.add(
          new Model.Slice(name + ".weight", weightOffset(l), new long[] {outputs(l), inputs(l)}));
      slices.add(new Model.Slice(name + ".bias", biasOffset(l), new long[] {outputs(l)}));
    }
    return List.copyOf(slices);
  }
}
