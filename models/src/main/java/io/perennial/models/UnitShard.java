package io.perennial.models;

/**
 * Some units of each layer on the way forward, for all rows of a batch, with the scratch that
 * takes. It deals out the weights, where they take far more memory than what a batch makes of them:
 * shards of rows ({@link Shard}) each read all of them. The price is that a layer waits for all of
 * the one before. Back through the layers nothing is gained: half of each weight's row is read
 * slower than half of the rows.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class UnitShard<A> {
  private final Kernels<A> kernels;
  private final DenseLayers layers;
  private final Activation activation;
  private final Sharding sharding;
  private final int shard;
  private final int batch;
  private final Memory[] wholeOutputs;
  private final Memory[] outputs;
  private final Memory[] weights;
  private final Memory[] biases;
  private final A block;
  private final A other;

  /**
   * @param shard its number
   * @param wholeOutputs of each layer, for the whole batch
   */
  UnitShard(
      Kernels<A> kernels,
      DenseLayers layers,
      Activation activation,
      Memory parameters,
      Sharding sharding,
      int shard,
      int batch,
      Memory[] wholeOutputs) {
    this.kernels = kernels;
    this.layers = layers;
    this.activation = activation;
    this.sharding = sharding;
    this.shard = shard;
    this.batch = batch;
    this.wholeOutputs = wholeOutputs;
    int count = layers.count();
    this.outputs = new Memory[count];
    this.weights = new Memory[count];
    this.biases = new Memory[count];
    for (int l = 0; l < count; l++) {
      int in = layers.inputs(l);
      int first = first(l);
      long start = layers.weightOffset(l);
      wholeOutputs[l].buffer(); // Made here, because the shards share it.
      outputs[l] = wholeOutputs[l].slice(first, wholeOutputs[l].length() - first);
      weights[l] = parameters.slice(start + (long) first * in, units(l) * in);
      biases[l] = parameters.slice(layers.biasOffset(l) + first, units(l));
    }
    int size = Math.max(Kernels.BLOCK, layers.widest());
    this.block = kernels.array(size);
    this.other = kernels.array(size);
  }

  private int first(int layer) {
    return sharding.from(layers.outputs(layer), shard);
  }

  private int units(int layer) {
    return sharding.length(layers.outputs(layer), shard);
  }

  /**
   * Computes the outputs of this shard's units in a layer.
   *
   * @param x what goes in, of all units
   */
  void forward(int layer, Memory x) {
    int units = units(layer);
    if (units == 0) {
      return;
    }
    int in = layers.inputs(layer);
    int out = layers.outputs(layer);
    kernels.gemm(false, true, batch, units, in, x, in, weights[layer], in, 0, outputs[layer], out);
    boolean last = layer == layers.count() - 1;
    int step = Math.max(1, Math.min(batch, Kernels.BLOCK / units));
    for (int row = 0; row < step; row++) {
      kernels.get(biases[layer], 0, other, row * units, units);
    }
    for (int row = 0; row < batch; row += step) {
      int n = Math.min(step, batch - row);
      get(layer, row, n);
      if (last) {
        kernels.add(other, block, n * units);
      } else {
        activation.apply(kernels, block, other, n * units);
      }
      put(layer, row, n);
    }
  }

  private void get(int layer, int row, int n) {
    int out = layers.outputs(layer);
    int units = units(layer);
    for (int r = 0; r < n; r++) {
      kernels.get(wholeOutputs[layer], (row + r) * out + first(layer), block, r * units, units);
    }
  }

  private void put(int layer, int row, int n) {
    int out = layers.outputs(layer);
    int units = units(layer);
    for (int r = 0; r < n; r++) {
      kernels.put(block, r * units, wholeOutputs[layer], (row + r) * out + first(layer), units);
    }
  }
}
