package io.perennial.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a batch on their way through the dense layers of the columns, and some outputs of
 * each layer for the gradients, which sum over all rows. One thread at a time works on a shard, and
 * shards share nothing they write.
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

  /** Of each layer and column; null where it has none. */
  private final List<@Nullable Adapter<A>[]> adapters = new ArrayList<>();

  /** The outputs of the adapters, of this shard's rows: the live column's, and any frozen one's. */
  private final @Nullable Memory[] liveAdapted;

  private final @Nullable Memory frozenAdapted;
  private final A block;
  private final A other;
  private final A sums;
  private final A[] columnSums;
  private final Folding<A> folding;
  private final Part featureRows;
  private @Nullable Memory features;
  private @Nullable Memory gradientPart;

  /**
   * @param whole each layer's input in each column; layer 0's if it follows convolutions
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
      Memory[][] whole,
      @Nullable Memory[] adapted,
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
    this.liveAdapted = adapted;
    this.frozenAdapted = frozenAdapted;
    int count = dense.count();
    this.inputs = new Memory[count][columns.size()];
    this.columnSums = kernels.arrays(count);
    int widestAdapter = widestAdapter(columns);
    Adapter.Scratch<A> scratch = new Adapter.Scratch<>(kernels, widestAdapter, 0);
    for (int l = 0; l < count; l++) {
      columnSums[l] = kernels.array(dense.outputs(l));
      for (int c = 0; c < columns.size() && whole[l][c] != null; c++) {
        inputs[l][c] = part(whole[l][c], dense.inputs(l));
      }
      adapters.add(adapters(l, scratch));
    }
    int widest = Math.max(dense.widest(), widestAdapter);
    this.block = kernels.array(Math.max(Kernels.BLOCK, widest));
    this.other = kernels.array(Math.max(Kernels.BLOCK, widest));
    this.sums = kernels.array(Math.max(Kernels.BLOCK, widest));
    this.folding = new Folding<>(kernels, live);
    this.featureRows = new Part((long) first * dense.inputs(0), rows * dense.inputs(0));
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // An array of a generic type.
  private @Nullable Adapter<A>[] adapters(int l, Adapter.Scratch<A> scratch) {
    @Nullable Adapter<A>[] made = new Adapter[columns.size()];
    int widestFrozen = widestAdapter(columns.subList(0, columns.size() - 1));
    for (int c = 1; c < columns.size(); c++) {
      Column<A> column = columns.get(c);
      Memory folded = column.folded(number(l));
      Memory biases = column.adapterBias(number(l));
      Memory outputs = column == live ? liveAdapted[l] : frozenAdapted;
      if (folded != null && biases != null && outputs != null) {
        ColumnLayer layer = column.shape().dense(l);
        // The frozen ones share a matrix: a shard's part of it must not depend on the width.
        int room = column == live ? layer.width() : widestFrozen;
        Memory to = outputs.slice((long) first * room, rows * layer.width());
        Memory[] anterior = Arrays.copyOf(inputs[l], c);
        made[c] = new Adapter<>(kernels, layer, anterior, folded, biases, to, rows, 1, scratch);
      }
    }
    return made;
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

  /** The number of a dense layer among all layers. */
  private int number(int layer) {
    return live.shape().convolutions() + layer;
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
   * @param batchFeatures the first layer's input; null if each column has its own
   * @param logits of each column, {@code [N, outputs]}; null where they are not wanted
   */
  void forward(@Nullable Memory batchFeatures, @Nullable Memory[] logits) {
    if (batchFeatures != null) {
      features = featureRows.of(batchFeatures);
    }
    int last = columns.size() - 1;
    while (last > 0 && logits[last] == null) {
      last--;
    }
    int top = dense.count() - 1;
    for (int c = 0; c <= last; c++) {
      for (int l = 0; l < top; l++) {
        layer(c, l, inputs[l + 1][c]);
        finish(inputs[l + 1][c], dense.outputs(l), columns.get(c).bias(number(l)), activation);
      }
      Memory wanted = logits[c];
      if (wanted != null) {
        int width = columns.get(c).shape().dense().outputs();
        Memory part = part(wanted, width);
        layer(c, top, part);
        finish(part, width, columns.get(c).bias(number(top)), null);
      }
    }
  }

  /** {@code z = x Wᵀ + relu(anterior V'ᵀ + c) Uᵀ}. */
  private void layer(int number, int l, Memory z) {
    Column<A> column = columns.get(number);
    int in = dense.inputs(l);
    int out = column.shape().dense().outputs(l);
    Memory shared = features;
    Memory x = l == 0 && shared != null ? shared : inputs[l][number];
    kernels.gemm(false, true, rows, out, in, x, in, column.weights(number(l)), in, 0, z, out);
    Adapter<A> adapter = adapters.get(l)[number];
    Memory weights = column.adapterWeights(number(l));
    if (adapter != null && weights != null) {
      adapter.forward();
      int a = adapter.size();
      kernels.gemm(false, true, rows, out, a, adapter.outputs(), a, weights, a, 1, z, out);
    }
  }

  /** Bias and activation (none if null), in one pass over the product. */
  private void finish(Memory z, int width, Memory biases, @Nullable Activation function) {
    int length = rows * width;
    int step = wholeRows(width);
    for (int at = 0; at < Math.min(step, length); at += width) {
      kernels.get(biases, 0, other, at, width);
    }
    for (int at = 0; at < length; at += step) {
      int n = Math.min(step, length - at);
      kernels.get(z, at, block, 0, n);
      if (function == null) {
        kernels.add(other, block, n);
      } else {
        function.apply(kernels, block, other, n);
      }
      kernels.put(block, 0, z, at, n);
    }
  }

  /** The elements of as many whole rows as fit a block. */
  private static int wholeRows(int width) {
    return width * Math.max(1, Kernels.BLOCK / width);
  }

  /**
   * Propagates the logits' gradient through the live column and its adapters.
   *
   * @param deltas this shard's part of each layer's; the last one is given, the others are written
   * @param featuresGradient of the first layer's input, {@code [N, F]}, written; null if none
   */
  void backward(Memory[] deltas, @Nullable Memory featuresGradient) {
    int top = dense.count() - 1;
    visit(deltas[top], dense.outputs(top), null, columnSums[top]);
    for (int l = top; l >= 0; l--) {
      int in = dense.inputs(l);
      int out = dense.outputs(l);
      Adapter<A> adapter = adapter(l);
      Memory weights = live.adapterWeights(number(l));
      if (adapter != null && weights != null) {
        int a = adapter.size();
        Memory to = adapter.deltas();
        kernels.gemm(false, false, rows, a, out, deltas[l], out, weights, a, 0, to, a);
        adapter.backward();
      }
      Memory below = l > 0 ? deltas[l - 1] : ownFeatures(featuresGradient);
      if (below != null) {
        Memory own = live.weights(number(l));
        kernels.gemm(false, false, rows, in, out, deltas[l], out, own, in, 0, below, in);
      }
      if (l > 0) {
        visit(deltas[l - 1], in, inputs[l][columns.size() - 1], columnSums[l - 1]);
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

  /** The activation's derivative (unless {@code h} is null) and the columns' sums. */
  private void visit(Memory delta, int width, @Nullable Memory h, A columns) {
    int length = rows * width;
    int step = wholeRows(width);
    int used = Math.min(step, length);
    kernels.fill(sums, used, 0);
    for (int at = 0; at < length; at += step) {
      int n = Math.min(step, length - at);
      kernels.get(delta, at, block, 0, n);
      if (h != null) {
        kernels.get(h, at, other, 0, n);
        activation.applyGradient(kernels, block, other, n);
        kernels.put(block, 0, delta, at, n);
      }
      kernels.add(block, sums, n);
    }
    kernels.fill(columns, width, 0);
    for (int row = 0; row < used; row += width) {
      System.arraycopy(sums, row, other, 0, width);
      kernels.add(other, columns, width);
    }
  }

  /** The sums over this shard's rows, for the bias of a layer. */
  A columnSums(int layer) {
    return columnSums[layer];
  }

  /** The live column's, with what this shard's rows summed in it. */
  @Nullable Adapter<A> adapter(int layer) {
    return adapters.get(layer)[columns.size() - 1];
  }

  /**
   * The gradients of this shard's outputs of each layer.
   *
   * @param deltas each layer's, from this shard's first output on; rows keep their distance
   * @param owns the live column's own input of each layer, for all rows
   * @param adapted the live adapters' outputs, for all rows
   * @param gradient where this shard's part of each tensor goes
   */
  void products(Memory[] deltas, Memory[] owns, @Nullable Memory[] adapted, Targets gradient) {
    for (int l = dense.count() - 1; l >= 0; l--) {
      int in = dense.inputs(l);
      int out = dense.outputs(l);
      int mine = sharding.length(out, shard);
      if (mine > 0) {
        Memory to = gradient.weights[l];
        kernels.gemm(true, false, mine, in, batch, deltas[l], out, owns[l], in, 0, to, in);
        int a = live.shape().dense(l).width();
        Memory y = adapted[l];
        if (a > 0 && y != null) {
          Memory lateral = gradient.adapterWeights[l];
          kernels.gemm(true, false, mine, a, batch, deltas[l], out, y, a, 0, lateral, a);
        }
      }
    }
  }

  /** Where a shard's part of the gradient goes, each by layer. */
  static final class Targets {
    final Memory[] weights;
    final Memory[] adapterWeights;

    Targets(ColumnShape shape, Sharding sharding, int shard, Memory gradient) {
      int count = shape.dense().count();
      weights = new Memory[count];
      adapterWeights = new Memory[count];
      for (int l = 0; l < count; l++) {
        ColumnLayer layer = shape.dense(l);
        int in = shape.dense().inputs(l);
        int from = sharding.from(layer.outputs(), shard);
        int mine = sharding.length(layer.outputs(), shard);
        int a = layer.width();
        weights[l] = gradient.slice(layer.weights() + (long) from * in, mine * in);
        if (a > 0) {
          adapterWeights[l] = gradient.slice(layer.adapterWeights() + (long) from * a, mine * a);
        }
      }
    }
  }

  /** Frees what the adapters allocated. */
  void close() {
    for (@Nullable Adapter<A>[] ofColumns : adapters) {
      for (Adapter<A> adapter : ofColumns) {
        if (adapter != null) {
          adapter.close();
        }
      }
    }
  }
}
