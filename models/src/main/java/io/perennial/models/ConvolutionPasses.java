package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The forward and backward passes of a convolutional network for one batch size: those of its
 * convolutional layers and of the dense ones after them.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ConvolutionPasses<A> implements AutoCloseable {
  private final INDArray features;
  private final Memory featureMemory;
  private final Passes<A> dense;
  private final ConvolutionStack<A> convolutions;
  private final Part denseGradient;

  ConvolutionPasses(
      Kernels<A> kernels,
      Workers workers,
      ConvolutionLayers shape,
      List<Patches> indices,
      Memory parameters,
      int batch) {
    int width = shape.dense().inputs(0);
    this.features = Vectors.create(kernels.type(), batch, width);
    this.featureMemory = Memory.of(features);
    this.denseGradient = new Part(shape.denseOffset(), shape.dense().size());
    Memory densePart = parameters.slice(shape.denseOffset(), shape.dense().size());
    this.dense = new Passes<>(kernels, workers, shape.dense(), Activation.RELU, densePart, batch);
    this.convolutions =
        new ConvolutionStack<>(
            kernels,
            workers,
            shape,
            indices,
            parameters,
            batch,
            new ConvolutionStack.Ends(featureMemory, dense.inputGradient(), width, null));
  }

  /** The logits {@code [N, C]}. */
  INDArray logits() {
    return dense.logits();
  }

  /** The output layer's input. */
  INDArray features() {
    INDArray hidden = dense.features();
    return hidden == null ? features : hidden;
  }

  /**
   * Computes {@link #logits()}.
   *
   * @param dropout with the keys of this pass; null if nothing is dropped
   */
  void forward(Memory images, @Nullable Dropout dropout) {
    convolutions.forward(images);
    dense.forward(featureMemory, dropout);
  }

  /** Overwrites {@code gradient}, {@code [P]}. */
  void backward(Memory logitsGradient, Memory gradient) {
    dense.backward(logitsGradient, denseGradient.of(gradient));
    convolutions.backward(gradient);
  }

  /** Adds the powers of the per-example gradients to {@code sum}, {@code [P]}. */
  void accumulate(List<Memory> directions, Power power, Memory sum) {
    convolutions.startPowers();
    dense.accumulate(directions, power, denseGradient.of(sum), () -> convolutions.addPowers(power));
    convolutions.sumPowers(sum);
  }

  @Override
  public void close() {
    features.close();
    convolutions.close();
    dense.close();
  }
}
