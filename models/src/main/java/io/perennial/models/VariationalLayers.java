package io.perennial.models;

import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where encoder and decoder lie in the flat parameter vector: first {@code inputs (→ convolutions)
 * + classes → hidden → 2 latent}, then {@code latent + classes → hidden, reversed (→ convolutions)
 * → inputs}. The indices of the convolutions are made once and shared by all batch sizes.
 */
record VariationalLayers(
    ConvolutionLayers encoder,
    ConvolutionLayers decoder,
    List<Patches> encoderPatches,
    List<Patches> decoderPatches,
    int inputs,
    int latent,
    int classes,
    Likelihood likelihood,
    double precision) {
  static VariationalLayers of(VariationalAutoencoder.Settings settings) {
    int inputs = settings.inputs();
    List<ConvolutionLayer> down =
        convolutions(
            settings.inputShape(), settings.channels(), settings.kernel(), settings.pool());
    List<ConvolutionLayer> up = mirrored(down);
    int features = down.isEmpty() ? inputs : down.get(down.size() - 1).outputSize();
    int depth = settings.hidden().size();
    int[] in = new int[depth + 2];
    int[] out = new int[depth + 2];
    in[0] = features + settings.classes();
    in[depth + 1] = 2 * settings.latent();
    out[0] = settings.latent() + settings.classes();
    out[depth + 1] = features;
    for (int i = 0; i < depth; i++) {
      in[i + 1] = settings.hidden().get(i);
      out[depth - i] = settings.hidden().get(i);
    }
    ConvolutionLayers encoder = new ConvolutionLayers(down, DenseLayers.of(in));
    ConvolutionLayers decoder = new ConvolutionLayers(up, DenseLayers.of(out));
    return new VariationalLayers(
        encoder,
        decoder,
        encoder.patches(),
        decoder.patches(),
        inputs,
        settings.latent(),
        settings.classes(),
        settings.likelihood(),
        1 / (settings.deviation() * settings.deviation()));
  }

  /**
   * The encoder's convolutional layers.
   *
   * @throws InputException if they and the examples do not fit each other
   */
  static List<ConvolutionLayer> convolutions(
      long[] inputShape, List<Integer> channels, int kernel, int pool) {
    if (channels.isEmpty()) {
      return List.of();
    }
    long[] image =
        inputShape.length == 2 ? new long[] {1, inputShape[0], inputShape[1]} : inputShape;
    if (image.length != 3) {
      throw new InputException(
          "A convolutional generator takes images, [height, width] or [channels, height, width],"
              + " not examples of the shape "
              + Arrays.toString(inputShape)
              + "; leave out its channels, or choose other data");
    }
    int[] filters = channels.stream().mapToInt(Integer::intValue).toArray();
    int[] pools = new int[filters.length];
    Arrays.fill(pools, pool);
    return ConvolutionLayers.of(image, filters, kernel, pools, 1).convolutions();
  }

  /** The decoder's layers: the encoder's from the last to the first, each the other way round. */
  private static List<ConvolutionLayer> mirrored(List<ConvolutionLayer> down) {
    List<ConvolutionLayer> up = new ArrayList<>();
    int offset = 0;
    for (int l = down.size() - 1; l >= 0; l--) {
      // The first one's mirror image makes the outputs, which may be negative.
      ConvolutionLayer layer = down.get(l).mirrored(l > 0, offset);
      up.add(layer);
      offset = layer.end();
    }
    return List.copyOf(up);
  }

  int size() {
    return encoder.size() + decoder.size();
  }

  double[] draw(RandomSource random) {
    double[] values = new double[size()];
    encoder.draw(Initialization.SCALED, random, values, 0);
    decoder.draw(Initialization.SCALED, random, values, encoder.size());
    return values;
  }

  /**
   * Where the parameters of a generator with more classes come from: only the dense layers that see
   * the class have new ones.
   *
   * @param grown the same layers with at least as many classes
   * @return for each of its parameters the index of its source; -1 for what is new
   */
  int[] growthSources(VariationalLayers grown) {
    int[] sources = new int[grown.size()];
    growthSources(encoder, grown.encoder, 0, 0, sources);
    growthSources(decoder, grown.decoder, encoder.size(), grown.encoder.size(), sources);
    return sources;
  }

  private static void growthSources(
      ConvolutionLayers from, ConvolutionLayers to, int at, int grownAt, int[] sources) {
    int dense = from.denseOffset();
    int in = from.dense().inputs(0);
    int grownIn = to.dense().inputs(0);
    int outputs = from.dense().outputs(0);
    for (int i = 0; i < dense; i++) {
      sources[grownAt + i] = at + i;
    }
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < grownIn; i++) {
        int source = i < in ? at + dense + o * in + i : -1;
        sources[grownAt + dense + o * grownIn + i] = source;
      }
    }
    int behind = dense + outputs * in;
    int grownBehind = dense + outputs * grownIn;
    for (int i = 0; i < from.size() - behind; i++) {
      sources[grownAt + grownBehind + i] = at + behind + i;
    }
  }
}
