package io.perennial.models;

import io.perennial.api.RandomSource;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * All that one batch size needs to train a variational autoencoder.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class VariationalPass<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final Workers workers;
  private final Sharding sharding;
  private final int rows;
  private final int inputs;
  private final int classes;
  private final INDArray latents;
  private final INDArray conditioned;
  private final Memory conditionedMemory;
  private final Memory latentMemory;
  private final Memory encoded;
  private final Memory decoded;
  private final Memory latentGradient;
  private final Passes<A> encoder;
  private final Passes<A> decoder;
  private final LatentPass<A> latent;
  private final Reconstruction<A> reconstruction;
  private final A[] wide;
  private final double[][] oneHot;
  private final IntConsumer condition = this::condition;
  private Memory features;
  private int[] labels = {};

  VariationalPass(
      Kernels<A> kernels, Workers workers, VariationalLayers layers, Memory parameters, int rows) {
    this.kernels = kernels;
    this.workers = workers;
    this.rows = rows;
    this.inputs = layers.inputs();
    this.classes = layers.classes();
    this.sharding = Sharding.of(rows, layers.size());
    this.encoder = layers.encoderPasses(kernels, workers, parameters, rows);
    this.decoder = layers.decoderPasses(kernels, workers, parameters, rows);
    this.latents = Vectors.create(kernels.type(), rows, layers.latent() + classes);
    this.latentMemory = Memory.of(latents);
    this.conditioned =
        Vectors.create(kernels.type(), classes == 0 ? 1 : rows, inputs + (long) classes);
    this.conditionedMemory = Memory.of(conditioned);
    this.features = conditionedMemory;
    this.encoded = Memory.of(encoder.logits());
    this.decoded = Memory.of(decoder.logits());
    this.latentGradient = decoder.inputGradient();
    this.latent =
        new LatentPass<>(kernels, workers, sharding, rows, layers.latent(), classes, latentMemory);
    this.reconstruction =
        new Reconstruction<>(
            kernels, workers, layers.likelihood(), layers.precision(), sharding, decoded, rows);
    this.wide = kernels.arrays(sharding.count());
    this.oneHot = new double[sharding.count()][classes];
    for (int s = 0; s < sharding.count(); s++) {
      wide[s] = kernels.array(inputs + classes);
    }
  }

  /** The noise of the next {@link #loss}, {@code [N, L]}. */
  double[] noise() {
    return latent.noise();
  }

  void draw(RandomSource random) {
    latent.draw(random);
  }

  /** The loss for the noise there is; its gradient goes to the parts of the two stacks. */
  double loss(
      Memory x,
      int @Nullable [] conditions,
      double[] weights,
      Memory encoderGradient,
      Memory decoderGradient) {
    encoder.forward(conditioned(x, conditions));
    latent.sample(encoded, conditions);
    decoder.forward(latentMemory);
    double loss = reconstruction.loss(x, weights) + latent.divergence(weights);
    decoder.backward(decoded, decoderGradient);
    latent.backward(latentGradient, weights);
    encoder.backward(encoded, encoderGradient);
    return loss;
  }

  private Memory conditioned(Memory x, int @Nullable [] conditions) {
    if (conditions == null) {
      return x;
    }
    features = x;
    labels = conditions;
    x.buffer();
    conditionedMemory.buffer();
    workers.run(sharding.count(), condition);
    return conditionedMemory;
  }

  /** Appends the one-hot class to each row. */
  private void condition(int shard) {
    A row = wide[shard];
    int width = inputs + classes;
    for (int n = sharding.from(rows, shard); n < sharding.from(rows, shard + 1); n++) {
      kernels.get(features, n * inputs, row, 0, inputs);
      for (int c = 0; c < classes; c++) {
        oneHot[shard][c] = c == labels[n] ? 1 : 0;
      }
      kernels.fromDouble(oneHot[shard], 0, row, inputs, classes);
      kernels.put(row, 0, conditionedMemory, n * width, width);
    }
  }

  @Override
  public void close() {
    encoder.close();
    decoder.close();
    latents.close();
    conditioned.close();
  }
}
