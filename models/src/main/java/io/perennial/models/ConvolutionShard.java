package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a batch on their way through the convolutional layers of a network or of one column:
 * one thread at a time works on a shard, and shards share nothing they write.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ConvolutionShard<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final List<ConvolutionLayer> layers;
  private final List<Convolution<A>> convolutions;
  private final int first;
  private final int rows;
  private final ConvolutionStack.Ends ends;
  private final @Nullable Memory[] maps;
  private final boolean goesBack;
  private final int inputSize;
  private final int featureSize;
  private final int[] inputPlaces;
  private final int[] inputBack;
  private final int[] featurePlaces;
  private final int[] lastPlaces;
  private final A natural;
  private final A image;
  private final A imageGradient;
  private final A zeros;
  private final A[] deltas;
  private final A lateralDelta;
  private final @Nullable Adapter<A>[] adapters;

  /**
   * @param adapters of each layer; null where it has none
   * @param first row of the batch
   * @param maps where each layer's outputs of this shard's rows go, {@code [rows, height, width,
   *     O]}; null where nobody reads them
   * @param goesBack whether there are passes back; otherwise the layers keep one row's outputs only
   */
  ConvolutionShard(
      Kernels<A> kernels,
      List<ConvolutionLayer> layers,
      List<Convolution<A>> convolutions,
      @Nullable Adapter<A>[] adapters,
      int first,
      int rows,
      ConvolutionStack.Ends ends,
      @Nullable Memory[] maps,
      boolean goesBack) {
    this.kernels = kernels;
    this.layers = layers;
    this.convolutions = convolutions;
    this.adapters = adapters;
    this.first = first;
    this.rows = rows;
    this.ends = ends;
    this.maps = maps;
    this.goesBack = goesBack;
    int count = layers.size();
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
    int widest = 0;
    for (int l = 0; l < count; l++) {
      deltas[l] = kernels.array(goesBack ? layers.get(l).outputSize() : 0);
      Adapter<A> adapter = adapters[l];
      widest = Math.max(widest, adapter == null ? 0 : adapter.size());
    }
    this.lateralDelta = kernels.array(widest);
  }

  /** Computes this shard's rows of the outputs. */
  void forward(Memory input) {
    int top = layers.size() - 1;
    for (int l = 0; l <= top; l++) {
      convolutions.get(l).start();
      Adapter<A> adapter = adapters[l];
      if (adapter != null) {
        adapter.forward();
      }
    }
    for (int n = 0; n < rows; n++) {
      load(input, n);
      for (int l = 0; l <= top; l++) {
        Convolution<A> convolution = convolutions.get(l);
        A from = l == 0 ? image : convolutions.get(l - 1).outputs();
        convolution.forward(kept(n), from, inputAt(l, n), adapted(l, n));
        Memory map = maps[l];
        if (map != null) {
          int size = layers.get(l).outputSize();
          kernels.put(convolution.outputs(), kept(n) * size, map, n * size, size);
        }
      }
      A outputs = convolutions.get(top).outputs();
      System.arraycopy(outputs, kept(n) * featureSize, image, 0, featureSize);
      kernels.gather(image, featurePlaces, 1, natural);
      kernels.put(natural, 0, ends.outputs(), (first + n) * ends.width(), featureSize);
    }
  }

  /** Where the layers keep a row. */
  private int kept(int row) {
    return goesBack ? row : 0;
  }

  /** Where a row's input of a layer begins among the outputs of the layer before. */
  private int inputAt(int layer, int row) {
    return layer == 0 ? 0 : kept(row) * layers.get(layer).inputSize();
  }

  private @Nullable A adapted(int layer, int row) {
    Adapter<A> adapter = adapters[layer];
    return adapter == null ? null : adapter.row(row);
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
    for (Convolution<A> convolution : convolutions) {
      convolution.startGradients();
    }
    for (int n = 0; n < rows; n++) {
      backward(input, n);
    }
    for (Adapter<A> adapter : adapters) {
      if (adapter != null) {
        adapter.backward();
      }
    }
  }

  private void backward(Memory input, int row) {
    int top = layers.size() - 1;
    int at = (first + row) * ends.width();
    kernels.get(ends.outputsGradient(), at, natural, 0, featureSize);
    kernels.gather(natural, lastPlaces, 1, deltas[top]);
    for (int l = top; l > 0; l--) {
      Convolution<A> convolution = convolutions.get(l);
      A from = convolutions.get(l - 1).outputs();
      convolution.backward(row, deltas[l], from, inputAt(l, row), adapted(l, row));
      convolution.inputGradient(deltas[l - 1]);
      Adapter<A> adapter = adapters[l];
      if (adapter != null) {
        convolution.lateralGradient(lateralDelta);
        adapter.putGradient(row, lateralDelta);
      }
    }
    load(input, row);
    convolutions.get(0).backward(row, deltas[0], image, 0, null);
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

  /** A layer's adapter with what this shard summed in it. */
  @Nullable Adapter<A> adapter(int layer) {
    return adapters[layer];
  }

  @Override
  public void close() {
    convolutions.forEach(Convolution::close);
    for (Adapter<A> adapter : adapters) {
      if (adapter != null) {
        adapter.close();
      }
    }
  }
}
