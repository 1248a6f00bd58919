package io.perennial.models;

/**
 * Adds up what shards summed for the adapters of the live column. Scratch of one thread.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class AdapterSums<A> {
  private final Kernels<A> kernels;
  private final Column<A> live;
  private final Folding<A> folding;
  private final A room;
  private final A total;
  private final A biasTotal;
  private final double[] scales;

  AdapterSums(Kernels<A> kernels, Column<A> live) {
    this.kernels = kernels;
    this.live = live;
    this.folding = new Folding<>(kernels, live);
    int longest = 0;
    int widest = 0;
    for (ColumnLayer layer : live.shape().layers()) {
      longest = Math.max(longest, layer.width() * layer.anterior());
      widest = Math.max(widest, layer.width());
    }
    this.room = kernels.array(longest);
    this.total = kernels.array(longest);
    this.biasTotal = kernels.array(Math.max(widest, live.shape().previous()));
    this.scales = new double[live.shape().previous()];
  }

  /** Before the first {@link #add} of a layer. */
  void start(int number) {
    ColumnLayer layer = live.shape().layers().get(number);
    kernels.fill(total, layer.width() * layer.anterior(), 0);
    kernels.fill(biasTotal, layer.width(), 0);
  }

  /** Adds a shard's gradients. */
  void add(Adapter<A> adapter) {
    adapter.addTo(room, total, biasTotal);
  }

  /** Writes the gradients of V, c and α among those of the column's parameters. */
  void write(int number, Memory gradient) {
    ColumnLayer layer = live.shape().layers().get(number);
    kernels.put(biasTotal, 0, gradient, layer.adapterBias(), layer.width());
    kernels.put(total, 0, gradient, layer.projection(), layer.width() * layer.anterior());
    folding.unfold(number, gradient, scales);
    kernels.fromDouble(scales, 0, biasTotal, 0, scales.length);
    kernels.put(biasTotal, 0, gradient, layer.scales(), scales.length);
  }
}
