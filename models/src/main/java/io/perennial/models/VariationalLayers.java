package io.perennial.models;

import io.perennial.api.RandomSource;

/**
 * Where encoder and decoder lie in the flat parameter vector: first {@code inputs + classes →
 * hidden → 2 latent}, then {@code latent + classes → hidden, reversed → inputs}.
 */
record VariationalLayers(
    DenseLayers encoder,
    DenseLayers decoder,
    int latent,
    int classes,
    Likelihood likelihood,
    double precision) {
  private static final Activation ACTIVATION = Activation.RELU;

  static VariationalLayers of(VariationalAutoencoder.Settings settings) {
    int depth = settings.hidden().size();
    int inputs = settings.inputs();
    int[] in = new int[depth + 2];
    int[] out = new int[depth + 2];
    in[0] = inputs + settings.classes();
    in[depth + 1] = 2 * settings.latent();
    out[0] = settings.latent() + settings.classes();
    out[depth + 1] = inputs;
    for (int i = 0; i < depth; i++) {
      in[i + 1] = settings.hidden().get(i);
      out[depth - i] = settings.hidden().get(i);
    }
    return new VariationalLayers(
        DenseLayers.of(in),
        DenseLayers.of(out),
        settings.latent(),
        settings.classes(),
        settings.likelihood(),
        1 / (settings.deviation() * settings.deviation()));
  }

  int inputs() {
    return decoder.outputs();
  }

  int size() {
    return encoder.size() + decoder.size();
  }

  Memory encoderPart(Memory vector) {
    return vector.slice(0, encoder.size());
  }

  Memory decoderPart(Memory vector) {
    return vector.slice(encoder.size(), decoder.size());
  }

  <A> Passes<A> encoderPasses(Kernels<A> kernels, Workers workers, Memory parameters, int rows) {
    return new Passes<>(kernels, workers, encoder, ACTIVATION, encoderPart(parameters), rows);
  }

  <A> Passes<A> decoderPasses(Kernels<A> kernels, Workers workers, Memory parameters, int rows) {
    return new Passes<>(kernels, workers, decoder, ACTIVATION, decoderPart(parameters), rows);
  }

  double[] draw(RandomSource random) {
    double[] values = new double[size()];
    for (int l = 0; l < encoder.count(); l++) {
      encoder.draw(l, 0, Initialization.SCALED, ACTIVATION, random, values, 0);
    }
    for (int l = 0; l < decoder.count(); l++) {
      decoder.draw(l, 0, Initialization.SCALED, ACTIVATION, random, values, encoder.size());
    }
    return values;
  }
}
