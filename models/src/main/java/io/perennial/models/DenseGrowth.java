package io.perennial.models;

import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import java.util.Arrays;

/**
 * A stack of dense layers and its function-preserving growth (<a
 * href="https://arxiv.org/abs/1511.05641">arXiv 1511.05641</a>).
 *
 * @param layers the grown ones
 * @param map where their parameters come from
 */
record DenseGrowth(DenseLayers layers, ParameterMap map) {
  /**
   * Wider: W'1[j, i] = W1[g(j), i] and W'2[k, j] = W2[k, g(j)] / r(g(j)), with g the choice of
   * {@link #choose} and r(u) the number of units that copy u, itself included.
   *
   * @param units g
   */
  static DenseGrowth wider(DenseLayers old, int layer, int[] units) {
    int[] widths = old.widths().clone();
    widths[layer + 1] = units.length;
    DenseLayers grown = DenseLayers.of(widths);
    int[] sources = new int[grown.size()];
    double[] scales = new double[grown.size()];
    Arrays.fill(scales, 1);
    // Before the layer and behind the next one nothing changes but the place.
    copy(sources, 0, 0, old.weightOffset(layer));
    int inputs = old.inputs(layer);
    for (int j = 0; j < units.length; j++) {
      int to = grown.weightOffset(layer) + j * inputs;
      copy(sources, to, old.weightOffset(layer) + units[j] * inputs, inputs);
      sources[grown.biasOffset(layer) + j] = old.biasOffset(layer) + units[j];
    }
    int next = layer + 1;
    int[] copies = copies(units, old.outputs(layer));
    for (int k = 0; k < old.outputs(next); k++) {
      for (int j = 0; j < units.length; j++) {
        int to = grown.weightOffset(next) + k * units.length + j;
        sources[to] = old.weightOffset(next) + k * old.inputs(next) + units[j];
        scales[to] = 1.0 / copies[units[j]];
      }
    }
    int rest = old.biasOffset(next);
    copy(sources, grown.biasOffset(next), rest, old.size() - rest);
    return new DenseGrowth(grown, new ParameterMap(old.size(), sources, scales));
  }

  /** Deeper: room for a layer after a hidden one; its parameters have no source. */
  static DenseGrowth deeper(DenseLayers old, int layer) {
    int[] widths = new int[old.widths().length + 1];
    System.arraycopy(old.widths(), 0, widths, 0, layer + 2);
    System.arraycopy(old.widths(), layer + 1, widths, layer + 2, widths.length - layer - 2);
    DenseLayers grown = DenseLayers.of(widths);
    int[] sources = new int[grown.size()];
    Arrays.fill(sources, -1);
    int before = old.weightOffset(layer + 1);
    copy(sources, 0, 0, before);
    copy(sources, grown.weightOffset(layer + 2), before, old.size() - before);
    return new DenseGrowth(grown, ParameterMap.of(old.size(), sources));
  }

  /** The old units in their places, then copies of units drawn at random (equation 2). */
  static int[] choose(int oldWidth, int width, RandomSource random) {
    int[] units = new int[width];
    Arrays.setAll(units, j -> j < oldWidth ? j : random.nextInt(oldWidth));
    return units;
  }

  /** How many units copy each of the old ones, itself included. */
  static int[] copies(int[] units, int oldWidth) {
    int[] copies = new int[oldWidth];
    for (int unit : units) {
      copies[unit]++;
    }
    return copies;
  }

  /**
   * Adds noise to the weights {@code [from, to)}.
   *
   * @param start where the layer's weights, to which the noise is relative, begin
   */
  static void disturb(
      double[] values, int start, int from, int to, double noise, RandomSource random) {
    if (noise == 0) {
      return;
    }
    double squares = 0;
    for (int i = start; i < to; i++) {
      squares += values[i] * values[i];
    }
    double deviation = noise * Math.sqrt(squares / (to - start));
    for (int i = from; i < to; i++) {
      values[i] += deviation * random.nextGaussian();
    }
  }

  private static void copy(int[] sources, int to, int from, int length) {
    for (int i = 0; i < length; i++) {
      sources[to + i] = from + i;
    }
  }
}
