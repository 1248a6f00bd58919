package io.perennial.models;

import io.perennial.api.RandomSource;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * All that a decoder needs to generate one number of examples.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Generation<A> implements AutoCloseable {
  private final Decoder<A> decoder;
  private final LatentPass<A> latent;
  private final Reconstruction<A> reconstruction;
  private final INDArray latents;
  private final Memory latentMemory;
  private final INDArray examples;
  private final Memory exampleMemory;

  /**
   * @param shape of the examples, the first number theirs
   */
  Generation(
      Kernels<A> kernels,
      Workers workers,
      VariationalLayers layers,
      Memory parameters,
      long[] shape) {
    int rows = Math.toIntExact(shape[0]);
    Sharding sharding = Sharding.of(rows, layers.size());
    Memory part = parameters.slice(layers.encoder().size(), layers.decoder().size());
    this.decoder = new Decoder<>(kernels, workers, layers, part, rows);
    this.latents = Vectors.create(kernels.type(), rows, layers.latent() + (long) layers.classes());
    this.latentMemory = Memory.of(latents);
    this.examples = Vectors.create(kernels.type(), shape);
    this.exampleMemory = Memory.of(examples);
    this.latent =
        new LatentPass<>(
            kernels, workers, sharding, rows, layers.latent(), layers.classes(), latentMemory);
    this.reconstruction =
        new Reconstruction<>(
            kernels, workers, layers.likelihood(), 1, sharding, decoder.outputs(), rows);
  }

  INDArray examples(RandomSource random, int @Nullable [] labels) {
    latent.draw(random);
    latent.prior(labels);
    decoder.forward(latentMemory);
    reconstruction.means(exampleMemory);
    return examples;
  }

  @Override
  public void close() {
    decoder.close();
    latents.close();
    examples.close();
  }
}
