package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a batch on their way through the layers, with all the scratch that takes: one thread
 * at a time works on a shard, and shards share nothing they write.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Shard<A> {
  private final Kernels<A> kernels;
  private final DenseLayers layers;
  private final Activation activation;
  private final int first;
  private final int rows;
  private final Memory[] weights;
  private final Memory[] biases;
  private final Memory[] outputs;
  private final A block;
  private final A other;
  private final A sums;
  private final A factors;
  private final A[] dropped;
  private @Nullable Dropout dropout;
  private final A[] columnSums;
  private final Part inputRows;
  private @Nullable Memory input;

  /**
   * @param first row of the batch
   * @param outputs of each layer, for the whole batch
   */
  Shard(
      Kernels<A> kernels,
      DenseLayers layers,
      Activation activation,
      Memory parameters,
      int first,
      int rows,
      Memory[] outputs) {
    this.kernels = kernels;
    this.layers = layers;
    this.activation = activation;
    this.first = first;
    this.rows = rows;
    this.weights = new Memory[layers.count()];
    this.biases = new Memory[layers.count()];
    this.outputs = new Memory[layers.count()];
    this.columnSums = kernels.arrays(layers.count());
    for (int l = 0; l < layers.count(); l++) {
      weights[l] = parameters.slice(layers.weightOffset(l), layers.weightLength(l));
      biases[l] = parameters.slice(layers.biasOffset(l), layers.outputs(l));
      this.outputs[l] = part(outputs[l], layers.outputs(l));
      columnSums[l] = kernels.array(layers.outputs(l));
    }
    this.inputRows = new Part((long) first * layers.inputs(0), rows * layers.inputs(0));
    int blockSize = Math.max(Kernels.BLOCK, layers.widest());
    this.block = kernels.array(blockSize);
    this.other = kernels.array(blockSize);
    this.sums = kernels.array(blockSize);
    this.factors = kernels.array(blockSize);
    this.dropped = kernels.arrays(layers.count());
  }

  /** This shard's rows of a matrix {@code [N, width]}. */
  Memory part(Memory whole, int width) {
    return whole.slice((long) first * width, rows * width);
  }

  /** The sums over this shard's rows, for the bias of a layer, after a backward pass. */
  A columnSums(int layer) {
    return columnSums[layer];
  }

  /**
   * Computes this shard's rows of every layer's outputs.
   *
   * @param dropout with the keys of this pass; null if nothing is dropped
   */
  void forward(Memory batchInput, @Nullable Dropout dropout) {
    Memory x = begin(batchInput, dropout);
    for (int l = 0; l < layers.count(); l++) {
      int in = layers.inputs(l);
      int out = layers.outputs(l);
      kernels.gemm(false, true, rows, out, in, x, in, weights[l], in, 0, outputs[l], out);
      finish(l);
      x = outputs[l];
    }
  }

  /**
   * Says what a forward pass is made from, whoever makes it.
   *
   * @return this shard's rows of the input
   */
  Memory begin(Memory batchInput, @Nullable Dropout dropout) {
    this.dropout = dropout;
    Memory x = inputRows.of(batchInput);
    input = x;
    return x;
  }

  /** Bias and activation, in one pass over the product. */
  private void finish(int layer) {
    int width = layers.outputs(layer);
    boolean last = layer == layers.count() - 1;
    Memory z = outputs[layer];
    int step = wholeRows(width);
    for (int at = 0; at < Math.min(step, z.length()); at += width) {
      kernels.get(biases[layer], 0, other, at, width);
    }
    for (int at = 0; at < z.length(); at += step) {
      int n = Math.min(step, z.length() - at);
      kernels.get(z, at, block, 0, n);
      if (last) {
        kernels.add(other, block, n);
      } else {
        activation.apply(kernels, block, other, n);
        drop(layer, at, n);
      }
      kernels.put(block, 0, z, at, n);
    }
  }

  /** Drops some of the units in the block, and remembers which. */
  private void drop(int layer, int at, int n) {
    Dropout current = dropout;
    if (current == null) {
      return;
    }
    if (dropped[layer] == null) {
      dropped[layer] = kernels.array(rows * layers.outputs(layer));
    }
    long place = (long) first * layers.outputs(layer) + at;
    kernels.drop(factors, current.key(layer), place, current.rate(), n);
    kernels.multiply(block, factors, n);
    System.arraycopy(factors, 0, dropped[layer], at, n);
  }

  /** Takes the gradient in the block back through dropout and activation of a layer's outputs. */
  private void activationGradient(int layer, int at, int n) {
    kernels.get(outputs[layer], at, other, 0, n);
    Dropout current = dropout;
    if (current != null) {
      System.arraycopy(dropped[layer], at, factors, 0, n);
      kernels.multiply(block, factors, n);
      // What the activation gave, wherever the unit stayed; elsewhere the gradient is 0 already.
      kernels.multiply(other, 1 - current.rate(), n);
    }
    activation.applyGradient(kernels, block, other, n);
  }

  /** The elements of as many whole rows as fit a block. */
  private static int wholeRows(int width) {
    return width * Math.max(1, Kernels.BLOCK / width);
  }

  /**
   * Propagates the logits' gradient down to the first layer and sums the columns.
   *
   * @param deltas this shard's part of each layer's; the last one is given, the others are written
   */
  void backward(Memory[] deltas) {
    int top = layers.count() - 1;
    visit(deltas[top], top, false);
    for (int l = top; l > 0; l--) {
      propagate(l, deltas);
      visit(deltas[l - 1], l - 1, true);
    }
  }

  private void propagate(int layer, Memory[] deltas) {
    int in = layers.inputs(layer);
    int out = layers.outputs(layer);
    kernels.gemm(
        false,
        false,
        rows,
        in,
        out,
        deltas[layer],
        out,
        weights[layer],
        in,
        0,
        deltas[layer - 1],
        in);
  }

  /**
   * Propagates the first layer's delta to the input.
   *
   * @param delta of the first layer, as {@link #backward} or {@link #addPowers} left it
   * @param to this shard's rows of the input's gradient
   */
  void propagateToInput(Memory delta, Memory to) {
    int in = layers.inputs(0);
    int out = layers.outputs(0);
    kernels.gemm(false, false, rows, in, out, delta, out, weights[0], in, 0, to, in);
  }

  /** The activation's derivative, where wanted, and the columns' sums, in one pass. */
  private void visit(Memory delta, int layer, boolean throughActivation) {
    int width = layers.outputs(layer);
    A columns = columnSums[layer];
    int step = wholeRows(width);
    int used = Math.min(step, delta.length());
    kernels.fill(sums, used, 0);
    for (int at = 0; at < delta.length(); at += step) {
      int n = Math.min(step, delta.length() - at);
      kernels.get(delta, at, block, 0, n);
      if (throughActivation) {
        activationGradient(layer, at, n);
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

  /**
   * Raises each layer's input.
   *
   * @param inputPowers this shard's part of {@code |x|^p} of each, overwritten
   */
  void raiseInputs(Power power, Memory[] inputPowers) {
    for (int l = 0; l < layers.count(); l++) {
      Memory x = l == 0 ? input : outputs[l - 1];
      if (x == null) {
        throw new IllegalStateException("A forward pass comes first");
      }
      for (int at = 0; at < x.length(); at += Kernels.BLOCK) {
        int n = Math.min(Kernels.BLOCK, x.length() - at);
        kernels.get(x, at, block, 0, n);
        raise(power, inputPowers[l], at, n, true);
      }
    }
  }

  /**
   * Propagates one direction and adds {@code |delta|^p} of every layer to {@code powers}.
   *
   * @param deltas as in {@link #backward}
   * @param powers this shard's part of each layer's sum
   * @param first whether the sums start with this direction
   */
  void addPowers(Memory[] deltas, Power power, Memory[] powers, boolean first) {
    int top = layers.count() - 1;
    for (int l = top; l >= 0; l--) {
      if (l < top) {
        propagate(l + 1, deltas);
      }
      Memory delta = deltas[l];
      for (int at = 0; at < delta.length(); at += Kernels.BLOCK) {
        int n = Math.min(Kernels.BLOCK, delta.length() - at);
        kernels.get(delta, at, block, 0, n);
        if (l < top) {
          activationGradient(l, at, n);
          kernels.put(block, 0, delta, at, n);
        }
        raise(power, powers[l], at, n, first);
      }
    }
  }

  /** Sums the columns of the collected powers, for the biases. */
  void sumPowers(Memory[] powers) {
    for (int l = 0; l < layers.count(); l++) {
      visit(powers[l], l, false);
    }
  }

  /** {@code to += |x|^p}, from 0 on if {@code afresh}, for the n elements x of the block. */
  private void raise(Power power, Memory to, int at, int n, boolean afresh) {
    if (afresh && power == Power.SQUARE) {
      kernels.multiply(block, block, n);
      kernels.put(block, 0, to, at, n);
      return;
    }
    if (afresh) {
      kernels.fill(other, n, 0);
    } else {
      kernels.get(to, at, other, 0, n);
    }
    switch (power) {
      case SQUARE -> kernels.addSquare(1, block, other, n);
      case ABSOLUTE -> kernels.addAbsolute(block, other, n);
    }
    kernels.put(other, 0, to, at, n);
  }
}
