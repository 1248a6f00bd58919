package io.perennial.models;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The convolutional part of {@link ColumnPasses}: from a batch of images to the features of every
 * column, and back through the live one. A shard takes its rows through one column after the other
 * and keeps the maps of the frozen ones, which the adapters of later columns read.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ConvolutionColumns<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final Workers workers;
  private final List<Column<A>> columns;
  private final Column<A> live;
  private final int count;
  private final Sharding sharding;
  private final int batch;
  private final Memory[] features;
  private final Memory featuresGradient;
  private final List<INDArray> owned = new ArrayList<>();
  private final List<ConvolutionScratch<A>> scratches = new ArrayList<>();
  private final List<List<ConvolutionShard<A>>> shards = new ArrayList<>();

  /** The outputs of each frozen column's layers, {@code [layer][column]}, but of the last ones. */
  private final Memory[][] maps;

  /** The outputs of each layer's adapter: the live column's, and room for any frozen one's. */
  private final @Nullable Memory[] liveAdapted;

  private final @Nullable Memory[] frozenAdapted;
  private final FilterOrder<A> order;
  private final Folding<A> folding;
  private final AdapterSums<A> sums;
  private final IntConsumer forward = this::forward;
  private final IntConsumer backward = this::backward;
  private @Nullable Memory input;
  private int last;

  /**
   * @param features of each column, {@code [N, F]}, written
   * @param featuresGradient of the live column, {@code [N, F]}, read by {@link #backward}
   */
  ConvolutionColumns(
      Kernels<A> kernels,
      Workers workers,
      List<Column<A>> columns,
      int batch,
      Memory[] features,
      Memory featuresGradient) {
    this.kernels = kernels;
    this.workers = workers;
    this.columns = columns;
    this.live = columns.get(columns.size() - 1);
    this.count = live.shape().convolutions();
    this.batch = batch;
    this.features = features;
    this.featuresGradient = featuresGradient;
    ConvolutionLayers plain = live.shape().plain();
    this.sharding = Sharding.ofImages(batch, plain.multiplications());
    this.maps = new Memory[count][columns.size() - 1];
    this.liveAdapted = new @Nullable Memory[count];
    this.frozenAdapted = new @Nullable Memory[count];
    int widest = 0;
    int largest = 0;
    for (int l = 0; l < count; l++) {
      ColumnLayer layer = live.shape().layers().get(l);
      ConvolutionLayer shape = plain.convolutions().get(l);
      for (int c = 0; l + 1 < count && c < columns.size() - 1; c++) {
        maps[l][c] = matrix(shape.outputSize());
      }
      int frozen = widestFrozen(l);
      widest = Math.max(widest, Math.max(frozen, layer.width()));
      largest = Math.max(largest, Math.max(frozen, layer.width()) * shape.positions());
      liveAdapted[l] = layer.hasAdapter() ? matrix(shape.positions() * layer.width()) : null;
      frozenAdapted[l] = frozen > 0 ? matrix(shape.positions() * frozen) : null;
    }
    for (int s = 0; s < sharding.count(); s++) {
      ConvolutionScratch<A> own = new ConvolutionScratch<>(kernels, indices());
      Adapter.Scratch<A> ofAdapters = new Adapter.Scratch<>(kernels, widest, largest);
      scratches.add(own);
      List<ConvolutionShard<A>> ofColumns = new ArrayList<>();
      for (int c = 0; c < columns.size(); c++) {
        ofColumns.add(
            shard(c, sharding.from(batch, s), sharding.length(batch, s), own, ofAdapters));
      }
      shards.add(ofColumns);
    }
    this.order = live.order();
    this.folding = new Folding<>(kernels, live);
    this.sums = new AdapterSums<>(kernels, live);
  }

  private int widestFrozen(int layer) {
    int widest = 0;
    for (Column<A> column : columns.subList(0, columns.size() - 1)) {
      widest = Math.max(widest, column.shape().layers().get(layer).width());
    }
    return widest;
  }

  private Memory matrix(int width) {
    INDArray made = Vectors.create(kernels.type(), batch, width);
    owned.add(made);
    return Memory.of(made);
  }

  private List<Patches> indices() {
    List<Patches> all = new ArrayList<>();
    for (Column<A> column : columns) {
      for (int l = 0; l < count; l++) {
        Column.Packed lateral = column.lateral(l);
        all.add(column.packed(l).index());
        all.add(lateral == null ? column.packed(l).index() : lateral.index());
      }
    }
    return all;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // An array of a generic type.
  private ConvolutionShard<A> shard(
      int number,
      int first,
      int rows,
      ConvolutionScratch<A> scratch,
      Adapter.Scratch<A> ofAdapters) {
    Column<A> column = columns.get(number);
    boolean frozen = column != live;
    List<ConvolutionLayer> layers = live.shape().plain().convolutions();
    List<Convolution<A>> convolutions = new ArrayList<>();
    @Nullable Adapter<A>[] adapters = new Adapter[count];
    @Nullable Memory[] written = new @Nullable Memory[count];
    for (int l = 0; l < count; l++) {
      Column.Packed packed = column.packed(l);
      Column.Packed lateral = column.lateral(l);
      Filters<A> own = new Filters<>(kernels, packed.index(), packed.weights(), scratch);
      Filters<A> second = null;
      if (lateral != null) {
        second = new Filters<>(kernels, lateral.index(), lateral.weights(), scratch);
        adapters[l] = adapter(column, l, first, rows, ofAdapters);
      }
      ConvolutionLayer layer = layers.get(l);
      convolutions.add(
          new Convolution<>(
              kernels, layer, own, second, column.bias(l), scratch, frozen ? 1 : rows));
      if (frozen && l + 1 < count) {
        written[l] = part(maps[l][number], first, rows, layer.outputSize());
      }
    }
    int width = live.shape().dense().inputs(0);
    Memory own = features[number];
    ConvolutionStack.Ends ends =
        new ConvolutionStack.Ends(own, frozen ? own : featuresGradient, width, null);
    ends.share();
    return new ConvolutionShard<>(
        kernels, layers, convolutions, adapters, first, rows, ends, written, !frozen);
  }

  private @Nullable Adapter<A> adapter(
      Column<A> column, int l, int first, int rows, Adapter.Scratch<A> scratch) {
    ColumnLayer layer = column.shape().layers().get(l);
    ConvolutionLayer shape = column.shape().plain().convolutions().get(l);
    Memory[] anterior = new Memory[layer.previous()];
    for (int j = 0; j < anterior.length; j++) {
      anterior[j] = part(maps[l - 1][j], first, rows, shape.inputSize());
    }
    Memory folded = column.folded(l);
    Memory bias = column.adapterBias(l);
    Memory adapted = column == live ? liveAdapted[l] : frozenAdapted[l];
    if (folded == null || bias == null || adapted == null) {
      return null;
    }
    // The frozen ones share a matrix: a shard's part of it must not depend on the width.
    int room = shape.positions() * (column == live ? layer.width() : widestFrozen(l));
    int length = rows * shape.positions() * layer.width();
    Memory outputs = adapted.slice((long) first * room, length);
    return new Adapter<>(
        kernels, layer, anterior, folded, bias, outputs, rows, shape.positions(), scratch);
  }

  private static Memory part(Memory whole, int first, int rows, int width) {
    return whole.slice((long) first * width, rows * width);
  }

  /**
   * Computes the features of the columns up to one of them.
   *
   * @param newest the last column wanted
   */
  void forward(Memory images, int newest) {
    input = images;
    images.buffer(); // What shards share has to be made before they run.
    last = newest;
    if (columns.get(newest) == live) { // Its parameters have moved.
      live.pack(order);
      for (int l = 0; l < count; l++) {
        folding.fold(l, 0, live.shape().layers().get(l).width());
      }
    }
    workers.run(sharding.count(), forward);
  }

  private void forward(int shard) {
    Memory images = input;
    if (images != null) {
      for (int c = 0; c <= last; c++) {
        shards.get(shard).get(c).forward(images);
      }
    }
  }

  /** Writes this part's gradients of the live column, {@code [P]}. */
  void backward(Memory gradient) {
    workers.run(sharding.count(), backward);
    for (int l = 0; l < count; l++) {
      sumFilters(l, gradient);
      sumLateral(l, gradient);
    }
  }

  private void backward(int shard) {
    Memory images = input;
    if (images != null) {
      shards.get(shard).get(columns.size() - 1).backward(images);
    }
  }

  private void sumFilters(int l, Memory gradient) {
    Patches index = live.packed(l).index();
    order.start(index.layer());
    for (int s = 0; s < shards.size(); s++) {
      Convolution<A> convolution = shards.get(s).get(columns.size() - 1).convolution(l);
      convolution.own().addTo(false, order.total());
      convolution.addBiasTo(false, order.biasTotal());
    }
    order.write(index, false, gradient);
    ColumnLayer layer = live.shape().layers().get(l);
    order.writeBias(layer.bias(), layer.outputs(), false, gradient);
  }

  private void sumLateral(int l, Memory gradient) {
    Column.Packed lateral = live.lateral(l);
    if (lateral == null) {
      return;
    }
    order.start(lateral.index().layer());
    sums.start(l);
    for (int s = 0; s < shards.size(); s++) {
      ConvolutionShard<A> shard = shards.get(s).get(columns.size() - 1);
      Filters<A> filters = shard.convolution(l).lateral();
      Adapter<A> adapter = shard.adapter(l);
      if (filters != null && adapter != null) {
        filters.addTo(false, order.total());
        sums.add(adapter);
      }
    }
    order.write(lateral.index(), false, gradient);
    sums.write(l, gradient);
  }

  @Override
  public void close() {
    shards.forEach(ofColumns -> ofColumns.forEach(ConvolutionShard::close));
    scratches.forEach(ConvolutionScratch::close);
    owned.forEach(INDArray::close);
  }
}
