package io.perennial.models;

import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A variational autoencoder of dense layers (<a href="https://arxiv.org/abs/1312.6114">arXiv
 * 1312.6114</a>), which learns to generate examples like those it was trained on. The encoder gives
 * means μ and log variances s of normal latent variables, the decoder the likelihood of an example
 * given {@code z = μ + e^(s/2) ε}; the loss is the negative evidence lower bound with one sample of
 * ε, {@code -log p(x | z) + KL(N(μ, e^s) || N(0, 1))}. With classes both halves get the one-hot
 * class as further inputs.
 *
 * <p>Its arrays are made once for each batch size and used again. All noise comes from the {@link
 * RandomSource} that is passed in, and results do not depend on the number of threads. One caller
 * at a time.
 */
public final class VariationalAutoencoder implements Stateful, AutoCloseable {
  private final Settings settings;
  private final VariationalLayers layers;
  private final Kernels<?> kernels;
  private final Workers workers;
  private final INDArray parameters;
  private final Memory memory;
  private final Bindings bindings = new Bindings();
  private final BatchSizes<VariationalPass<?>> passes;
  private final BatchSizes<Generation<?>> generations;
  private @Nullable Memory gradientMemory;
  private Memory encoderGradient;
  private Memory decoderGradient;

  /**
   * Its shape.
   *
   * @param inputShape of one example
   * @param hidden the encoder's hidden widths from the input on; the decoder has them reversed
   * @param latent how many latent variables
   * @param classes of the condition; 0 for a generator without
   * @param likelihood of an example given the decoder's outputs
   * @param deviation the standard deviation of a normal likelihood: what varies less is not
   *     learned; 1 with Bernoulli's
   */
  public record Settings(
      long[] inputShape,
      List<Integer> hidden,
      int latent,
      int classes,
      Likelihood likelihood,
      double deviation) {
    /** Copies the shape and the list, and checks the widths. */
    public Settings {
      inputShape = inputShape.clone();
      hidden = List.copyOf(hidden);
      if (!(deviation > 0) || (likelihood == Likelihood.BERNOULLI && deviation != 1)) {
        throw new InputException(
            "The standard deviation of a normal likelihood is above 0, and it is 1 with Bernoulli's;"
                + " got "
                + deviation);
      }
      if (latent < 1
          || classes < 0
          || hidden.stream().anyMatch(width -> width < 1)
          || Arrays.stream(inputShape).anyMatch(size -> size < 1)) {
        throw new InputException(
            "A variational autoencoder needs at least 1 unit everywhere and no negative number of"
                + " classes; got input "
                + Arrays.toString(inputShape)
                + ", hidden "
                + hidden
                + ", latent "
                + latent
                + ", classes "
                + classes);
      }
    }

    /** Without classes, and with the standard deviation 1. */
    public Settings(long[] inputShape, List<Integer> hidden, int latent, Likelihood likelihood) {
      this(inputShape, hidden, latent, 0, likelihood, 1);
    }

    int inputs() {
      return Math.toIntExact(Arrays.stream(inputShape).reduce(1, Math::multiplyExact));
    }
  }

  /**
   * A generator with freshly drawn weights, as {@link Mlp} draws them.
   *
   * @param dataType float or double
   * @param random for the first weights
   * @param workers that its passes run on
   */
  public VariationalAutoencoder(
      Settings settings, DataType dataType, RandomSource random, Workers workers) {
    this(settings, Kernels.of(dataType), workers);
    Vectors.write(layers.draw(random), parameters);
  }

  private VariationalAutoencoder(Settings settings, Kernels<?> kernels, Workers workers) {
    this.settings = settings;
    this.layers = VariationalLayers.of(settings);
    this.kernels = kernels;
    this.workers = workers;
    this.parameters = Vectors.create(kernels.type(), layers.size());
    this.memory = Memory.of(parameters);
    this.encoderGradient = memory;
    this.decoderGradient = memory;
    this.passes =
        new BatchSizes<>(
            rows -> new VariationalPass<>(kernels, workers, layers, memory, rows),
            VariationalPass::close);
    this.generations =
        new BatchSizes<>(
            rows -> new Generation<>(kernels, workers, layers, memory, shape(rows)),
            Generation::close);
  }

