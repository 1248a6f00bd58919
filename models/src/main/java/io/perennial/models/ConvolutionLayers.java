package io.perennial.models;

import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The shape of a convolutional network: convolutional layers and a dense stack on what they leave,
 * all in one flat parameter vector. In the halves of a {@link VariationalAutoencoder} there may be
 * no convolutional layers, and in its decoder the dense stack comes before them.
 *
 * @param convolutions in the order of the way forward; a column of dense layers has none
 * @param dense the dense stack, whose parameters follow theirs
 */
record ConvolutionLayers(List<ConvolutionLayer> convolutions, DenseLayers dense) {
  private static final int MOST = Integer.MAX_VALUE / 4;

  /**
   * @param inputShape of one example
   * @param channels of each convolutional layer's output
   * @param pools of each convolutional layer
   * @param top the widths after the convolutional layers: hidden ones and the number of outputs
   * @throws InputException if the layers and the input do not fit each other
   */
  static ConvolutionLayers of(
      long[] inputShape, int[] channels, int kernel, int[] pools, int... top) {
    if (inputShape.length != 3) {
      throw new InputException(
          "A convolutional network takes examples of the shape [channels, height, width], not "
              + Arrays.toString(inputShape)
              + "; choose another model, such as mlp, or other data");
    }
    requirePositive("Every convolutional layer has at least 1 channel", channels);
    requirePositive("Every layer of a network has at least 1 unit", top);
    requirePositive("A window of a max-pool is at least 1 wide", pools);
    if (kernel < 1 || kernel % 2 == 0) {
      throw new InputException("The kernel must be odd and at least 1, not " + kernel);
    }
    if (channels.length == 0) {
      throw new InputException(
          "A convolutional network has at least 1 convolutional layer; without one, choose mlp");
    }
    List<ConvolutionLayer> layers = new ArrayList<>();
    int depth = Math.toIntExact(inputShape[0]);
    int height = Math.toIntExact(inputShape[1]);
    int width = Math.toIntExact(inputShape[2]);
    long size = 0;
    for (int l = 0; l < channels.length; l++) {
      if (height < pools[l] || width < pools[l]) {
        throw new InputException(
            "The input "
                + Arrays.toString(inputShape)
                + " is too small for "
                + channels.length
                + " convolutional layers: the max-pool of layer "
                + (l + 1)
                + " has windows of "
                + pools[l]
                + "x"
                + pools[l]
                + ", but only "
                + height
                + "x"
                + width
                + " is left; use fewer layers or a smaller pool");
      }
      long window = (long) depth * kernel * kernel;
      long values = Math.max(window, channels[l]) * height * width;
      requireRoom(Math.max(size + (window + 1) * channels[l], values));
      ConvolutionLayer layer =
          new ConvolutionLayer(
              depth, height, width, channels[l], kernel, pools[l], 1, true, (int) size);
      layers.add(layer);
      size += (window + 1) * channels[l];
      depth = channels[l];
      height = layer.outputHeight();
      width = layer.outputWidth();
    }
    int[] widths = new int[top.length + 1];
    widths[0] = depth * height * width;
    System.arraycopy(top, 0, widths, 1, top.length);
    DenseLayers dense = DenseLayers.of(widths);
    requireRoom(size + dense.size());
    return new ConvolutionLayers(List.copyOf(layers), dense);
  }

  private static void requirePositive(String rule, int... numbers) {
    if (Arrays.stream(numbers).anyMatch(number -> number < 1)) {
      throw new InputException(rule + "; got " + Arrays.toString(numbers));
    }
  }

  private static void requireRoom(long size) {
    if (size > MOST) {
      throw new InputException(
          "A layer of the convolutional network has "
              + size
              + " elements, and at most "
              + MOST
              + " are possible; use fewer or narrower ones");
    }
  }

  private ConvolutionLayer last() {
    return convolutions.get(convolutions.size() - 1);
  }

  /** Where the dense stack's parameters begin. */
  int denseOffset() {
    return convolutions.isEmpty() ? 0 : last().end();
  }

  int size() {
    return denseOffset() + dense.size();
  }

  long[] inputShape() {
    ConvolutionLayer first = convolutions.get(0);
    return new long[] {first.channels(), first.height(), first.width()};
  }

  /** The values of an example. */
  int inputs() {
    return convolutions.isEmpty() ? dense.inputs(0) : convolutions.get(0).inputSize();
  }

