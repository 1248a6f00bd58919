package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The passes of a {@link MemoryNetwork} for one batch size: all their arrays, made once. Rows are
 * dealt to shards by shapes alone; each shard adds up the gradient of its rows, and these are added
 * in the shards' order. What lies between a row's words and its answer is not kept from the forward
 * pass but computed again on the way back: it is far larger than the batch.
 */
final class MemoryPasses implements AutoCloseable {
  private final MemoryLayout layout;
  private final Workers workers;
  private final Loops<?> loops;
  private final Sharding sharding;
  private final int rows;
  private final int width;
  private final INDArray logits;
  private final INDArray states;
  private final Memory logitsMemory;
  private final Memory statesMemory;
  private final double[] parameters;
  private final double[] features;
  private final double[] outputs;
  private final double[] stateValues;
  private final MemoryExample[] examples;

  /** Each shard's sum over its rows, and one row's own gradient; made when first needed. */
  private double[][] sums = {};

  private double[][] single = {};
  private Power power = Power.SQUARE;
  private long noise;
  private final IntConsumer forward = this::forward;
  private final IntConsumer backward = this::backward;
  private final IntConsumer powers = this::powers;

  /**
   * @param parameters shared by the passes of all batch sizes, {@code [P]}
   */
  MemoryPasses(
      MemoryLayout layout,
      MemoryNetworkFactory.Settings settings,
      long[] inputShape,
      Kernels<?> kernels,
      Workers workers,
      double[] parameters,
      int rows) {
    int sentences = Math.toIntExact(inputShape[0]) - 1;
    int words = Math.toIntExact(inputShape[1]);
    this.layout = layout;
    this.workers = workers;
    this.loops = new Loops<>(kernels);
    this.rows = rows;
    this.width = (1 + sentences) * words;
    this.sharding =
        Sharding.ofImages(rows, 3L * layout.tables() * width * layout.dimension());
    this.parameters = parameters;
    this.logits = Vectors.create(kernels.type(), rows, layout.classes());
    this.states = Vectors.create(kernels.type(), rows, layout.dimension());
    this.logitsMemory = Memory.of(logits);
    this.statesMemory = Memory.of(states);
    this.features = new double[rows * width];
    this.outputs = new double[rows * layout.classes()];
    this.stateValues = new double[rows * layout.dimension()];
    this.examples = new MemoryExample[sharding.count()];
    Arrays.setAll(examples, s -> new MemoryExample(layout, settings, sentences, words));
  }

  /**
   * Computes the logits and the features.
   *
   * @param key for time noise; 0 for none
   */
  INDArray forward(Memory input, Memory theta, long key) {
    noise = key;
    loops.read(input, features, 0);
    loops.read(theta, parameters, 0);
    workers.run(sharding.count(), forward);
    loops.write(outputs, outputs.length, logitsMemory);
    loops.write(stateValues, stateValues.length, statesMemory);
    return logits;
  }

  private void forward(int shard) {
    MemoryExample example = examples[shard];
    int d = layout.dimension();
    int end = sharding.from(rows, shard + 1);
    for (int n = sharding.from(rows, shard); n < end; n++) {
      example.forward(parameters, features, n * width, noise, n);
      example.answer(parameters, outputs, n * layout.classes());
      System.arraycopy(example.state(), 0, stateValues, n * d, d);
    }
  }

  /** The input of the output layer {@code [N, d]}. */
  INDArray features() {
    return states;
  }

  /** Overwrites {@code gradient}, {@code [P]}. */
  void backward(Memory logitsGradient, Memory gradient) {
    loops.read(logitsGradient, outputs, 0);
    if (sums.length == 0) {
      sums = new double[sharding.count()][layout.size()];
    }
    workers.run(sharding.count(), backward);
    for (int s = 1; s < sums.length; s++) {
      for (int i = 0; i < sums[0].length; i++) {
        sums[0][i] += sums[s][i];
      }
    }
    loops.write(sums[0], sums[0].length, gradient);
  }

  private void backward(int shard) {
    MemoryExample example = examples[shard];
    double[] sum = sums[shard];
    Arrays.fill(sum, 0);
    int end = sharding.from(rows, shard + 1);
    for (int n = sharding.from(rows, shard); n < end; n++) {
      example.forward(parameters, features, n * width, noise, n);
      example.backward(parameters, outputs, n * layout.classes(), sum);
    }
  }

  /** Adds the powers of the rows' gradients in one direction to {@code sum}, {@code [P]}. */
  void accumulate(Memory direction, Power raised, Memory sum) {
    power = raised;
    loops.read(direction, outputs, 0);
    if (sums.length == 0) {
      sums = new double[sharding.count()][layout.size()];
    }
    if (single.length == 0) {
      single = new double[sharding.count()][layout.size()];
    }
    workers.run(sharding.count(), powers);
    loops.read(sum, single[0], 0);
    for (double[] part : sums) {
      for (int i = 0; i < part.length; i++) {
        single[0][i] += part[i];
      }
    }
    loops.write(single[0], single[0].length, sum);
  }

  private void powers(int shard) {
    MemoryExample example = examples[shard];
    double[] sum = sums[shard];
    double[] own = single[shard];
    Arrays.fill(sum, 0);
    int end = sharding.from(rows, shard + 1);
    for (int n = sharding.from(rows, shard); n < end; n++) {
      Arrays.fill(own, 0);
      example.forward(parameters, features, n * width, noise, n);
      example.backward(parameters, outputs, n * layout.classes(), own);
      for (int i = 0; i < own.length; i++) {
        sum[i] += power == Power.SQUARE ? own[i] * own[i] : Math.abs(own[i]);
      }
    }
  }

  @Override
  public void close() {
    logits.close();
    states.close();
  }
}
