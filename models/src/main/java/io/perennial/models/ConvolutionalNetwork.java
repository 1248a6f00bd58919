package io.perennial.models;

import io.perennial.api.Deepening;
import io.perennial.api.FeatureExtractor;
import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.PerExampleGradients;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.Widening;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolutional network for images {@code [channels, height, width]}: layers of a convolution
 * that keeps height and width, a ReLU and a max-pool; what they leave, flattened channel by
 * channel, goes through dense layers with ReLU to the logits. The tensors are {@code
 * convolution0.weight} {@code [out, in, kernel, kernel]}, {@code convolution0.bias} {@code [out]},
 * …, then {@code layer0.weight} {@code [outputs, inputs]}, {@code layer0.bias}, … and last {@code
 * output.weight} and {@code output.bias}.
 *
 * <p>For its {@link Initialization} a filter's inputs are its window.
 *
 * <p>Each row of a batch takes memory for the pooled outputs of every layer, twice on the heap.
 * Outputs, features and parameters live outside the heap until {@link #close}; growing and
 * restoring another shape close the old {@link #parameters()}.
 */
public final class ConvolutionalNetwork
    implements Model, PerExampleGradients, FeatureExtractor, Widening, Deepening, Describable {
  private final Kernels<?> kernels;
  private final Workers workers;
  private final Initialization initialization;
  private final Dropout dropout;
  private final Bindings bindings = new Bindings();
  private final BatchSizes<ConvolutionPasses<?>> passes =
      new BatchSizes<>(this::passes, ConvolutionPasses::close);

  private ConvolutionLayers layers;
  private List<Patches> indices;
  private INDArray parameters;
  private Memory memory;
  private @Nullable ConvolutionPasses<?> latest;
  private int latestRows;

  /**
   * A network with freshly drawn parameters.
   *
   * @param inputShape of one example: channels, height, width
   * @param settings of the layers
   * @param classes the number of outputs
   * @param dataType float or double
   * @param random for the first weights; dropout's is a child of it
   * @param workers that its passes run on; several models may share them
   * @throws InputException if an example is no image, or too small for the layers
   */
  public ConvolutionalNetwork(
      long[] inputShape,
      ConvolutionalNetworkFactory.Settings settings,
      int classes,
      DataType dataType,
      RandomSource random,
      Workers workers) {
    this(
        settings.layers(inputShape, classes),
        settings.initialization(),
        settings.dropout(),
        dataType,
        random,
        workers);
  }

  /** A network of any shape with freshly drawn parameters. */
  ConvolutionalNetwork(
      ConvolutionLayers layers,
      Initialization initialization,
      double dropout,
      DataType dataType,
      RandomSource random,
      Workers workers) {
    this(
        layers,
        initialization,
        new Dropout(dropout, random.child("dropout")),
        Kernels.of(dataType),
        workers);
    reinitialize(random);
  }

  private ConvolutionalNetwork(
      ConvolutionLayers layers,
      Initialization initialization,
      Dropout dropout,
      Kernels<?> kernels,
      Workers workers) {
    this.initialization = initialization;
    this.kernels = kernels;
    this.workers = workers;
    this.dropout = dropout;
    this.layers = layers;
    this.indices = layers.patches();
    this.parameters = Vectors.create(kernels.type(), layers.size());
    this.memory = Memory.of(parameters);
  }

  @Override
  public long[] inputShape() {
    return layers.inputShape();
  }

  @Override
  public int classes() {
    return layers.dense().outputs();
  }

  @Override
  public DataType dataType() {
    return kernels.type();
  }

  @Override
  public INDArray parameters() {
    return parameters;
  }

  @Override
  public List<Slice> layout() {
    return layers.slices();
  }

  @Override
  public long parameterCount() {
    return layers.size();
  }

  @Override
  public OptionalLong multiplyAccumulates() {
    return OptionalLong.of(layers.multiplications() + layers.dense().multiplications());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the features do not fit {@link #inputShape()} or the type
   */
  @Override
  public INDArray forward(INDArray features, int[] tasks, boolean training) {
    int rows = Math.toIntExact(features.size(0));
    long length = (long) rows * layers.convolutions().get(0).inputSize();
    Memory input = bindings.of(features, kernels, length, "features");
    ConvolutionPasses<?> pass = passes.of(rows);
    pass.forward(input, dropout.next(training, layers.dense().count() - 1));
    latest = pass;
    latestRows = rows;
    return pass.logits();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if there was no forward pass since the network last changed shape
   * @throws IllegalArgumentException if an array has the wrong size or type
   */
  @Override
  public void backward(INDArray logitsGradient, INDArray gradient) {
    ConvolutionPasses<?> pass = latest();
    pass.backward(logits(logitsGradient), flat(gradient, "gradient"));
  }

  /**
   * {@inheritDoc} The positions of a filter are summed within the power; that takes a product for
   * each example and direction, unlike in dense layers.
   */
  @Override
  public void accumulate(List<INDArray> directions, Power power, INDArray sum) {
    ConvolutionPasses<?> pass = latest();
    List<Memory> arrays = new ArrayList<>();
    for (INDArray direction : directions) {
      arrays.add(logits(direction));
    }
    pass.accumulate(arrays, power, flat(sum, "sum"));
  }

  @Override
  public INDArray features(INDArray input, int[] tasks) {
    forward(input, tasks, false);
    return latest().features();
  }

  @Override
  public String describe(OperatorGraph graph, String features, int task) {
    return LayerGraph.logits(
        new LayerGraph(graph, "", Activation.RELU, parameters, layout())
            .network(layers, features, List.of()));
  }

  @Override
  public ParameterMap growClasses(int classes, RandomSource random) {
    if (classes < classes()) {
      throw new IllegalArgumentException(
          "A network with " + classes() + " classes cannot shrink to " + classes);
    }
    ConvolutionLayers grown = layers.withOutputs(classes);
    int size = layers.size();
    int at = layers.denseOffset();
    int[] sources = new int[grown.size()];
    Arrays.setAll(sources, i -> i);
    layers.dense().growthSources(grown.dense(), at, sources);
    if (classes > classes()) {
      double[] values = new double[size];
      Vectors.read(parameters, values);
      double[] fresh = new double[grown.size()];
      int top = grown.dense().count() - 1;
      grown.dense().draw(top, classes(), initialization, Activation.RELU, random, fresh, at);
      for (int i = 0; i < fresh.length; i++) {
        fresh[i] = sources[i] < 0 ? fresh[i] : values[sources[i]];
      }
      reshape(grown);
      Vectors.write(fresh, parameters);
    }
    return ParameterMap.of(size, sources);
  }

  /**
   * {@inheritDoc} First the convolutional layers, whose units are channels, then the dense ones.
   */
  @Override
  public int hiddenLayers() {
    return layers.hidden();
  }

  @Override
  public int width(int layer) {
    if (layer < 0 || layer >= hiddenLayers()) {
      throw noSuchLayer(layer);
    }
    return layers.width(layer);
  }

  private IllegalArgumentException noSuchLayer(int layer) {
    return new IllegalArgumentException(
        "There is no hidden layer " + layer + "; the network has " + hiddenLayers());
  }

  @Override
  public ParameterMap widen(int layer, int width, double noise, RandomSource random) {
    int old = width(layer);
    if (width < old) {
      throw new IllegalArgumentException(
          "A layer of " + old + " channels or units cannot be widened to " + width);
    }
    ConvolutionLayers shape = layers.wider(layer, width);
    return grow(
        shape,
        LayerGrowth.wider(parameters, layers.blocks(), shape.blocks(), layer, noise, random));
  }

  @Override
  public Optional<String> whyNotDeepen() {
    return Optional.empty();
  }

  /** {@inheritDoc} A new convolutional layer stands behind the pool of the one before. */
  @Override
  public ParameterMap deepen(int layer, double noise, RandomSource random) {
    if (layer < 0 || layer >= hiddenLayers()) {
      throw noSuchLayer(layer);
    }
    ConvolutionLayers shape = layers.deeper(layer);
    return grow(
        shape,
        LayerGrowth.deeper(parameters, layers.blocks(), shape.blocks(), layer, noise, random));
  }

  private ParameterMap grow(ConvolutionLayers shape, LayerGrowth growth) {
    reshape(shape);
    Vectors.write(growth.values(), parameters);
    return growth.map();
  }

  @Override
  public void reinitialize(RandomSource random) {
    Vectors.write(layers.draw(initialization, random), parameters);
  }

  @Override
  public ConvolutionalNetwork copy() {
    ConvolutionalNetwork copy =
        new ConvolutionalNetwork(layers, initialization, dropout.copy(), kernels, workers);
    Vectors.assign(parameters, copy.parameters);
    return copy;
  }

  @Override
  public State save() {
    List<ConvolutionLayer> convolutions = layers.convolutions();
    int[] widths = layers.dense().widths();
    State.Builder state = State.builder();
    dropout.save(state);
    return state
        .value("inputShape", Arrays.stream(inputShape()).boxed().toList())
        .value("channels", convolutions.stream().map(l -> (long) l.filters()).toList())
        .value("kernel", (long) convolutions.get(0).kernel())
        .value("pools", convolutions.stream().map(l -> (long) l.pool()).toList())
        .value("widths", Arrays.stream(widths).skip(1).mapToObj(Long::valueOf).toList())
        .tensor("parameters", parameters)
        .build();
  }

  /**
   * Takes over parameters and shape.
   *
   * @throws IllegalArgumentException if the state is another kind of network's
   */
  @Override
  public void restore(State state) {
    ConvolutionLayers saved =
        ConvolutionLayers.of(
            Arrays.stream(state.integers("inputShape")).asLongStream().toArray(),
            state.integers("channels"),
            Math.toIntExact(state.integer("kernel")),
            state.integers("pools"),
            state.integers("widths"));
    INDArray tensor = state.tensor("parameters");
    if (tensor.length() != saved.size() || tensor.dataType() != dataType()) {
      throw new IllegalArgumentException(
          "The saved parameters are "
              + tensor.length()
              + " of type "
              + tensor.dataType()
              + "; expected "
              + saved.size()
              + " of type "
              + dataType());
    }
    boolean sameShape =
        saved.convolutions().equals(layers.convolutions())
            && Arrays.equals(saved.dense().widths(), layers.dense().widths());
    if (!sameShape) {
      reshape(saved);
    }
    Vectors.assign(tensor, parameters);
    dropout.restore(state);
  }

  @Override
  public void close() {
    closePasses();
    if (!parameters.wasClosed()) {
      parameters.close();
    }
  }

  /** The probability that a hidden dense unit is 0 in training. */
  public double dropout() {
    return dropout.rate();
  }

  Initialization initialization() {
    return initialization;
  }

  ConvolutionLayers layers() {
    return layers;
  }

  Workers workers() {
    return workers;
  }

  private void reshape(ConvolutionLayers shape) {
    close();
    if (!shape.convolutions().equals(layers.convolutions())) {
      indices = shape.patches();
    }
    layers = shape;
    parameters = Vectors.create(kernels.type(), shape.size());
    memory = Memory.of(parameters);
  }

  private void closePasses() {
    passes.clear();
    latest = null;
  }

  private ConvolutionPasses<?> passes(int rows) {
    return new ConvolutionPasses<>(kernels, workers, layers, indices, memory, rows);
  }

  private ConvolutionPasses<?> latest() {
    if (latest == null) {
      throw new IllegalStateException("There was no forward pass to go back through");
    }
    return latest;
  }

  private Memory logits(INDArray array) {
    return bindings.of(array, kernels, (long) latestRows * classes(), "logits' gradient");
  }

  private Memory flat(INDArray array, String name) {
    return bindings.of(array, kernels, layers.size(), name);
  }
}