  /** The multiplications of one example's way forward through the convolutions. */
  long multiplications() {
    return convolutions.stream().mapToLong(ConvolutionLayer::multiplications).sum();
  }

  /** Where the elements of each layer's matrices come from. */
  List<Patches> patches() {
    return convolutions.stream().map(Patches::new).toList();
  }

  ConvolutionLayers withOutputs(int outputs) {
    return new ConvolutionLayers(convolutions, dense.withOutputs(outputs));
  }

  /** The layers that growth can change: all but the output layer. */
  int hidden() {
    return convolutions.size() + dense.count() - 1;
  }

  /** The channels or units of a hidden layer. */
  int width(int layer) {
    int count = convolutions.size();
    return layer < count ? convolutions.get(layer).filters() : dense.outputs(layer - count);
  }

  /** The same with another number of channels or units in a hidden layer. */
  ConvolutionLayers wider(int layer, int width) {
    int count = convolutions.size();
    if (layer >= count) {
      return new ConvolutionLayers(convolutions, dense.wider(layer - count, width));
    }
    int[] channels = channels();
    channels[layer] = width;
    return with(channels, pools());
  }

  /** The same with one more layer of the same width after a hidden one; it does not pool. */
  ConvolutionLayers deeper(int layer) {
    int count = convolutions.size();
    if (layer >= count) {
      return new ConvolutionLayers(convolutions, dense.deeper(layer - count, width(layer)));
    }
    return with(inserted(channels(), layer, width(layer)), inserted(pools(), layer, 1));
  }

  private ConvolutionLayers with(int[] channels, int[] pools) {
    int[] widths = dense.widths();
    int[] top = Arrays.copyOfRange(widths, 1, widths.length);
    return of(inputShape(), channels, last().kernel(), pools, top);
  }

  private static int[] inserted(int[] values, int after, int value) {
    int[] more = Arrays.copyOf(values, values.length + 1);
    System.arraycopy(values, after + 1, more, after + 2, values.length - after - 1);
    more[after + 1] = value;
    return more;
  }

  private int[] channels() {
    return convolutions.stream().mapToInt(ConvolutionLayer::filters).toArray();
  }

  private int[] pools() {
    return convolutions.stream().mapToInt(ConvolutionLayer::pool).toArray();
  }

  /** The layers as growth sees them; the dense stack takes a whole channel as one unit. */
  List<LayerBlock> blocks() {
    List<LayerBlock> blocks = new ArrayList<>();
    for (ConvolutionLayer layer : convolutions) {
      int area = layer.kernel() * layer.kernel();
      blocks.add(new LayerBlock(layer.weightOffset(), layer.filters(), layer.channels(), area));
    }
    int area = convolutions.isEmpty() ? 1 : last().outputHeight() * last().outputWidth();
    blocks.addAll(dense.blocks(denseOffset(), area));
    return blocks;
  }

  List<Model.Slice> slices() {
    List<Model.Slice> slices = new ArrayList<>();
    for (int l = 0; l < convolutions.size(); l++) {
      ConvolutionLayer c = convolutions.get(l);
      long[] shape = {c.filters(), c.channels(), c.kernel(), c.kernel()};
      slices.add(new Model.Slice("convolution" + l + ".weight", c.weightOffset(), shape));
      slices.add(
          new Model.Slice("convolution" + l + ".bias", c.biasOffset(), new long[] {c.filters()}));
    }
    for (Model.Slice slice : dense.slices()) {
      slices.add(new Model.Slice(slice.name(), denseOffset() + slice.offset(), slice.shape()));
    }
    return List.copyOf(slices);
  }

  /** First parameters of all layers. */
  double[] draw(Initialization initialization, RandomSource random) {
    double[] values = new double[size()];
    draw(initialization, random, values, 0);
    return values;
  }

  /** As {@link #draw(Initialization, RandomSource)}, written from {@code at} on. */
  void draw(Initialization initialization, RandomSource random, double[] values, int at) {
    for (ConvolutionLayer layer : convolutions) {
      initialization.draw(
          layer.rectified() ? Activation.RELU : Activation.TANH,
          layer.window(),
          layer.filters(),
          0,
          random,
          values,
          at + layer.weightOffset(),
          at + layer.biasOffset());
    }
    for (int l = 0; l < dense.count(); l++) {
      dense.draw(l, 0, initialization, Activation.RELU, random, values, at + denseOffset());
    }
  }
}
