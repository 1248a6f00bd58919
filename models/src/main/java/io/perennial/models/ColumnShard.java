package io.perennial.models;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a batch on their way through the columns, and some outputs of each layer for the
 * gradients, which sum over all rows. One thread at a time works on a shard, and shards share
 * nothing they write.
 *
 * <p>The activations of a layer stand side by side, column after column, in one matrix {@code [N,
 * columns · width]}: its first part is what the next column's adapter reads.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ColumnShard<A> {
  private final Kernels<A> kernels;
  private final List<Column<A>> columns;
  private final Column<A> live;
  private final DenseLayers dense;
  private final Activation activation;
  private final Sharding sharding;
  private final int shard;
  private final int batch;
  private final int first;
  private final int rows;

  /** This shard's rows of each layer's input, {@code [layer][column]}; of layer 0 after images. */
  private final Memory[][] inputs;

  private final Memory[] adapted;
  private final @Nullable Memory frozenAdapted;
  private final A block;
  private final A other;
  private final A bias;
  private final A[] columnSums;
  private final A[] adapterSums;
  private final Folding<A> folding;
  private final boolean images;
  private @Nullable Memory wholeFeatures;
  private @Nullable Memory features;
  private @Nullable Memory gradientPart;

  /**
   * @param sides each layer's input, side by side; layer 0's if it follows convolutions
   * @param adapted the outputs of the live column's adapters, {@code [N, a]} of each layer
   * @param frozenAdapted room for those of any frozen one
   */
  ColumnShard(
      Kernels<A> kernels,
      List<Column<A>> columns,
      Activation activation,
      Sharding sharding,
      int shard,
      int batch,
      Memory[] sides,
      Memory[] adapted,
      @Nullable Memory frozenAdapted) {
    this.kernels = kernels;
    this.columns = columns;
    this.live = columns.get(columns.size() - 1);
    this.dense = live.shape().dense();
    this.activation = activation;
    this.sharding = sharding;
    this.shard = shard;
    this.batch = batch;
    this.first = sharding.from(batch, shard);
    this.rows = sharding.length(batch, shard);
    this.images = live.shape().convolutions() > 0;
    int count = dense.count();
    this.inputs = new Memory[count][columns.size()];
    this.adapted = new Memory[count];
    this.columnSums = kernels.arrays(count);
    this.adapterSums = kernels.arrays(count);
    for (int l = 0; l < count; l++) {
      columnSums[l] = kernels.array(dense.outputs(l));
      int a = live.shape().dense(l).width();
      adapterSums[l] = kernels.array(a);
      if (l > 0 || images) {
        int width = dense.inputs(l);
        int stride = width * columns.size();
        for (int c = 0; c < columns.size(); c++) {
          int own = c * width;
          long from = (long) first * stride + own;
          inputs[l][c] = sides[l].slice(from, rows * stride - own);
        }
      }
      if (a > 0) {
        this.adapted[l] = part(adapted[l], a);
      }
    }
    this.frozenAdapted = frozenAdapted == null ? null : part(frozenAdapted, widestFrozen(columns));
    int widest = Math.max(dense.widest(), widestAdapter(columns));
    this.block = kernels.array(Math.max(Kernels.BLOCK, widest));
    this.other = kernels.array(Math.max(Kernels.BLOCK, widest));
    this.bias = kernels.array(widest);
    this.folding = new Folding<>(kernels, live);
  }

  static int widestFrozen(List<? extends Column<?>> columns) {
    return widestAdapter(columns.subList(0, columns.size() - 1));
  }

  static int widestAdapter(List<? extends Column<?>> columns) {
    int widest = 0;
    for (Column<?> column : columns) {
      for (int l = 0; l < column.shape().dense().count(); l++) {
        widest = Math.max(widest, column.shape().dense(l).width());
      }
    }
    return widest;
  }

  private Memory part(Memory whole, int width) {
    return whole.slice((long) first * width, rows * width);
  }

  /** Prepares this shard's rows of the live column's projections, whose parameters have moved. */
  void fold() {
    for (int l = 0; l < dense.count(); l++) {
      int a = live.shape().dense(l).width();
      folding.fold(number(l), sharding.from(a, shard), sharding.length(a, shard));
    }
  }

  /**
   * Computes the columns up to the last one whose logits are wanted.
   *
   * @param batchFeatures the dense layers' input; not read if it stands in the sides
   * @param logits of each column, {@code [N, outputs]}; null where they are not wanted
   */
  void forward(Memory batchFeatures, @Nullable Memory[] logits) {
    Memory x = features;
    if (!images && (x == null || wholeFeatures != batchFeatures)) {
      x = part(batchFeatures, dense.inputs(0));
      features = x;
      wholeFeatures = batchFeatures;
    }
    int last = columns.size() - 1;
    while (last > 0 && logits[last] == null) {
      last--;
    }
    int top = dense.count() - 1;
    for (int c = 0; c <= last; c++) {
      Column<A> column = columns.get(c);
      for (int l = 0; l < top; l++) {
        int width = dense.outputs(l);
        layer(column, c, l, x, inputs[l + 1][c], width * columns.size());
        finish(inputs[l + 1][c], width * columns.size(), width, column.bias(number(l)), activation);
      }
      Memory wanted = logits[c];
      if (wanted != null) {
        int width = column.shape().dense().outputs();
        Memory part = part(wanted, width);
        layer(column, c, top, x, part, width);
        finish(part, width, width, column.bias(number(top)), null);
      }
    }
  }

  /** The number of a dense layer among all layers. */
  private int number(int layer) {
    return live.shape().convolutions() + layer;
  }

  /** {@code z = x Wᵀ + relu(anterior V'ᵀ + c) Uᵀ}. */
  private void layer(Column<A> column, int place, int l, @Nullable Memory x, Memory z, int stride) {
    int in = dense.inputs(l);
    int side = in * columns.size();
    int out = column.shape().dense().outputs(l);
    Memory own = l == 0 && x != null ? x : inputs[l][place];
    int ownStride = l == 0 && x != null ? in : side;
    Memory weights = column.weights(number(l));
    kernels.gemm(false, true, rows, out, in, own, ownStride, weights, in, 0, z, stride);
    Memory folded = column.folded(number(l));
    Memory adapterBias = column.adapterBias(number(l));
    Memory adapterWeights = column.adapterWeights(number(l));
    if (folded != null && adapterBias != null && adapterWeights != null) {
      int a = column.shape().dense(l).width();
      int anterior = column.shape().dense(l).anterior();
      Memory y = adapted(column, l);
      kernels.gemm(false, true, rows, a, anterior, inputs[l][0], side, folded, anterior, 0, y, a);
      finish(y, a, a, adapterBias, Activation.RELU);
      kernels.gemm(false, true, rows, out, a, y, a, adapterWeights, a, 1, z, stride);
    }
  }

  private Memory adapted(Column<A> column, int layer) {
    Memory shared = frozenAdapted;
    return column == live || shared == null ? adapted[layer] : shared;
  }

  /** Bias and activation (none if null), row by row because rows may be apart. */
  private void finish(
      Memory z, int stride, int width, Memory biases, @Nullable Activation function) {
    kernels.get(biases, 0, bias, 0, width);
    for (int row = 0; row < rows; row++) {
      kernels.get(z, row * stride, block, 0, width);
      if (function == null) {
        kernels.add(bias, block, width);
      } else {
        function.apply(kernels, block, bias, width);
      }
      kernels.put(block, 0, z, row * stride, width);
    }
  }

  /**
   * Propagates the logits' gradient through the live column and its adapters.
   *
   * @param deltas this shard's part of each layer's; the last one is given, the others are written
   * @param adapterDeltas this shard's part of each adapter's, written
   * @param featuresGradient of the first layer's input, {@code [N, F]}, written; null if none
   */
  void backward(Memory[] deltas, Memory[] adapterDeltas, @Nullable Memory featuresGradient) {
    int top = dense.count() - 1;
    for (int l = 0; l <= top; l++) {
      kernels.fill(columnSums[l], dense.outputs(l), 0);
      kernels.fill(adapterSums[l], live.shape().dense(l).width(), 0);
    }
    visit(deltas[top], dense.outputs(top), null, 0, activation, columnSums[top]);
    for (int l = top; l >= 0; l--) {
      int in = dense.inputs(l);
      int out = dense.outputs(l);
      Memory adapterWeights = live.adapterWeights(number(l));
      if (adapterWeights != null) {
        int a = live.shape().dense(l).width();
        Memory delta = adapterDeltas[l];
        kernels.gemm(false, false, rows, a, out, deltas[l], out, adapterWeights, a, 0, delta, a);
        visit(delta, a, adapted[l], a, Activation.RELU, adapterSums[l]);
      }
      Memory below = l > 0 ? deltas[l - 1] : ownFeatures(featuresGradient);
      if (below != null) {
        Memory weights = live.weights(number(l));
        kernels.gemm(false, false, rows, in, out, deltas[l], out, weights, in, 0, below, in);
      }
      if (l > 0) {
        Memory h = inputs[l][columns.size() - 1];
        visit(deltas[l - 1], in, h, in * columns.size(), activation, columnSums[l - 1]);
      }
    }
  }

  private @Nullable Memory ownFeatures(@Nullable Memory featuresGradient) {
    Memory own = gradientPart;
    if (own == null && featuresGradient != null) {
      own = part(featuresGradient, dense.inputs(0));
      gradientPart = own;
    }
    return own;
  }

  /** The function's derivative (unless {@code h} is null) and the columns' sums, row by row. */
  private void visit(
      Memory delta, int width, @Nullable Memory h, int stride, Activation function, A sums) {
    for (int row = 0; row < rows; row++) {
      kernels.get(delta, row * width, block, 0, width);
      if (h != null) {
        kernels.get(h, row * stride, other, 0, width);
        function.applyGradient(kernels, block, other, width);
        kernels.put(block, 0, delta, row * width, width);
      }
      kernels.add(block, sums, width);
    }
  }

  /** The sums over this shard's rows, for the bias of a layer. */
  A columnSums(int layer) {
    return columnSums[layer];
  }

  /** The sums over this shard's rows, for the bias of an adapter. */
  A adapterSums(int layer) {
    return adapterSums[layer];
  }

  /**
   * The gradients of this shard's outputs of each layer.
   *
   * @param deltas each layer's, from this shard's first output on; rows keep their distance
   * @param adapterDeltas each adapter's, likewise
   * @param owns the live column's own input of each layer, for all rows
   * @param sides each layer's input of all columns, for all rows
   * @param adapters the adapters' outputs, for all rows
   * @param gradient where this shard's part of each tensor goes
   */
  void products(
      Memory[] deltas,
      Memory[] adapterDeltas,
      Memory[] owns,
      Memory[] sides,
      Memory[] adapters,
      Targets gradient) {
    for (int l = dense.count() - 1; l >= 0; l--) {
      int in = dense.inputs(l);
      int out = dense.outputs(l);
      int side = in * columns.size();
      int mine = sharding.length(out, shard);
      int a = live.shape().dense(l).width();
      if (mine > 0) {
        int stride = l == 0 && !images ? in : side;
        kernels.gemm(
            true,
            false,
            mine,
            in,
            batch,
            deltas[l],
            out,
            owns[l],
            stride,
            0,
            gradient.weights[l],
            in);
        if (a > 0) {
          Memory to = gradient.adapterWeights[l];
          kernels.gemm(true, false, mine, a, batch, deltas[l], out, adapters[l], a, 0, to, a);
        }
      }
      if (a > 0) {
        project(l, adapterDeltas[l], sides[l], gradient);
      }
    }
  }

  /** The gradients of this shard's rows of a projection, and their part of the scalars'. */
  private void project(int l, Memory delta, Memory anterior, Targets gradient) {
    int a = live.shape().dense(l).width();
    int width = live.shape().dense(l).anterior();
    int side = dense.inputs(l) * columns.size();
    int mine = sharding.length(a, shard);
    Memory to = gradient.projections[l];
    if (mine > 0) {
      kernels.gemm(true, false, mine, width, batch, delta, a, anterior, side, 0, to, width);
    }
    folding.unfold(number(l), sharding.from(a, shard), mine, to, 0, gradient.scales[l]);
  }

  /** Where a shard's part of the gradient goes, each by layer. */
  static final class Targets {
    final Memory[] weights;
    final Memory[] projections;
    final Memory[] adapterWeights;
    final double[][] scales;

    Targets(ColumnShape shape, Sharding sharding, int shard, Memory gradient) {
      int count = shape.dense().count();
      weights = new Memory[count];
      projections = new Memory[count];
      adapterWeights = new Memory[count];
      scales = new double[count][shape.previous()];
      for (int l = 0; l < count; l++) {
        ColumnLayer layer = shape.dense(l);
        int in = shape.dense().inputs(l);
        int from = sharding.from(layer.outputs(), shard);
        int mine = sharding.length(layer.outputs(), shard);
        int a = layer.width();
        weights[l] = gradient.slice(layer.weights() + (long) from * in, mine * in);
        if (a > 0) {
          int row = sharding.from(a, shard);
          int anterior = layer.anterior();
          adapterWeights[l] = gradient.slice(layer.adapterWeights() + (long) from * a, mine * a);
          projections[l] =
              gradient.slice(
                  layer.projection() + (long) row * anterior, sharding.length(a, shard) * anterior);
        }
      }
    }
  }
}
