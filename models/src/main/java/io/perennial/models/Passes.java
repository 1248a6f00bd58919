package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The forward and backward passes of dense layers for one batch size: all their arrays, made once.
 * Rows are dealt to shards for the passes through the layers, or, on the way forward, the layers'
 * outputs where weights are many and rows few. For the parameters' gradients, which sum over all
 * rows, it is always the outputs, so that no partial gradients have to be added up. All this
 * depends on shapes alone.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Passes<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final Workers workers;
  private final DenseLayers layers;
  private final int batch;
  private final Sharding sharding;
  private final List<INDArray> owned = new ArrayList<>();
  private final INDArray[] outputs;
  private final Memory[] outputMemory;
  private final List<Shard<A>> shards = new ArrayList<>();

  /** Empty where rows are dealt out in any case. */
  private final List<UnitShard<A>> units = new ArrayList<>();

  private final LayerMatrices deltas;
  private final Memory[] inputs;
  private final A sums;
  private final IntConsumer forward = this::forward;
  private final IntConsumer backward = this::backward;
  private final IntConsumer products = this::products;
  private final IntConsumer unitsForward = this::unitsForward;
  private int layer;
  private boolean backwardReady;
  private @Nullable Powers powers;
  private @Nullable Dropout dropout;
  private @Nullable IntConsumer then;
  private @Nullable Memory inputGradient;
  private final Memory[] inputGradientRows;

  /** The job of {@link #products}: {@code target = leftᵀ right + beta target} for each layer. */
  private @Nullable LayerMatrices left;

  private Memory[] right;
  private double beta;
  private @Nullable Memory target;
  private final Memory[][] targetParts;

  Passes(
      Kernels<A> kernels,
      Workers workers,
      DenseLayers layers,
      Activation activation,
      Memory parameters,
      int batch) {
    this.kernels = kernels;
    this.workers = workers;
    this.layers = layers;
    this.batch = batch;
    this.sharding = Sharding.of(batch, layers.size());
    int count = layers.count();
    this.outputs = new INDArray[count];
    this.outputMemory = new Memory[count];
    for (int l = 0; l < count; l++) {
      outputs[l] = matrix(layers.outputs(l));
      outputMemory[l] = Memory.of(outputs[l]);
    }
    for (int s = 0; s < sharding.count(); s++) {
      int first = sharding.from(batch, s);
      shards.add(
          new Shard<>(
              kernels,
              layers,
              activation,
              parameters,
              first,
              sharding.length(batch, s),
              outputMemory));
    }
    if (sharding.dealsUnits(layers.size())) {
      for (int s = 0; s < sharding.count(); s++) {
        units.add(
            new UnitShard<>(
                kernels, layers, activation, parameters, sharding, s, batch, outputMemory));
      }
    }
    this.deltas = new LayerMatrices(layers, sharding, batch);
    this.inputs = new Memory[count];
    System.arraycopy(outputMemory, 0, inputs, 1, count - 1);
    this.right = inputs;
    this.sums = kernels.array(layers.widest());
    this.inputGradientRows = new Memory[sharding.count()];
    this.targetParts = new Memory[sharding.count()][count];
  }

  /** What {@link #accumulate} needs besides, made when it is first called. */
  private record Powers(LayerMatrices sums, Memory[] inputs, Memory[][] inputRows) {}

  /** The logits {@code [N, C]}. */
  INDArray logits() {
    return outputs[layers.count() - 1];
  }

  /** The outputs of the last hidden layer; null without one. */
  @Nullable INDArray features() {
    return layers.count() == 1 ? null : outputs[layers.count() - 2];
  }

  /**
   * Asks every later pass back for the gradient with respect to the input too.
   *
   * @return {@code [N, inputs]}, overwritten by each pass back and each direction
   */
  Memory inputGradient() {
    Memory made = inputGradient;
    if (made == null) {
      made = Memory.of(matrix(layers.inputs(0)));
      for (int s = 0; s < sharding.count(); s++) {
        inputGradientRows[s] = shards.get(s).part(made, layers.inputs(0));
      }
      inputGradient = made;
    }
    return made;
  }

  /**
   * Computes {@link #logits()}.
   *
   * @param dropout with the keys of this pass; null if nothing is dropped
   * @param then done with each shard's logits while a cache has them, by the thread that computed
   *     them; null for nothing
   */
  void forward(Memory features, @Nullable Dropout dropout, @Nullable IntConsumer then) {
    this.dropout = dropout;
    this.then = then;
    inputs[0] = features;
    if (units.isEmpty() || dropout != null || then != null) { // They work on whole rows.
      workers.run(sharding.count(), forward);
      return;
    }
    for (Shard<A> shard : shards) {
      shard.begin(features, null);
    }
    for (layer = 0; layer < layers.count(); layer++) {
      workers.run(sharding.count(), unitsForward);
    }
  }

  private void unitsForward(int shard) {
    units.get(shard).forward(layer, inputs[layer]);
  }

  /** Computes {@link #logits()}. */
  void forward(Memory features, @Nullable Dropout dropout) {
    forward(features, dropout, null);
  }

  /** Computes {@link #logits()} without dropping anything. */
  void forward(Memory features) {
    forward(features, null, null);
  }

  private void forward(int shard) {
    shards.get(shard).forward(inputs[0], dropout);
    if (then != null) {
      then.accept(shard);
    }
  }

  /** The rows of each shard. */
  Sharding sharding() {
    return sharding;
  }

  /** Overwrites {@code gradient}, {@code [P]}. */
  void backward(Memory logitsGradient, Memory gradient) {
    prepareBackward();
    deltas.set(layers.count() - 1, logitsGradient);
    workers.run(sharding.count(), backward);
    parameterGradients(deltas, inputs, 0, gradient);
  }

  private void backward(int shard) {
    shards.get(shard).backward(deltas.rows(shard));
    propagateToInput(shard);
  }

  private void propagateToInput(int shard) {
    if (inputGradient != null) {
      shards.get(shard).propagateToInput(deltas.rows(shard)[0], inputGradientRows[shard]);
    }
  }

  /** Adds the powers of the per-example gradients to {@code sum}, {@code [P]}. */
  void accumulate(List<Memory> directions, Power power, Memory sum) {
    accumulate(directions, power, sum, () -> {});
  }

  /**
   * Adds the powers of the per-example gradients to {@code sum}, {@code [P]}.
   *
   * @param eachDirection called after each, when {@link #inputGradient} is that direction's
   */
  void accumulate(List<Memory> directions, Power power, Memory sum, Runnable eachDirection) {
    prepareBackward();
    Powers p = preparePowers();
    if (directions.isEmpty()) {
      return;
    }
    int last = directions.size() - 1;
    for (int d = 0; d <= last; d++) {
      deltas.set(layers.count() - 1, directions.get(d));
      int direction = d;
      workers.run(
          sharding.count(),
          s -> {
            Shard<A> shard = shards.get(s);
            Memory[] collected = p.sums.rows(s);
            if (direction == 0) {
              shard.raiseInputs(power, p.inputRows[s]);
            }
            shard.addPowers(deltas.rows(s), power, collected, direction == 0);
            propagateToInput(s);
            if (direction == last) {
              shard.sumPowers(collected);
            }
          });
      eachDirection.run();
    }
    parameterGradients(p.sums, p.inputs, 1, sum);
  }

  private void parameterGradients(LayerMatrices deltas, Memory[] xs, double factor, Memory to) {
    left = deltas;
    right = xs;
    beta = factor;
    setTarget(to);
    workers.run(sharding.count(), products);
    for (int l = 0; l < layers.count(); l++) {
      int width = layers.outputs(l);
      int offset = layers.biasOffset(l);
      if (factor == 0) {
        kernels.fill(sums, width, 0);
      } else {
        kernels.get(to, offset, sums, 0, width);
      }
      for (Shard<A> shard : shards) {
        kernels.add(shard.columnSums(l), sums, width);
      }
      kernels.put(sums, 0, to, offset, width);
    }
  }

  private void setTarget(Memory to) {
    if (target == to) {
      return;
    }
    target = to;
    for (int s = 0; s < sharding.count(); s++) {
      for (int l = 0; l < layers.count(); l++) {
        int in = layers.inputs(l);
        int firstOutput = sharding.from(layers.outputs(l), s);
        targetParts[s][l] =
            to.slice(
                layers.weightOffset(l) + (long) firstOutput * in,
                sharding.length(layers.outputs(l), s) * in);
      }
    }
  }

  private void products(int shard) {
    LayerMatrices deltas = left;
    if (deltas == null) {
      return;
    }
    for (int l = layers.count() - 1; l >= 0; l--) {
      int in = layers.inputs(l);
      int out = layers.outputs(l);
      int columns = sharding.length(out, shard);
      if (columns > 0) {
        Memory delta = deltas.columns(shard)[l];
        Memory to = targetParts[shard][l];
        kernels.gemm(true, false, columns, in, batch, delta, out, right[l], in, beta, to, in);
      }
    }
  }

  private void prepareBackward() {
    if (!backwardReady) {
      for (int l = 0; l < layers.count() - 1; l++) {
        deltas.set(l, Memory.of(matrix(layers.outputs(l))));
      }
      backwardReady = true;
    }
  }

  private Powers preparePowers() {
    Powers made = powers;
    if (made == null) {
      LayerMatrices collected = new LayerMatrices(layers, sharding, batch);
      Memory[] raised = new Memory[layers.count()];
      Memory[][] rows = new Memory[sharding.count()][layers.count()];
      for (int l = 0; l < layers.count(); l++) {
        collected.set(l, Memory.of(matrix(layers.outputs(l))));
        raised[l] = Memory.of(matrix(layers.inputs(l)));
        for (int s = 0; s < sharding.count(); s++) {
          rows[s][l] = shards.get(s).part(raised[l], layers.inputs(l));
        }
      }
      made = new Powers(collected, raised, rows);
      powers = made;
    }
    return made;
  }

  private INDArray matrix(int width) {
    INDArray made = Vectors.create(kernels.type(), batch, width);
    owned.add(made);
    return made;
  }

  @Override
  public void close() {
    owned.forEach(INDArray::close);
  }
}
