package io.perennial.models;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The second half of a variational autoencoder at work on one batch size: dense layers, whose
 * outputs, where convolutional layers follow, go through a ReLU and are a small image of many
 * channels; each of these then enlarges the image and convolves it (resize-convolution, <a
 * href="https://distill.pub/2016/deconv-checkerboard">Odena et al. 2016</a>, which unlike a
 * transposed convolution leaves no checkerboard).
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Decoder<A> implements AutoCloseable {
  private final Passes<A> dense;
  private final Part denseGradient;
  private final Memory denseOutputs;
  private final Memory outputs;
  private final @Nullable INDArray images;
  private final @Nullable ConvolutionStack<A> convolutions;

  /**
   * @param parameters of this half
   */
  Decoder(
      Kernels<A> kernels, Workers workers, VariationalLayers layers, Memory parameters, int rows) {
    ConvolutionLayers shape = layers.decoder();
    this.denseGradient = new Part(shape.denseOffset(), shape.dense().size());
    this.dense =
        new Passes<>(
            kernels, workers, shape.dense(), Activation.RELU, denseGradient.of(parameters), rows);
    this.denseOutputs = Memory.of(dense.logits());
    if (shape.convolutions().isEmpty()) {
      this.images = null;
      this.outputs = denseOutputs;
      this.convolutions = null;
    } else {
      this.images = Vectors.create(kernels.type(), rows, layers.inputs());
      this.outputs = Memory.of(images);
      this.convolutions =
          new ConvolutionStack<>(
              kernels,
              workers,
              shape,
              layers.decoderPatches(),
              parameters,
              rows,
              new ConvolutionStack.Ends(outputs, outputs, layers.inputs(), denseOutputs));
    }
  }

  /** What the likelihood is made of, {@code [N, D]}. */
  Memory outputs() {
    return outputs;
  }

  /**
   * Asks every later pass back for the gradient with respect to its input too.
   *
   * @return {@code [N, L + K]}, overwritten by each pass back
   */
  Memory inputGradient() {
    return dense.inputGradient();
  }

  /**
   * Computes {@link #outputs()}.
   *
   * @param latents {@code [N, L + K]}
   */
  void forward(Memory latents) {
    dense.forward(latents);
    if (convolutions != null) {
      convolutions.forward(denseOutputs);
    }
  }

  /**
   * Overwrites {@code gradient}, this half's. By now {@link #outputs()} holds the gradient with
   * respect to it, and is used up.
   */
  void backward(Memory gradient) {
    if (convolutions != null) {
      convolutions.backward(gradient);
    }
    dense.backward(denseOutputs, denseGradient.of(gradient));
  }

  @Override
  public void close() {
    dense.close();
    if (images != null) {
      images.close();
    }
    if (convolutions != null) {
      convolutions.close();
    }
  }
}
