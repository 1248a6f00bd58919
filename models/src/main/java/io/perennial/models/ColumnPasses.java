package io.perennial.models;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The passes of progressive columns for one batch size: all their arrays, made once. Rows are dealt
 * to shards for the passes through the columns, outputs for the gradients. The division depends on
 * the batch and on one column's shape, not on how many columns there are, so that a frozen column's
 * outputs keep every bit when others are added.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ColumnPasses<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final Workers workers;
  private final List<Column<A>> columns;
  private final Column<A> live;
  private final DenseLayers dense;
  private final @Nullable ConvolutionColumns<A> convolutions;
  private final @Nullable Memory featuresGradient;
  private final Sharding sharding;
  private final int batch;
  private final List<INDArray> owned = new ArrayList<>();
  private final @Nullable Memory[] adapted;
  private final INDArray[] logits;
  private final @Nullable Memory[] logitsMemory;
  private final @Nullable Memory[] wanted;
  private final List<ColumnShard<A>> shards = new ArrayList<>();
  private final Memory[][] deltas;
  private final Memory[][] deltaColumns;
  private final Memory[] owns;
  private final ColumnShard.Targets[] targets;
  private final A sums;
  private final AdapterSums<A> adapterSums;
  private final IntConsumer fold = this::fold;
  private final IntConsumer forward = this::forward;
  private final IntConsumer backward = this::backward;
  private final IntConsumer products = this::products;
  private boolean backwardReady;
  private @Nullable Memory features;
  private @Nullable Memory latestGradient;
  private @Nullable Memory latestTarget;

  ColumnPasses(
      Kernels<A> kernels,
      Workers workers,
      List<Column<A>> columns,
      Activation activation,
      int batch) {
    this.kernels = kernels;
    this.workers = workers;
    this.columns = columns;
    this.live = columns.get(columns.size() - 1);
    this.dense = live.shape().dense();
    this.sharding = Sharding.of(batch, dense.withOutputs(1).size());
    this.batch = batch;
    int count = dense.count();
    Memory[][] inputs = new Memory[count][columns.size()];
    this.adapted = new @Nullable Memory[count];
    boolean images = live.shape().convolutions() > 0;
    for (int l = images ? 0 : 1; l < count; l++) {
      for (int c = 0; c < columns.size(); c++) {
        inputs[l][c] = matrix(dense.inputs(l));
      }
      int a = live.shape().dense(l).width();
      adapted[l] = a > 0 ? matrix(a) : null;
    }
    this.owns = new Memory[count];
    for (int l = 0; l < count; l++) {
      owns[l] = inputs[l][columns.size() - 1];
    }
    this.featuresGradient = images ? matrix(dense.inputs(0)) : null;
    this.convolutions =
        featuresGradient == null
            ? null
            : new ConvolutionColumns<>(
                kernels, workers, columns, batch, inputs[0], featuresGradient);
    int widest = ColumnShard.widestAdapter(columns.subList(0, columns.size() - 1));
    Memory frozenAdapted = widest == 0 ? null : matrix(widest);
    this.logits = new INDArray[columns.size()];
    this.logitsMemory = new @Nullable Memory[columns.size()];
    this.wanted = new @Nullable Memory[columns.size()];
    int shardCount = sharding.count();
    for (int s = 0; s < shardCount; s++) {
      shards.add(
          new ColumnShard<>(
              kernels, columns, activation, sharding, s, batch, inputs, adapted, frozenAdapted));
    }
    this.deltas = new Memory[shardCount][count];
    this.deltaColumns = new Memory[shardCount][count];
    this.targets = new ColumnShard.Targets[shardCount];
    this.sums = kernels.array(dense.widest());
    this.adapterSums = new AdapterSums<>(kernels, live);
  }

  /**
   * Computes the logits of some columns.
   *
   * @param needed which ones, by column
   */
  void forward(Memory input, boolean[] needed) {
    features = input;
    for (int c = 0; c < wanted.length; c++) {
      wanted[c] = needed[c] ? logitsMemory(c) : null;
    }
    if (columns.size() > 1 && needed[columns.size() - 1]) {
      workers.run(sharding.count(), fold);
    }
    ConvolutionColumns<A> images = convolutions;
    if (images != null) {
      int newest = columns.size() - 1;
      while (newest > 0 && !needed[newest]) {
        newest--;
      }
      images.forward(input, newest);
    }
    workers.run(sharding.count(), forward);
  }

  private Memory logitsMemory(int column) {
    Memory known = logitsMemory[column];
    if (known == null) {
      int outputs = columns.get(column).shape().dense().outputs();
      logits[column] = Vectors.create(kernels.type(), batch, outputs);
      owned.add(logits[column]);
      known = Memory.of(logits[column]);
      logitsMemory[column] = known;
    }
    return known;
  }

  /** The logits of a column that was needed in the latest forward pass, {@code [N, outputs]}. */
  INDArray logits(int column) {
    return logits[column];
  }

  /** Overwrites {@code gradient}, {@code [P]} of the live column. */
  void backward(Memory logitsGradient, Memory gradient) {
    prepareBackward();
    int top = dense.count() - 1;
    if (latestGradient != logitsGradient) {
      latestGradient = logitsGradient;
      slice(logitsGradient, dense.outputs(top), top, deltas, deltaColumns);
    }
    if (latestTarget != gradient) {
      latestTarget = gradient;
      for (int s = 0; s < sharding.count(); s++) {
        targets[s] = new ColumnShard.Targets(live.shape(), sharding, s, gradient);
      }
    }
    Memory input = features;
    if (convolutions == null && input != null) {
      owns[0] = input;
    }
    workers.run(sharding.count(), backward);
    workers.run(sharding.count(), products);
    for (int l = 0; l <= top; l++) {
      sumBias(l, gradient);
      sumAdapter(l, gradient);
    }
    if (convolutions != null) {
      convolutions.backward(gradient);
    }
  }

  private void sumBias(int l, Memory gradient) {
    int width = dense.outputs(l);
    kernels.fill(sums, width, 0);
    for (ColumnShard<A> shard : shards) {
      kernels.add(shard.columnSums(l), sums, width);
    }
    kernels.put(sums, 0, gradient, live.shape().dense(l).bias(), width);
  }

  private void sumAdapter(int l, Memory gradient) {
    if (!live.shape().dense(l).hasAdapter()) {
      return;
    }
    int number = live.shape().convolutions() + l;
    adapterSums.start(number);
    for (ColumnShard<A> shard : shards) {
      Adapter<A> adapter = shard.adapter(l);
      if (adapter != null) {
        adapterSums.add(adapter);
      }
    }
    adapterSums.write(number, gradient);
  }

  private void fold(int shard) {
    shards.get(shard).fold();
  }

  private void forward(int shard) {
    shards.get(shard).forward(convolutions == null ? features : null, wanted);
  }

  private void backward(int shard) {
    shards.get(shard).backward(deltas[shard], featuresGradient);
  }

  private void products(int shard) {
    shards.get(shard).products(deltaColumns[shard], owns, adapted, targets[shard]);
  }

  private void prepareBackward() {
    if (backwardReady) {
      return;
    }
    int top = dense.count() - 1;
    for (int l = 0; l <= top; l++) {
      if (l < top) {
        slice(matrix(dense.outputs(l)), dense.outputs(l), l, deltas, deltaColumns);
      }
    }
    backwardReady = true;
  }

  /** A matrix's parts for each shard: its rows, and from its first column on. */
  private void slice(Memory matrix, int width, int layer, Memory[][] rows, Memory[][] outputs) {
    for (int s = 0; s < sharding.count(); s++) {
      rows[s][layer] =
          matrix.slice((long) sharding.from(batch, s) * width, sharding.length(batch, s) * width);
      int column = sharding.from(width, s);
      outputs[s][layer] = matrix.slice(column, batch * width - column);
    }
  }

  private Memory matrix(int width) {
    INDArray made = Vectors.create(kernels.type(), batch, width);
    owned.add(made);
    return Memory.of(made);
  }

  @Override
  public void close() {
    if (convolutions != null) {
      convolutions.close();
    }
    shards.forEach(ColumnShard::close);
    owned.forEach(INDArray::close);
  }
}
