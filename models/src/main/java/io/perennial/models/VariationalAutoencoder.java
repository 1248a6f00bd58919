package io.perennial.models;

import io.perennial.api.InputException;
import io.perennial.api.Optimizer;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A variational autoencoder (<a href="https://arxiv.org/abs/1312.6114">arXiv 1312.6114</a>), which
 * learns to generate examples like those it was trained on. The encoder gives means μ and log
 * variances s of normal latent variables, the decoder the likelihood of an example given {@code z =
 * μ + e^(s/2) ε}; the loss is the negative evidence lower bound with one sample of ε, {@code -log
 * p(x | z) + KL(N(μ, e^s) || N(0, 1))}. Its layers are dense; for images convolutions with
 * max-pools may come before the encoder's, and enlargements with convolutions after the decoder's.
 * With classes (<a href="https://papers.nips.cc/paper/5775">Sohn et al. 2015</a>) the first dense
 * layers of both halves get the one-hot class as further inputs.
 *
 * <p>Its arrays are made once for each batch size and used again. All noise comes from the {@link
 * RandomSource} that is passed in, and results do not depend on the number of threads. One caller
 * at a time.
 */
public final class VariationalAutoencoder implements Stateful, AutoCloseable {
  private static final int KERNEL = 3;
  private static final int POOL = 2;

  private final Kernels<?> kernels;
  private final Workers workers;
  private final Bindings bindings = new Bindings();
  private final BatchSizes<VariationalPass<?>> passes =
      new BatchSizes<>(this::pass, VariationalPass::close);
  private final BatchSizes<Generation<?>> generations =
      new BatchSizes<>(this::generation, Generation::close);

  private Settings settings;
  private VariationalLayers layers;
  private INDArray parameters;
  private Memory memory;