  /** The live parameters {@code [P]}; an optimiser modifies them in place. */
  public INDArray parameters() {
    return parameters;
  }

  /** Float or double. */
  public DataType dataType() {
    return kernels.type();
  }

  /**
   * The loss {@code Σ w_n ℓ_n} of one draw of the noise, and its gradient.
   *
   * @param features {@code [N, …]}, contiguous in C order
   * @param labels {@code [N]} or more, the class of each row; -1 for none; not read without classes
   * @param weights {@code [N]} or more, the share of each row: 1/N each for the mean
   * @param random for the noise
   * @param gradient {@code [P]}, overwritten
   */
  public double loss(
      INDArray features, int[] labels, double[] weights, RandomSource random, INDArray gradient) {
    VariationalPass<?> pass = pass(features);
    pass.draw(random);
    return loss(pass, features, labels, weights, gradient);
  }

  /** The loss for given noise {@code [N, L]}. */
  double loss(
      INDArray features, int[] labels, double[] weights, double[] noise, INDArray gradient) {
    VariationalPass<?> pass = pass(features);
    System.arraycopy(noise, 0, pass.noise(), 0, noise.length);
    return loss(pass, features, labels, weights, gradient);
  }

  private double loss(
      VariationalPass<?> pass,
      INDArray features,
      int[] labels,
      double[] weights,
      INDArray gradient) {
    Memory input = bindings.of(features, kernels, features.size(0) * layers.inputs(), "features");
    Memory slopes = bindings.of(gradient, kernels, layers.size(), "gradient");
    if (gradientMemory != slopes) {
      gradientMemory = slopes;
      encoderGradient = layers.encoderPart(slopes);
      decoderGradient = layers.decoderPart(slopes);
    }
    int @Nullable [] conditions = settings.classes() == 0 ? null : labels;
    return pass.loss(input, conditions, weights, encoderGradient, decoderGradient);
  }

  /**
   * Generates examples: the mean that the decoder gives for latent variables from the prior.
   *
   * @param count how many, N
   * @param random for the latent variables
   * @return {@code [N, …]} in the shape of the input, owned by this generator and valid until it
   *     generates again
   * @throws IllegalStateException if it has classes, which then must be given
   */
  public INDArray generate(int count, RandomSource random) {
    if (settings.classes() > 0) {
      throw new IllegalStateException("A generator with classes must be told which to generate");
    }
    return generations.of(count).examples(random, null);
  }

  /**
   * As the other {@link #generate(int, RandomSource)}, one example of each of the given classes.
   */
  public INDArray generate(int[] labels, RandomSource random) {
    int @Nullable [] conditions = settings.classes() == 0 ? null : labels;
    return generations.of(labels.length).examples(random, conditions);
  }

  /** A generator of its own with the same parameters. */
  public VariationalAutoencoder copy() {
    VariationalAutoencoder copy = new VariationalAutoencoder(settings, kernels, workers);
    Vectors.assign(parameters, copy.parameters);
    return copy;
  }

  @Override
  public State save() {
    return State.builder().tensor("parameters", parameters).build();
  }

  /**
   * Takes over saved parameters.
   *
   * @throws IllegalArgumentException if they are another shape's or type's
   */
  @Override
  public void restore(State state) {
    Vectors.assign(state.tensor("parameters"), parameters);
  }

  /** Frees what was allocated outside the heap. */
  @Override
  public void close() {
    passes.clear();
    generations.clear();
    parameters.close();
  }

  private VariationalPass<?> pass(INDArray features) {
    return passes.of(Math.toIntExact(features.size(0)));
  }

  private long[] shape(int rows) {
    long[] shape = new long[settings.inputShape().length + 1];
    shape[0] = rows;
    System.arraycopy(settings.inputShape(), 0, shape, 1, shape.length - 1);
    return shape;
  }
}
