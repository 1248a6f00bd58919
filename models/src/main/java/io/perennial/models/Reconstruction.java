package io.perennial.models;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The errors of a batch's reconstructions and their gradient, for one batch size. For one thread at
 * a time, which its shards then share.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Reconstruction<A> {
  private final Kernels<A> kernels;
  private final Workers workers;
  private final Likelihood likelihood;
  private final double precision;
  private final Sharding sharding;
  private final int rows;
  private final int width;
  private final Memory outputs;
  private final double[] errors;
  private final double[] ones;
  private final A[] values;
  private final A[] targets;
  private final A[] scratch;
  private final IntConsumer compare = this::compare;
  private final IntConsumer average = this::average;

  /** The job of the shards. */
  private Memory others;

  private double[] weights;
  private boolean gradientIsWanted;

  /**
   * @param precision what errors are multiplied with
   * @param outputs of the decoder, {@code [N, D]}
   */
  Reconstruction(
      Kernels<A> kernels,
      Workers workers,
      Likelihood likelihood,
      double precision,
      Sharding sharding,
      Memory outputs,
      int rows) {
    this.kernels = kernels;
    this.workers = workers;
    this.likelihood = likelihood;
    this.precision = precision;
    this.sharding = sharding;
    this.outputs = outputs;
    this.others = outputs;
    this.rows = rows;
    this.width = outputs.length() / rows;
    this.errors = new double[rows];
    this.ones = new double[rows];
    Arrays.fill(ones, 1);
    this.weights = ones;
    this.values = kernels.arrays(sharding.count());
    this.targets = kernels.arrays(sharding.count());
    this.scratch = kernels.arrays(sharding.count());
    int block = Math.max(Kernels.BLOCK, width);
    for (int s = 0; s < sharding.count(); s++) {
      values[s] = kernels.array(block);
      targets[s] = kernels.array(block);
      scratch[s] = kernels.array(block);
    }
  }

  /**
   * What compares a shard's rows of the outputs with examples; when it has done so with all, there
   * are {@link #errors}, and with weights the outputs are replaced by {@link #loss}'s gradient.
   *
   * @param rowWeights the shares of the rows in the loss; null for errors alone
   */
  IntConsumer comparison(Memory features, double @Nullable [] rowWeights) {
    prepare(features, rowWeights == null ? ones : rowWeights);
    gradientIsWanted = rowWeights != null;
    return compare;
  }

  /** The error of each row in the latest comparison. */
  double[] errors() {
    return errors;
  }

  /** {@code Σ w_n error_n} of the latest comparison. */
  double loss() {
    double loss = 0;
    for (int n = 0; n < rows; n++) {
      loss += weights[n] * errors[n];
    }
    return loss;
  }

  /** Writes what the outputs mean, {@code [N, D]}. */
  void means(Memory to) {
    prepare(to, ones);
    workers.run(sharding.count(), average);
  }

  private void prepare(Memory other, double[] rowWeights) {
    others = other;
    weights = rowWeights;
    // Made here, because the shards share them.
    outputs.buffer();
    other.buffer();
  }

  private void compare(int shard) {
    A x = values[shard];
    A t = targets[shard];
    int step = Math.max(1, Kernels.BLOCK / width);
    int end = sharding.from(rows, shard + 1);
    for (int row = sharding.from(rows, shard); row < end; row += step) {
      int count = Math.min(step, end - row);
      kernels.get(outputs, row * width, x, 0, count * width);
      kernels.get(others, row * width, t, 0, count * width);
      for (int n = 0; n < count; n++) {
        int at = n * width;
        errors[row + n] =
            precision
                * (gradientIsWanted
                    ? likelihood.error(
                        kernels, x, t, scratch[shard], at, width, precision * weights[row + n])
                    : likelihood.error(kernels, x, t, scratch[shard], at, width));
      }
      if (gradientIsWanted) {
        kernels.put(x, 0, outputs, row * width, count * width);
      }
    }
  }

  private void average(int shard) {
    A x = values[shard];
    int step = width * Math.max(1, Kernels.BLOCK / width);
    int end = width * sharding.from(rows, shard + 1);
    for (int at = width * sharding.from(rows, shard); at < end; at += step) {
      int n = Math.min(step, end - at);
      kernels.get(outputs, at, x, 0, n);
      likelihood.mean(kernels, x, 0, n);
      kernels.put(x, 0, others, at, n);
    }
  }
}
