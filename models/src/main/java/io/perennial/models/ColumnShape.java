package io.perennial.models;

import io.perennial.api.InputException;
import io.perennial.api.Model;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of a column: convolutions or none, then dense ones. From the second layer on, those of
 * a column with predecessors have adapters.
 *
 * @param plain the column without its adapters
 * @param previous how many columns come before it
 * @param layers the convolutions, then the dense ones
 */
record ColumnShape(ConvolutionLayers plain, int previous, List<ColumnLayer> layers) {
  /**
   * A column.
   *
   * @param adapterWidth a of every adapter; 0 for the units or channels that each layer takes /
   *     previous, rounded up, so that V does not grow with the number of columns
   */
  static ColumnShape of(ConvolutionLayers plain, int previous, int adapterWidth) {
    List<ColumnLayer> layers = new ArrayList<>();
    List<LayerBlock> blocks = plain.blocks();
    long size = 0;
    for (int i = 0; i < blocks.size(); i++) {
      LayerBlock block = blocks.get(i);
      boolean convolution = i < plain.convolutions().size();
      int each = convolution ? block.units() : block.inputs();
      int area = convolution ? block.block() : 1;
      int width = 0;
      long start = size;
      size += (block.inputs() + 1L) * block.outputs();
      if (i > 0 && previous > 0) {
        int automatic = (block.units() + previous - 1) / previous;
        width = adapterWidth > 0 ? adapterWidth : automatic;
        size += previous + (long) width * previous * each + width;
        size += (long) width * area * block.outputs();
      }
      if (size > Integer.MAX_VALUE / 4) {
        throw new InputException(
            "Column "
                + (previous + 1)
                + " would have more than "
                + Integer.MAX_VALUE / 4
                + " parameters; use narrower adapters or layers");
      }
      LayerBlock own = new LayerBlock((int) start, block.outputs(), block.units(), block.block());
      layers.add(new ColumnLayer(own, previous, each, area, width));
    }
    return new ColumnShape(plain, previous, List.copyOf(layers));
  }

  int size() {
    return top().end();
  }

  /**
   * The multiplications of one example's way forward, through the adapters too; of the hidden
   * layers only, or with the logits.
   */
  long multiplications(boolean withLogits) {
    long sum = 0;
    for (int i = 0; i < layers.size() - (withLogits ? 0 : 1); i++) {
      ColumnLayer layer = layers.get(i);
      boolean convolution = i < convolutions();
      // What reads and makes maps does so at each of their positions.
      long places = convolution ? plain.convolutions().get(i).positions() : 1;
      long weights = (long) layer.bias() - layer.weights();
      if (layer.hasAdapter()) {
        // V and, before it, the scalars: once for each activation of the columns before.
        weights += (layer.width() + 1L) * layer.anterior() + layer.adapterWeightLength();
      }
      sum += places * weights;
    }
    return sum;
  }

  ColumnLayer top() {
    return layers.get(layers.size() - 1);
  }

  DenseLayers dense() {
    return plain.dense();
  }

  /** A layer of the dense stack. */
  ColumnLayer dense(int layer) {
    return layers.get(convolutions() + layer);
  }

  /** How many layers are convolutions. */
  int convolutions() {
    return plain.convolutions().size();
  }

  /** A convolution of the layer's own input, at its place among this column's parameters. */
  ConvolutionLayer convolution(int layer) {
    ConvolutionLayer own = plain.convolutions().get(layer);
    return own.taking(own.channels(), layers.get(layer).weights());
  }

  /** The convolution U of the outputs of a layer's adapter. */
  ConvolutionLayer lateral(int layer) {
    ColumnLayer place = layers.get(layer);
    return plain.convolutions().get(layer).taking(place.width(), place.adapterWeights());
  }

  List<Model.Slice> slices() {
    List<Model.Slice> slices = new ArrayList<>();
    List<Model.Slice> own = plain.slices();
    for (int i = 0; i < layers.size(); i++) {
      ColumnLayer layer = layers.get(i);
      Model.Slice weight = own.get(2 * i);
      Model.Slice bias = own.get(2 * i + 1);
      slices.add(new Model.Slice(weight.name(), layer.weights(), weight.shape()));
      slices.add(new Model.Slice(bias.name(), layer.bias(), bias.shape()));
      if (layer.hasAdapter()) {
        String name = bias.name().substring(0, bias.name().lastIndexOf('.')) + ".lateral.";
        long a = layer.width();
        long[] lateral = weight.shape().clone();
        lateral[1] = a;
        slices.add(new Model.Slice(name + "scale", layer.scales(), new long[] {previous}));
        slices.add(
            new Model.Slice(
                name + "projection", layer.projection(), new long[] {a, layer.anterior()}));
        slices.add(new Model.Slice(name + "bias", layer.adapterBias(), new long[] {a}));
        slices.add(new Model.Slice(name + "weight", layer.adapterWeights(), lateral));
      }
    }
    return List.copyOf(slices);
  }
}
