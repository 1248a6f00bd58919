package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import java.util.ArrayList;
import java.util.List;

/**
 * Some rows of a batch on their way through the convolutional layers, with all the scratch that
 * takes: one thread at a time works on a shard, and shards share nothing they write.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ConvolutionShard<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final int first;
  private final int rows;
  private final int inputSize;
  private final int featureSize;
  private final int[] inputPlaces;
  private final int[] inputBack;
  private final int[] featurePlaces;
  private final int[] lastPlaces;
  private final ConvolutionStack.Ends ends;
  private final List<ConvolutionLayer> layers;
  private final List<Convolution<A>> convolutions = new ArrayList<>();
  private final A natural;
  private final A image;
  private final A imageGradient;
  private final A zeros;
  private final A[] deltas;

  /**
   * @param indices of each layer
   * @param weights of each layer, as {@link Patches#toPacked} orders them
   * @param first row of the batch
   */
  ConvolutionShard(
      Kernels<A> kernels,
      List<ConvolutionLayer> layers,
      List<Patches> indices,
      List<Memory> weights,
      Memory parameters,
      int first,
      int rows,
      ConvolutionStack.Ends ends) {
    this.kernels = kernels;
    this.layers = layers;
    this.first = first;
    this.rows = rows;
    this.ends = ends;
    int count = layers.size();
    for (int l = 0; l < count; l++) {
      ConvolutionLayer layer = layers.get(l);
      Memory biases = parameters.slice(layer.biasOffset(), layer.filters());
      convolutions.add(
          new Convolution<>(kernels, layer, indices.get(l), weights.get(l), biases, rows));
    }
    ConvolutionLayer input = layers.get(0);
    ConvolutionLayer last = layers.get(count - 1);
    int area = last.outputHeight() * last.outputWidth();
    this.inputSize = input.inputSize();
    this.featureSize = last.outputSize();
    this.inputPlaces = Patches.channelsLast(input.channels(), input.inputPositions());
    this.inputBack = Patches.channelsFirst(input.channels(), input.inputPositions());
    this.featurePlaces = Patches.channelsFirst(last.filters(), area);
    this.lastPlaces = Patches.channelsLast(last.filters(), area);
    this.natural = kernels.array(Math.max(inputSize, featureSize));
    this.image = kernels.array(Math.max(inputSize, featureSize));
    this.imageGradient = kernels.array(ends.inputGradient() == null ? 0 : inputSize);
    this.zeros = kernels.array(ends.inputGradient() == null ? 0 : inputSize);
    this.deltas = kernels.arrays(count);
    for (int l = 0; l < count; l++) {
      deltas[l] = kernels.array(layers.get(l).outputSize());
    }
  }

  /** Computes this shard's rows of the outputs. */
  void forward(Memory input) {
    int top = layers.size() - 1;
    convolutions.forEach(Convolution::start);
    for (int n = 0; n < rows; n++) {
      load(input, n);
      convolutions.get(0).forward(n, image, 0);
      for (int l = 1; l <= top; l++) {
        convolutions.get(l).forward(n, convolutions.get(l - 1).outputs(), at(l, n));
      }
      System.arraycopy(convolutions.get(top).outputs(), n * featureSize, image, 0, featureSize);
      kernels.gather(image, featurePlaces, 1, natural);
      kernels.put(natural, 0, ends.outputs(), (first + n) * ends.width(), featureSize);
    }
  }

  /** Where a row's input of a layer begins among the outputs of the layer before. */
  private int at(int layer, int row) {
    return row * layers.get(layer).inputSize();
  }

  /** Reads a row's image, channels last. */
  private void load(Memory input, int row) {
    kernels.get(input, (first + row) * inputSize, natural, 0, inputSize);
    if (ends.inputGradient() != null) {
      kernels.addRelu(natural, zeros, inputSize);
    }
    kernels.gather(natural, inputPlaces, 1, image);
  }

  /** Sums the gradients of this shard's rows. */
  void backward(Memory input) {
    convolutions.forEach(Convolution::startGradients);
    for (int n = 0; n < rows; n++) {
      backward(input, n);
    }
  }

  private void backward(Memory input, int row) {
    int top = layers.size() - 1;
    int at = (first + row) * ends.width();
    kernels.get(ends.outputsGradient(), at, natural, 0, featureSize);
    kernels.gather(natural, lastPlaces, 1, deltas[top]);
    for (int l = top; l > 0; l--) {
      Convolution<A> convolution = convolutions.get(l);
      convolution.backward(row, deltas[l], convolutions.get(l - 1).outputs(), at(l, row));
      convolution.inputGradient(deltas[l - 1]);
    }
    load(input, row);
    convolutions.get(0).backward(row, deltas[0], image, 0);
    Memory inputGradient = ends.inputGradient();
    if (inputGradient != null) {
      convolutions.get(0).inputGradient(image);
      kernels.gather(image, inputBack, 1, imageGradient);
      kernels.reluGradient(imageGradient, natural, inputSize);
      kernels.put(imageGradient, 0, inputGradient, (first + row) * inputSize, inputSize);
    }
  }

  /** To be called before the first direction of {@link #addPowers}. */
  void startPowers() {
    convolutions.forEach(Convolution::startPowers);
  }

  /** Adds the powers of each row's gradients, for one direction. */
  void addPowers(Memory input, Power power) {
    for (int n = 0; n < rows; n++) {
      convolutions.forEach(Convolution::startGradients);
      backward(input, n);
      for (Convolution<A> convolution : convolutions) {
        convolution.addPowers(power);
      }
    }
  }

  /** A layer with what this shard summed in it. */
  Convolution<A> convolution(int layer) {
    return convolutions.get(layer);
  }

  @Override
  public void close() {
    convolutions.forEach(Convolution::close);
  }
}
