package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The passes of a {@link MemoryNetwork} for one batch size: all their arrays, made once. Rows are
 * dealt to shards by shapes alone; each shard adds up the gradient of its rows, and these are added
 * in the shards' order. The output layer is one product for the whole batch.
 *
 * <p>A small batch keeps what lies between its rows' words and answers for the way back; for a
 * large one that would be far larger than the batch, and is computed again.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class MemoryPasses<A> implements AutoCloseable {
  /** The largest batch that keeps everything. */
  private static final int SMALL = 64;

  private final MemoryLayout layout;
  private final Workers workers;
  private final Kernels<A> kernels;
  private final Loops<A> loops;
  private final Sharding sharding;
  private final int rows;
  private final int width;
  private final int d;
  private final INDArray logits;
  private final INDArray states;
  private final INDArray slopes;
  private final Memory logitsMemory;
  private final Memory statesMemory;
  private final Memory slopesMemory;
  private final Memory theta;
  private final Memory outputWeights;
  private final double[] parameters;
  private final double[] features;
  private final double[] stateValues;
  private final double[] slopeValues;
  private final MemoryExample[] examples;

  /** Each shard's sum over its rows. */
  private final double[][] sums;

  /** One row's own gradient for each shard, and the directions; made when first needed. */
  private double[][] single = {};

  private double[] directions = {};
  private Power power = Power.SQUARE;
  private long noise;
  private @Nullable Memory target;
  private @Nullable Memory targetOutput;
  private final IntConsumer forward = this::forward;
  private final IntConsumer backward = this::backward;
  private final IntConsumer powers = this::powers;

  /**
   * @param theta the parameters, {@code [P]}
   * @param parameters their values in double, which the passes of all batch sizes share
   */
  MemoryPasses(
      MemoryLayout layout,
      MemoryNetworkFactory.Settings settings,
      long[] inputShape,
      Kernels<A> kernels,
      Workers workers,
      Memory theta,
      double[] parameters,
      int rows) {
    int sentences = Math.toIntExact(inputShape[0]) - 1;
    int words = Math.toIntExact(inputShape[1]);
    this.layout = layout;
    this.workers = workers;
    this.kernels = kernels;
    this.loops = new Loops<>(kernels);
    this.rows = rows;
    this.d = layout.dimension();
    this.width = (1 + sentences) * words;
    this.sharding = Sharding.ofStories(rows, 3L * layout.tables() * width * d);
    this.theta = theta;
    this.outputWeights = theta.slice(layout.outputOffset(), layout.classes() * d);
    this.parameters = parameters;
    this.logits = Vectors.create(kernels.type(), rows, layout.classes());
    this.states = Vectors.create(kernels.type(), rows, d);
    this.slopes = Vectors.create(kernels.type(), rows, d);
    this.logitsMemory = Memory.of(logits);
    this.statesMemory = Memory.of(states);
    this.slopesMemory = Memory.of(slopes);
    this.features = new double[rows * width];
    this.stateValues = new double[rows * d];
    this.slopeValues = new double[rows * d];
    this.examples = new MemoryExample[keeps() ? rows : sharding.count()];
    Arrays.setAll(examples, s -> new MemoryExample(layout, settings, sentences, words));
    this.sums = new double[sharding.count()][];
  }

  private boolean keeps() {
    return rows <= SMALL;
  }

  /**
   * Computes the logits and the features.
   *
   * @param key for time noise; 0 for none
   */
  INDArray forward(Memory input, long key) {
    noise = key;
    loops.read(input, features, 0);
    loops.read(theta, parameters, 0);
    workers.run(sharding.count(), forward);
    loops.write(stateValues, stateValues.length, statesMemory);
    int classes = layout.classes();
    kernels.gemm(
        false, true, rows, classes, d, statesMemory, d, outputWeights, d, 0, logitsMemory, classes);
    return logits;
  }

  private void forward(int shard) {
    int end = sharding.from(rows, shard + 1);
    for (int n = sharding.from(rows, shard); n < end; n++) {
      MemoryExample example = examples[keeps() ? n : shard];
      example.forward(parameters, features, n * width, noise, n);
      System.arraycopy(example.state(), 0, stateValues, n * d, d);
    }
  }

  /** The input of the output layer {@code [N, d]}. */
  INDArray features() {
    return states;
  }

  /** Overwrites {@code gradient}, {@code [P]}. */
  void backward(Memory logitsGradient, Memory gradient) {
    propagate(logitsGradient);
    workers.run(sharding.count(), backward);
    for (int s = 1; s < sums.length; s++) {
      add(sums[s], sums[0]);
    }
    loops.write(sums[0], sums[0].length, gradient);
    int classes = layout.classes();
    kernels.gemm(
        true,
        false,
        classes,
        d,
        rows,
        logitsGradient,
        classes,
        statesMemory,
        d,
        0,
        output(gradient),
        d);
  }

  /** The gradient with respect to the states. */
  private void propagate(Memory logitsGradient) {
    int classes = layout.classes();
    kernels.gemm(
        false,
        false,
        rows,
        d,
        classes,
        logitsGradient,
        classes,
        outputWeights,
        d,
        0,
        slopesMemory,
        d);
    loops.read(slopesMemory, slopeValues, 0);
    if (sums[0] == null) {
      Arrays.setAll(sums, s -> new double[layout.size()]);
    }
  }

  private Memory output(Memory gradient) {
    Memory part = targetOutput;
    if (part == null || target != gradient) {
      part = gradient.slice(layout.outputOffset(), layout.classes() * d);
      target = gradient;
      targetOutput = part;
    }
    return part;
  }

  private static void add(double[] x, double[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += x[i];
    }
  }

  private void backward(int shard) {
    double[] sum = sums[shard];
    Arrays.fill(sum, 0);
    int end = sharding.from(rows, shard + 1);
    for (int n = sharding.from(rows, shard); n < end; n++) {
      remembered(shard, n).backward(parameters, slopeValues, n * d, sum);
    }
  }

  /** The example after its forward pass. */
  private MemoryExample remembered(int shard, int n) {
    if (keeps()) {
      return examples[n];
    }
    examples[shard].forward(parameters, features, n * width, noise, n);
    return examples[shard];
  }

  /** Adds the powers of the rows' gradients in one direction to {@code sum}, {@code [P]}. */
  void accumulate(Memory direction, Power raised, Memory sum) {
    power = raised;
    propagate(direction);
    if (single.length == 0) {
      single = new double[sharding.count()][layout.size()];
      directions = new double[rows * layout.classes()];
    }
    loops.read(direction, directions, 0);
    workers.run(sharding.count(), powers);
    loops.read(sum, single[0], 0);
    for (double[] part : sums) {
      add(part, single[0]);
    }
    loops.write(single[0], single[0].length, sum);
  }

  private void powers(int shard) {
    double[] sum = sums[shard];
    double[] own = single[shard];
    Arrays.fill(sum, 0);
    int end = sharding.from(rows, shard + 1);
    for (int n = sharding.from(rows, shard); n < end; n++) {
      Arrays.fill(own, 0);
      MemoryExample example = remembered(shard, n);
      example.backward(parameters, slopeValues, n * d, own);
      for (int c = 0; c < layout.classes(); c++) {
        for (int k = 0; k < d; k++) {
          own[layout.outputOffset() + c * d + k] =
              directions[n * layout.classes() + c] * example.state()[k];
        }
      }
      for (int i = 0; i < own.length; i++) {
        sum[i] += power == Power.SQUARE ? own[i] * own[i] : Math.abs(own[i]);
      }
    }
  }

  @Override
  public void close() {
    logits.close();
    states.close();
    slopes.close();
  }
}
