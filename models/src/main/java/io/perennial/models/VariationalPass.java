package io.perennial.models;

import io.perennial.api.RandomSource;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * All that one batch size needs to train a variational autoencoder.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class VariationalPass<A> implements AutoCloseable {
  private final Workers workers;
  private final Sharding sharding;
  private final INDArray latents;
  private final Memory latentMemory;
  private final Memory latentGradient;
  private final Encoder<A> encoder;
  private final Decoder<A> decoder;
  private final Part encoderPart;
  private final Part decoderPart;
  private final LatentPass<A> latent;
  private final Reconstruction<A> reconstruction;

  VariationalPass(
      Kernels<A> kernels, Workers workers, VariationalLayers layers, Memory parameters, int rows) {
    this.workers = workers;
    this.sharding = Sharding.of(rows, layers.size());
    this.encoderPart = new Part(0, layers.encoder().size());
    this.decoderPart = new Part(layers.encoder().size(), layers.decoder().size());
    this.encoder = new Encoder<>(kernels, workers, layers, encoderPart.of(parameters), rows);
    this.decoder = new Decoder<>(kernels, workers, layers, decoderPart.of(parameters), rows);
    this.latents = Vectors.create(kernels.type(), rows, layers.latent() + (long) layers.classes());
    this.latentMemory = Memory.of(latents);
    this.latentGradient = decoder.inputGradient();
    this.latent =
        new LatentPass<>(
            kernels, workers, sharding, rows, layers.latent(), layers.classes(), latentMemory);
    this.reconstruction =
        new Reconstruction<>(
            kernels,
            workers,
            layers.likelihood(),
            layers.precision(),
            sharding,
            decoder.outputs(),
            rows);
  }

  /** The noise of the next {@link #loss}, {@code [N, L]}. */
  double[] noise() {
    return latent.noise();
  }

  void draw(RandomSource random) {
    latent.draw(random);
  }

  /** The loss for the noise there is, and its gradient. */
  double loss(Memory x, int @Nullable [] conditions, double[] weights, Memory gradient) {
    encoder.forward(x, conditions);
    latent.sample(encoder.outputs(), conditions);
    decoder.forward(latentMemory);
    workers.run(sharding.count(), reconstruction.comparison(x, weights));
    double loss = reconstruction.loss() + latent.divergence(weights);
    decoder.backward(decoderPart.of(gradient));
    latent.backward(latentGradient, weights);
    encoder.backward(encoderPart.of(gradient));
    return loss;
  }

  @Override
  public void close() {
    encoder.close();
    decoder.close();
    latents.close();
  }
}
