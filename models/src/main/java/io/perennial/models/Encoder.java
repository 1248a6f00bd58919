package io.perennial.models;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The first half of a variational autoencoder at work on one batch size: convolutional layers, if
 * any, and dense ones, which also get the one-hot class.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Encoder<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final Workers workers;
  private final Sharding sharding;
  private final int rows;
  private final int classes;
  private final int width;
  private final Passes<A> dense;
  private final Part denseGradient;
  private final @Nullable INDArray features;
  private final Memory outputs;
  private final Memory featureMemory;
  private final @Nullable ConvolutionStack<A> convolutions;
  private final A[] row;
  private final A zeros;
  private final A one;
  private final IntConsumer copy = this::copy;

  /** The job of {@link #copy}. */
  private Memory input;

  /**
   * @param parameters of this half
   */
  Encoder(
      Kernels<A> kernels, Workers workers, VariationalLayers layers, Memory parameters, int rows) {
    ConvolutionLayers shape = layers.encoder();
    this.kernels = kernels;
    this.workers = workers;
    this.rows = rows;
    this.classes = layers.classes();
    this.width = shape.dense().inputs(0);
    this.sharding = Sharding.of(rows, layers.size());
    this.denseGradient = new Part(shape.denseOffset(), shape.dense().size());
    this.dense =
        new Passes<>(
            kernels, workers, shape.dense(), Activation.RELU, denseGradient.of(parameters), rows);
    this.outputs = Memory.of(dense.logits());
    this.row = kernels.arrays(sharding.count());
    this.zeros = kernels.array(classes);
    this.one = kernels.array(1);
    kernels.fill(one, 1, 1);
    boolean images = !shape.convolutions().isEmpty();
    this.features = images || classes > 0 ? Vectors.create(kernels.type(), rows, width) : null;
    this.featureMemory = features == null ? outputs : Memory.of(features);
    this.input = outputs;
    this.convolutions =
        !images
            ? null
            : new ConvolutionStack<>(
                kernels,
                workers,
                shape,
                layers.encoderPatches(),
                parameters,
                rows,
                new ConvolutionStack.Ends(featureMemory, dense.inputGradient(), width, null));
    for (int s = 0; s < sharding.count(); s++) {
      row[s] = kernels.array(images ? 0 : width - classes);
    }
  }

  /** Means and log variances, {@code [N, 2L]}. */
  Memory outputs() {
    return outputs;
  }

  /**
   * Computes {@link #outputs()}.
   *
   * @param labels the class of each row; -1 for none; null without classes
   */
  void forward(Memory examples, int @Nullable [] labels) {
    if (features == null) {
      dense.forward(examples);
      return;
    }
    if (convolutions != null) {
      convolutions.forward(examples);
    } else {
      input = examples;
      examples.buffer();
      featureMemory.buffer();
      workers.run(sharding.count(), copy);
    }
    if (labels != null) {
      condition(labels);
    }
    dense.forward(featureMemory);
  }

  private void copy(int shard) {
    int inputs = width - classes;
    for (int n = sharding.from(rows, shard); n < sharding.from(rows, shard + 1); n++) {
      kernels.get(input, n * inputs, row[shard], 0, inputs);
      kernels.put(row[shard], 0, featureMemory, n * width, inputs);
    }
  }

  /** Writes the one-hot classes behind the features. */
  private void condition(int[] labels) {
    for (int n = 0; n < rows; n++) {
      int at = (n + 1) * width - classes;
      kernels.put(zeros, 0, featureMemory, at, classes);
      if (labels[n] >= 0 && labels[n] < classes) {
        kernels.put(one, 0, featureMemory, at + labels[n], 1);
      }
    }
  }

  /**
   * Overwrites {@code gradient}, this half's. By now {@link #outputs()} holds the gradient with
   * respect to it.
   */
  void backward(Memory gradient) {
    dense.backward(outputs, denseGradient.of(gradient));
    if (convolutions != null) {
      convolutions.backward(gradient);
    }
  }

  @Override
  public void close() {
    dense.close();
    if (features != null) {
      features.close();
    }
    if (convolutions != null) {
      convolutions.close();
    }
  }
}
