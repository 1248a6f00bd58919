package io.perennial.models;

import io.perennial.api.RandomSource;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The latent variables of a batch, for one batch size: drawn from what the encoder says, or from
 * the prior. Its small sums are made in double for either data type.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class LatentPass<A> {
  private final Kernels<A> kernels;
  private final Workers workers;
  private final Sharding sharding;
  private final int rows;
  private final int latent;
  private final int classes;
  private final Memory latents;
  private final double[] noise;
  private final double[] deviations;
  private final double[] divergences;
  private final long[] seeds;
  private final A[] converted;
  private final double[][] encoded;
  private final double[][] decoded;
  private final IntConsumer draw = this::draw;
  private final IntConsumer prior = this::prior;
  private final IntConsumer sample = this::sample;
  private final IntConsumer propagate = this::propagate;

  /** The job of the shards. */
  private Memory encoderOutput;

  private Memory latentGradient;
  private int @Nullable [] labels;
  private double[] weights = {};

  /**
   * @param latent variables, L
   * @param classes of the condition, K; 0 without
   * @param latents {@code [N, L + K]}, the decoder's input
   */
  LatentPass(
      Kernels<A> kernels,
      Workers workers,
      Sharding sharding,
      int rows,
      int latent,
      int classes,
      Memory latents) {
    this.kernels = kernels;
    this.workers = workers;
    this.sharding = sharding;
    this.rows = rows;
    this.latent = latent;
    this.classes = classes;
    this.latents = latents;
    this.encoderOutput = latents;
    this.latentGradient = latents;
    this.noise = new double[rows * latent];
    this.deviations = new double[rows * latent];
    this.divergences = new double[rows];
    this.seeds = new long[sharding.count()];
    this.converted = kernels.arrays(sharding.count());
    this.encoded = new double[sharding.count()][2 * latent];
    this.decoded = new double[sharding.count()][latent + classes];
    for (int s = 0; s < sharding.count(); s++) {
      converted[s] = kernels.array(Math.max(2 * latent, latent + classes));
    }
  }

  /** The noise of the next sample, {@code [N, L]}. */
  double[] noise() {
    return noise;
  }

  /** Draws the noise. Each shard has a generator of its own, seeded by the one given. */
  void draw(RandomSource random) {
    for (int s = 0; s < seeds.length; s++) {
      seeds[s] = random.nextLong();
    }
    workers.run(sharding.count(), draw);
  }

  private void draw(int shard) {
    int from = sharding.from(rows, shard) * latent;
    int end = sharding.from(rows, shard + 1) * latent;
    Noise.fill(new RandomSource(seeds[shard]), noise, from, end);
  }

  /** The noise becomes the latent variables. */
  void prior(int @Nullable [] conditions) {
    labels = conditions;
    latents.buffer();
    workers.run(sharding.count(), prior);
  }

  private void prior(int shard) {
    double[] z = decoded[shard];
    for (int n = sharding.from(rows, shard); n < sharding.from(rows, shard + 1); n++) {
      System.arraycopy(noise, n * latent, z, 0, latent);
      put(n, z, shard);
    }
  }

  /**
   * {@code z = μ + e^(s/2) ε}, with means μ and log variances s from the encoder.
   *
   * @param output {@code [N, 2L]}: first the means, then the log variances
   */
  void sample(Memory output, int @Nullable [] conditions) {
    encoderOutput = output;
    labels = conditions;
    output.buffer();
    latents.buffer();
    workers.run(sharding.count(), sample);
  }

  private void sample(int shard) {
    double[] e = encoded[shard];
    double[] z = decoded[shard];
    for (int n = sharding.from(rows, shard); n < sharding.from(rows, shard + 1); n++) {
      get(encoderOutput, n, 2 * latent, e, shard);
      double divergence = 0;
      for (int i = 0; i < latent; i++) {
        double deviation = Math.exp(0.5 * e[latent + i]);
        divergence += e[i] * e[i] + deviation * deviation - 1 - e[latent + i];
        deviations[n * latent + i] = deviation;
        z[i] = e[i] + deviation * noise[n * latent + i];
      }
      divergences[n] = divergence / 2;
      put(n, z, shard);
    }
  }

  /** {@code Σ w_n KL(q(z | x_n) || N(0, 1))} of the latest sample. */
  double divergence(double[] rowWeights) {
    double sum = 0;
    for (int n = 0; n < rows; n++) {
      sum += rowWeights[n] * divergences[n];
    }
    return sum;
  }

  /**
   * The encoder's output is replaced by the gradient of the whole loss with respect to it.
   *
   * @param gradient of the reconstruction with respect to the latents, {@code [N, L + K]}
   */
  void backward(Memory gradient, double[] rowWeights) {
    latentGradient = gradient;
    weights = rowWeights;
    gradient.buffer();
    workers.run(sharding.count(), propagate);
  }

  private void propagate(int shard) {
    double[] e = encoded[shard];
    double[] dz = decoded[shard];
    for (int n = sharding.from(rows, shard); n < sharding.from(rows, shard + 1); n++) {
      get(encoderOutput, n, 2 * latent, e, shard);
      get(latentGradient, n, latent + classes, dz, shard);
      for (int i = 0; i < latent; i++) {
        double deviation = deviations[n * latent + i];
        e[i] = dz[i] + weights[n] * e[i];
        e[latent + i] =
            0.5 * dz[i] * noise[n * latent + i] * deviation
                + 0.5 * weights[n] * (deviation * deviation - 1);
      }
      kernels.fromDouble(e, 0, converted[shard], 0, 2 * latent);
      kernels.put(converted[shard], 0, encoderOutput, n * 2 * latent, 2 * latent);
    }
  }

  private void get(Memory from, int row, int width, double[] to, int shard) {
    kernels.get(from, row * width, converted[shard], 0, width);
    kernels.toDouble(converted[shard], 0, to, 0, width);
  }

  private void put(int row, double[] z, int shard) {
    int width = latent + classes;
    if (labels != null) {
      for (int c = 0; c < classes; c++) {
        z[latent + c] = c == labels[row] ? 1 : 0;
      }
    }
    kernels.fromDouble(z, 0, converted[shard], 0, width);
    kernels.put(converted[shard], 0, latents, row * width, width);
  }
}