  /**
   * Its shape.
   *
   * @param inputShape of one example
   * @param channels of the encoder's convolutional layers from the input on, each with a ReLU and a
   *     max-pool; the decoder has them reversed, each enlarging the image again; empty for dense
   *     layers alone
   * @param kernel height and width of every filter, odd
   * @param pool height and width of every max-pool's windows
   * @param hidden the encoder's hidden widths from there on; the decoder has them reversed
   * @param latent how many latent variables
   * @param classes of the condition; 0 for a generator without
   * @param likelihood of an example given the decoder's outputs
   * @param deviation the standard deviation of a normal likelihood: what varies less is not
   *     learned; 1 with Bernoulli's
   */
  public record Settings(
      long[] inputShape,
      List<Integer> channels,
      int kernel,
      int pool,
      List<Integer> hidden,
      int latent,
      int classes,
      Likelihood likelihood,
      double deviation) {
    /** Copies the shape and the lists, and checks that the layers fit. */
    public Settings {
      inputShape = inputShape.clone();
      channels = List.copyOf(channels);
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
      VariationalLayers.convolutions(inputShape, channels, kernel, pool); // Only to check them.
    }

    /** Of dense layers, without classes, and with the standard deviation 1. */
    public Settings(long[] inputShape, List<Integer> hidden, int latent, Likelihood likelihood) {
      this(inputShape, List.of(), hidden, latent, 0, likelihood, 1);
    }

    /** With filters of 3x3 and max-pools of 2x2. */
    public Settings(
        long[] inputShape,
        List<Integer> channels,
        List<Integer> hidden,
        int latent,
        int classes,
        Likelihood likelihood,
        double deviation) {
      this(inputShape, channels, KERNEL, POOL, hidden, latent, classes, likelihood, deviation);
    }

    /** The same with another number of classes. */
    Settings withClasses(int number) {
      return new Settings(
          inputShape, channels, kernel, pool, hidden, latent, number, likelihood, deviation);
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
   * @throws InputException if its convolutions do not fit the examples
   */
  public VariationalAutoencoder(
      Settings settings, DataType dataType, RandomSource random, Workers workers) {
    this(settings, VariationalLayers.of(settings), Kernels.of(dataType), workers);
    Vectors.write(layers.draw(random), parameters);
  }

  private VariationalAutoencoder(
      Settings settings, VariationalLayers layers, Kernels<?> kernels, Workers workers) {
    this.settings = settings;
    this.layers = layers;
    this.kernels = kernels;
    this.workers = workers;
    this.parameters = Vectors.create(kernels.type(), layers.size());
    this.memory = Memory.of(parameters);
  }

  /**
   * The live parameters {@code [P]}; an optimiser modifies them in place. {@link #growClasses} and
   * restoring another number of classes make new ones and close these.
   */
  public INDArray parameters() {
    return parameters;
  }

  /** The classes of the condition; 0 without. */
  public int classes() {
    return settings.classes();
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
    VariationalPass<?> pass = passes.of(Math.toIntExact(features.size(0)));
    pass.draw(random);
    return loss(pass, features, labels, weights, gradient);
  }

  /** The loss for given noise {@code [N, L]}. */
  double loss(
      INDArray features, int[] labels, double[] weights, double[] noise, INDArray gradient) {
    VariationalPass<?> pass = passes.of(Math.toIntExact(features.size(0)));
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
    int @Nullable [] conditions = settings.classes() == 0 ? null : labels;
    return pass.loss(input, conditions, weights, slopes);
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
    VariationalAutoencoder copy = new VariationalAutoencoder(settings, layers, kernels, workers);
    Vectors.assign(parameters, copy.parameters);
    return copy;
  }

  /**
   * Adds classes to the condition. What is generated for the old ones stays the same.
   *
   * @param classes of the condition from now on, at least as many as before
   * @param random for the new weights
   * @return where the parameters come from, for the optimiser's {@link Optimizer#remap}
   * @throws IllegalArgumentException if it has more classes already, or none: then no layer sees a
   *     class
   */
  public ParameterMap growClasses(int classes, RandomSource random) {
    if (settings.classes() == 0 || classes < settings.classes()) {
      throw new IllegalArgumentException(
          "A generator with "
              + settings.classes()
              + " classes cannot become one with "
              + classes
              + "; it needs one at least, and never has fewer than before");
    }
    VariationalLayers before = layers;
    double[] old = new double[before.size()];
    Vectors.read(parameters, old);
    reshape(settings.withClasses(classes));
    int[] sources = before.growthSources(layers);
    double[] values = layers.draw(random);
    for (int i = 0; i < sources.length; i++) {
      values[i] = sources[i] < 0 ? values[i] : old[sources[i]];
    }
    Vectors.write(values, parameters);
    return ParameterMap.of(old.length, sources);
  }

  private void reshape(Settings changed) {
    close();
    settings = changed;
    layers = VariationalLayers.of(changed);
    parameters = Vectors.create(kernels.type(), layers.size());
    memory = Memory.of(parameters);
  }

  @Override
  public State save() {
    return State.builder()
        .value("classes", (long) settings.classes())
        .tensor("parameters", parameters)
        .build();
  }

  /**
   * Takes over saved parameters, and the number of classes.
   *
   * @throws IllegalArgumentException if they are another shape's or type's
   */
  @Override
  public void restore(State state) {
    int classes = Math.toIntExact(state.integer("classes"));
    if (classes != settings.classes()) {
      reshape(settings.withClasses(classes));
    }
    Vectors.assign(state.tensor("parameters"), parameters);
  }

  /** Frees what was allocated outside the heap. */
  @Override
  public void close() {
    passes.clear();
    generations.clear();
    if (!parameters.wasClosed()) {
      parameters.close();
    }
  }

  private VariationalPass<?> pass(int rows) {
    return new VariationalPass<>(kernels, workers, layers, memory, rows);
  }

  private Generation<?> generation(int rows) {
    long[] shape = new long[settings.inputShape().length + 1];
    shape[0] = rows;
    System.arraycopy(settings.inputShape(), 0, shape, 1, shape.length - 1);
    return new Generation<>(kernels, workers, layers, memory, shape);
  }
}
