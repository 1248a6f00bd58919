package io.perennial.models;

import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An autoencoder of dense layers: what it reconstructs badly is unlike what it was trained on.
 * Where a hidden layer is narrower than the input (undercomplete) it has to learn what the examples
 * have in common. With {@link Likelihood#BERNOULLI} its outputs are sigmoids.
 *
 * <p>Its arrays are made once for each batch size and used again; results do not depend on the
 * number of threads. One caller at a time.
 */
public final class Autoencoder implements Stateful, AutoCloseable {
  private final DenseLayers layers;
  private final Activation activation;
  private final Likelihood likelihood;
  private final Kernels<?> kernels;
  private final Workers workers;
  private final INDArray parameters;
  private final Memory memory;
  private final Bindings bindings = new Bindings();
  private final BatchSizes<Pass<?>> passes;

  /**
   * An autoencoder with freshly drawn weights, as {@link Mlp} draws them.
   *
   * @param inputs values of an example, D
   * @param hidden the widths between input and output: one for the code alone, or a symmetric list
   * @param activation of the hidden layers
   * @param likelihood what reconstruction costs
   * @param dataType float or double
   * @param random for the first weights
   * @param workers that its passes run on
   * @throws InputException if a width is not positive
   */
  public Autoencoder(
      int inputs,
      List<Integer> hidden,
      Activation activation,
      Likelihood likelihood,
      DataType dataType,
      RandomSource random,
      Workers workers) {
    this(layers(inputs, hidden), activation, likelihood, Kernels.of(dataType), workers);
    reinitialize(random);
  }

  private Autoencoder(
      DenseLayers layers,
      Activation activation,
      Likelihood likelihood,
      Kernels<?> kernels,
      Workers workers) {
    this.layers = layers;
    this.activation = activation;
    this.likelihood = likelihood;
    this.kernels = kernels;
    this.workers = workers;
    this.parameters = Vectors.create(kernels.type(), layers.size());
    this.memory = Memory.of(parameters);
    this.passes = new BatchSizes<>(rows -> pass(kernels, rows), pass -> pass.dense().close());
  }

  /** All that one batch size needs. */
  private record Pass<A>(Passes<A> dense, Memory outputs, Reconstruction<A> reconstruction) {}

  /** The live parameters {@code [P]}; an optimiser modifies them in place. */
  public INDArray parameters() {
    return parameters;
  }

  /** The values of an example, D. */
  public int inputs() {
    return layers.inputs(0);
  }

  /**
   * The loss {@code Σ w_n error_n} and its gradient.
   *
   * @param features {@code [N, …]}, D values a row, contiguous in C order
   * @param weights the share of each row, N or more; 1/N each for the mean
   * @param gradient {@code [P]}, overwritten
   */
  public double loss(INDArray features, double[] weights, INDArray gradient) {
    Memory slopes = bindings.of(gradient, kernels, layers.size(), "gradient");
    Memory input = input(features);
    Pass<?> pass = passes.of(rows(features));
    pass.dense().forward(input, null, pass.reconstruction().comparison(input, weights));
    pass.dense().backward(pass.outputs(), slopes);
    return pass.reconstruction().loss();
  }

  /**
   * The reconstruction error of each example, summed over its values.
   *
   * @param features {@code [N, …]}, D values a row, contiguous in C order
   * @return {@code [N]}, the caller's
   */
  public double[] errors(INDArray features) {
    Memory input = input(features);
    Pass<?> pass = passes.of(rows(features));
    pass.dense().forward(input, null, pass.reconstruction().comparison(input, null));
    return pass.reconstruction().errors().clone();
  }

  /**
   * Says what {@link #errors} computes.
   *
   * @param prefix of the parameters' names
   * @param features the value with the examples, {@code [N, D]}
   * @return the value with the errors, {@code [N, 1]}
   */
  public String describeErrors(OperatorGraph graph, String prefix, String features) {
    String outputs =
        LayerGraph.logits(
            new LayerGraph(graph, prefix, activation, parameters, layers.slices())
                .network(new ConvolutionLayers(List.of(), layers), features, List.of()));
    String values =
        switch (likelihood) {
          case BERNOULLI ->
              graph.add("Sub", graph.add("Softplus", outputs), graph.add("Mul", features, outputs));
          case GAUSSIAN -> {
            String difference = graph.add("Sub", features, outputs);
            String square = graph.add("Mul", difference, difference);
            yield graph.add("Mul", square, graph.scalar("half", 0.5));
          }
        };
    return graph.add("ReduceSum", Map.of("keepdims", 1L), values, graph.integers("axes", 1));
  }

  /** Draws all parameters anew. */
  public void reinitialize(RandomSource random) {
    double[] values = new double[layers.size()];
    for (int l = 0; l < layers.count(); l++) {
      layers.draw(l, 0, Initialization.SCALED, activation, random, values, 0);
    }
    Vectors.write(values, parameters);
  }

  /** An autoencoder of its own with the same parameters. */
  public Autoencoder copy() {
    Autoencoder copy = new Autoencoder(layers, activation, likelihood, kernels, workers);
    Vectors.assign(parameters, copy.parameters);
    return copy;
  }

  @Override
  public State save() {
    return State.builder()
        .value("widths", Arrays.stream(layers.widths()).mapToObj(Long::valueOf).toList())
        .tensor("parameters", parameters)
        .build();
  }

  /**
   * Takes over saved parameters.
   *
   * @throws IllegalArgumentException if they are of another shape
   */
  @Override
  public void restore(State state) {
    int[] saved = state.integers("widths");
    if (!Arrays.equals(saved, layers.widths())) {
      throw new IllegalArgumentException(
          "The saved autoencoder has the widths "
              + Arrays.toString(saved)
              + ", this one has "
              + Arrays.toString(layers.widths()));
    }
    Vectors.assign(state.tensor("parameters"), parameters);
  }

  /** Frees what was allocated outside the heap. */
  @Override
  public void close() {
    passes.clear();
    parameters.close();
  }

  private <A> Pass<A> pass(Kernels<A> typed, int rows) {
    Passes<A> dense = new Passes<>(typed, workers, layers, activation, memory, rows);
    Memory outputs = Memory.of(dense.logits());
    return new Pass<>(
        dense,
        outputs,
        new Reconstruction<>(typed, workers, likelihood, 1, dense.sharding(), outputs, rows));
  }

  private Memory input(INDArray features) {
    return bindings.of(features, kernels, (long) rows(features) * inputs(), "features");
  }

  private static int rows(INDArray features) {
    return Math.toIntExact(features.size(0));
  }

  private static DenseLayers layers(int inputs, List<Integer> hidden) {
    int[] widths = new int[hidden.size() + 2];
    widths[0] = inputs;
    widths[widths.length - 1] = inputs;
    for (int i = 0; i < hidden.size(); i++) {
      widths[i + 1] = hidden.get(i);
    }
    if (Arrays.stream(widths).anyMatch(width -> width < 1)) {
      throw new InputException(
          "Every layer of an autoencoder has at least 1 unit; got the widths "
              + Arrays.toString(widths));
    }
    return DenseLayers.of(widths);
  }
}
