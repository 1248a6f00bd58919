package io.perennial.models;

import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The function-preserving growth of layers that follow each other (<a
 * href="https://arxiv.org/abs/1511.05641">arXiv 1511.05641</a>).
 *
 * @param map where the parameters come from
 * @param values of the grown network's parameters
 */
record LayerGrowth(ParameterMap map, double[] values) {
  /**
   * Wider (equations 2 to 4): W'1[j] = W1[g(j)] and W'2[k, j] = W2[k, g(j)] / r(g(j)), where g
   * keeps the old units in their places and draws the others' sources at random, and r(u) is the
   * number of units that come from u.
   *
   * @param parameters of the old network
   * @param old its layers
   * @param grown the same with one that has more outputs
   * @param layer which
   */
  static LayerGrowth wider(
      INDArray parameters,
      List<LayerBlock> old,
      List<LayerBlock> grown,
      int layer,
      double noise,
      RandomSource random) {
    Sources sources = new Sources(grown);
    int oldWidth = old.get(layer).outputs();
    int[] units = new int[grown.get(layer).outputs()];
    Arrays.setAll(units, j -> j < oldWidth ? j : random.nextInt(oldWidth));
    for (int l = 0; l < old.size(); l++) {
      if (l == layer) {
        sources.copyOutputs(old.get(l), grown.get(l), units);
      } else if (l == layer + 1) {
        sources.divideInputs(old.get(l), grown.get(l), units);
      } else {
        sources.keep(old.get(l), grown.get(l));
      }
    }
    LayerGrowth growth = sources.take(parameters);
    LayerBlock wide = grown.get(layer);
    growth.disturb(wide, oldWidth * wide.inputs(), noise, random);
    return growth;
  }

  /**
   * Deeper (section 2.3): a layer that computes the identity.
   *
   * @param parameters of the old network
   * @param old its layers
   * @param grown the same with one more
   * @param layer the one that it follows
   */
  static LayerGrowth deeper(
      INDArray parameters,
      List<LayerBlock> old,
      List<LayerBlock> grown,
      int layer,
      double noise,
      RandomSource random) {
    Sources sources = new Sources(grown);
    for (int l = 0; l < old.size(); l++) {
      sources.keep(old.get(l), grown.get(l <= layer ? l : l + 1));
    }
    LayerGrowth growth = sources.take(parameters);
    LayerBlock identity = grown.get(layer + 1);
    for (int j = 0; j < identity.outputs(); j++) {
      // The middle of an odd kernel leaves an image where it is.
      int middle = j * identity.block() + identity.block() / 2;
      growth.values[identity.offset() + j * identity.inputs() + middle] = 1;
    }
    growth.disturb(identity, 0, noise, random);
    return growth;
  }

  /** Adds noise to a layer's weights from the given one on, relative to all of them. */
  private void disturb(LayerBlock layer, int first, double noise, RandomSource random) {
    if (noise == 0) {
      return;
    }
    double squares = 0;
    for (int i = layer.offset(); i < layer.biasOffset(); i++) {
      squares += values[i] * values[i];
    }
    double deviation = noise * Math.sqrt(squares / (layer.biasOffset() - layer.offset()));
    for (int i = layer.offset() + first; i < layer.biasOffset(); i++) {
      values[i] += deviation * random.nextGaussian();
    }
  }

  /** Collects where the parameters come from. */
  private static final class Sources {
    private final int[] sources;
    private final double[] scales;

    Sources(List<LayerBlock> grown) {
      sources = new int[grown.get(grown.size() - 1).end()];
      scales = new double[sources.length];
      Arrays.fill(sources, -1);
      Arrays.fill(scales, 1);
    }

    void keep(LayerBlock from, LayerBlock to) {
      copy(from.offset(), to.offset(), from.end() - from.offset());
    }

    /** Weights and biases of the copied outputs. */
    void copyOutputs(LayerBlock from, LayerBlock to, int[] units) {
      int inputs = from.inputs();
      for (int j = 0; j < units.length; j++) {
        copy(from.offset() + units[j] * inputs, to.offset() + j * inputs, inputs);
        copy(from.biasOffset() + units[j], to.biasOffset() + j, 1);
      }
    }

    /** Weights on the copied inputs, divided among the copies. */
    void divideInputs(LayerBlock from, LayerBlock to, int[] units) {
      int[] copies = new int[from.units()];
      for (int unit : units) {
        copies[unit]++;
      }
      for (int k = 0; k < from.outputs(); k++) {
        for (int j = 0; j < units.length; j++) {
          int at = to.offset() + k * to.inputs() + j * to.block();
          int source = from.offset() + k * from.inputs() + units[j] * from.block();
          copy(source, at, from.block());
          Arrays.fill(scales, at, at + to.block(), 1.0 / copies[units[j]]);
        }
      }
      copy(from.biasOffset(), to.biasOffset(), from.outputs());
    }

    private void copy(int from, int to, int length) {
      for (int i = 0; i < length; i++) {
        sources[to + i] = from + i;
      }
    }

    LayerGrowth take(INDArray parameters) {
      double[] old = new double[Math.toIntExact(parameters.length())];
      Vectors.read(parameters, old);
      double[] values = new double[sources.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = sources[i] < 0 ? 0 : scales[i] * old[sources[i]];
      }
      return new LayerGrowth(new ParameterMap(old.length, sources, scales), values);
    }
  }
}
