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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A multi-layer perceptron: dense layers with one non-linearity between them, any number of hidden
 * ones or none. An example of any shape counts as a flat vector. The tensors are {@code
 * layer0.weight} {@code [outputs, inputs]}, {@code layer0.bias} {@code [outputs]}, … and last
 * {@code output.weight} and {@code output.bias}.
 *
 * <p>Outputs, features and parameters live outside the heap until {@link #close}; growing and
 * restoring another shape close the old {@link #parameters()}.
 */
public final class Mlp
    implements Model, PerExampleGradients, FeatureExtractor, Widening, Deepening, Describable {
  /** A training batch, its last partial one, the same for evaluation, and some to spare. */
  private static final int BATCH_SIZES = 6;

  private final Kernels<?> kernels;
  private final Workers workers;
  private final Activation activation;
  private final Initialization initialization;
  private final Dropout dropout;
  private final Bindings bindings = new Bindings();
  private final Map<Integer, Passes<?>> passes = new LinkedHashMap<>(16, 0.75f, true);

  private long[] inputShape;
  private DenseLayers layers;
  private INDArray parameters;
  private Memory memory;
  private @Nullable Passes<?> latest;
  private int latestRows;
  private @Nullable INDArray copiedFeatures;

  /**
   * A network with freshly drawn parameters.
   *
   * @param inputShape of one example
   * @param hidden the hidden layers' widths, from the input on; may be empty
   * @param classes the number of outputs
   * @param dataType float or double
   * @param random for the first weights
   * @param workers that its passes run on; several models may share them
   * @throws InputException if a width is not positive
   */
  public Mlp(
      long[] inputShape,
      List<Integer> hidden,
      int classes,
      Activation activation,
      DataType dataType,
      RandomSource random,
      Workers workers) {
    this(
        inputShape,
        new MlpFactory.Settings(hidden, activation),
        classes,
        dataType,
        random,
        workers);
  }

  /**
   * A network with freshly drawn parameters.
   *
   * @param inputShape of one example
   * @param settings of its hidden layers
   * @param classes the number of outputs
   * @param dataType float or double
   * @param random for the first weights; dropout's is a child of it
   * @param workers that its passes run on; several models may share them
   * @throws InputException if a width is not positive
   */
  public Mlp(
      long[] inputShape,
      MlpFactory.Settings settings,
      int classes,
      DataType dataType,
      RandomSource random,
      Workers workers) {
    this(
        inputShape.clone(),
        DenseLayers.of(widths(inputShape, settings.hidden(), classes)),
        settings.activation(),
        settings.initialization(),
        new Dropout(settings.dropout(), random.child("dropout")),
        Kernels.of(dataType),
        workers);
    reinitialize(random);
  }

  private Mlp(
      long[] inputShape,
      DenseLayers layers,
      Activation activation,
      Initialization initialization,
      Dropout dropout,
      Kernels<?> kernels,
      Workers workers) {
    this.initialization = initialization;
    this.dropout = dropout;
    this.kernels = kernels;
    this.workers = workers;
    this.activation = activation;
    this.inputShape = inputShape;
    this.layers = layers;
    this.parameters = Vectors.create(kernels.type(), layers.size());
    this.memory = Memory.of(parameters);
  }

  @Override
  public long[] inputShape() {
    return inputShape.clone();
  }

  @Override
  public int classes() {
    return layers.outputs();
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
    return OptionalLong.of(layers.multiplications());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the features do not fit {@link #inputShape()} or the type
   */
  @Override
  public INDArray forward(INDArray features, int[] tasks, boolean training) {
    int rows = Math.toIntExact(features.size(0));
    Memory input = bindings.of(features, kernels, (long) rows * layers.inputs(0), "features");
    if (rows == 0) {
      throw new IllegalArgumentException("A batch has at least 1 row");
    }
    Passes<?> pass = latest;
    if (pass == null || latestRows != rows) {
      pass = passes(rows);
    }
    pass.forward(input, dropout.next(training, layers.count() - 1));
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
    Passes<?> pass = latest();
    pass.backward(logits(logitsGradient), flat(gradient, "gradient"));
  }

  @Override
  public void accumulate(List<INDArray> directions, Power power, INDArray sum) {
    Passes<?> pass = latest();
    List<Memory> arrays = new ArrayList<>();
    for (INDArray direction : directions) {
      arrays.add(logits(direction));
    }
    pass.accumulate(arrays, power, flat(sum, "sum"));
  }

  @Override
  public INDArray features(INDArray input, int[] tasks) {
    forward(input, tasks, false);
    INDArray features = latest().features();
    if (features != null) {
      return features;
    }
    INDArray copy = copiedFeatures;
    if (copy == null || copy.size(0) != latestRows) {
      closeFeatures();
      copy = Vectors.create(kernels.type(), latestRows, layers.inputs(0));
      copiedFeatures = copy;
    }
    Vectors.assign(input, copy);
    return copy;
  }

  @Override
  public String describe(OperatorGraph graph, String features, int task) {
    return LayerGraph.logits(
        new LayerGraph(graph, "", activation, parameters, layout())
            .network(new ConvolutionLayers(List.of(), layers), features, List.of()));
  }

  @Override
  public ParameterMap growClasses(int classes, RandomSource random) {
    if (classes < classes()) {
      throw new IllegalArgumentException(
          "A network with " + classes() + " classes cannot shrink to " + classes);
    }
    DenseLayers old = layers;
    DenseLayers grown = old.withOutputs(classes);
    int top = old.count() - 1;
    int[] sources = new int[grown.size()];
    old.growthSources(grown, 0, sources);
    if (classes > classes()) {
      double[] values = new double[old.size()];
      Vectors.read(parameters, values);
      double[] fresh = new double[grown.size()];
      grown.draw(top, old.outputs(), initialization, activation, random, fresh, 0);
      for (int i = 0; i < fresh.length; i++) {
        fresh[i] = sources[i] < 0 ? fresh[i] : values[sources[i]];
      }
      reshape(grown);
      Vectors.write(fresh, parameters);
    }
    return ParameterMap.of(old.size(), sources);
  }

  @Override
  public int hiddenLayers() {
    return layers.count() - 1;
  }

  @Override
  public int width(int layer) {
    if (layer < 0 || layer >= hiddenLayers()) {
      throw new IllegalArgumentException(
          "There is no hidden layer " + layer + "; the network has " + hiddenLayers());
    }
    return layers.outputs(layer);
  }

  @Override
  public ParameterMap widen(int layer, int width, double noise, RandomSource random) {
    int old = width(layer);
    if (width < old) {
      throw new IllegalArgumentException(
          "A layer of " + old + " units cannot be widened to " + width);
    }
    DenseLayers shape = layers.wider(layer, width);
    return grow(
        shape,
        LayerGrowth.wider(
            parameters, layers.blocks(0, 1), shape.blocks(0, 1), layer, noise, random));
  }

  @Override
  public Optional<String> whyNotDeepen() {
    return activation == Activation.RELU
        ? Optional.empty()
        : Optional.of(
            "a layer followed by "
                + name(activation)
                + " cannot compute the identity, as one followed by relu can");
  }

  @Override
  public ParameterMap deepen(int layer, double noise, RandomSource random) {
    whyNotDeepen()
        .ifPresent(
            reason -> {
              throw new IllegalStateException("The network cannot be deepened: " + reason);
            });
    DenseLayers shape = layers.deeper(layer, width(layer));
    return grow(
        shape,
        LayerGrowth.deeper(
            parameters, layers.blocks(0, 1), shape.blocks(0, 1), layer, noise, random));
  }

  private ParameterMap grow(DenseLayers shape, LayerGrowth growth) {
    reshape(shape);
    Vectors.write(growth.values(), parameters);
    return growth.map();
  }

  @Override
  public void reinitialize(RandomSource random) {
    double[] values = new double[layers.size()];
    for (int l = 0; l < layers.count(); l++) {
      layers.draw(l, 0, initialization, activation, random, values, 0);
    }
    Vectors.write(values, parameters);
  }

  @Override
  public Mlp copy() {
    Mlp copy =
        new Mlp(
            inputShape.clone(),
            layers,
            activation,
            initialization,
            dropout.copy(),
            kernels,
            workers);
    Vectors.assign(parameters, copy.parameters);
    return copy;
  }

  @Override
  public State save() {
    State.Builder state = State.builder();
    dropout.save(state);
    return state
        .value("activation", name(activation))
        .value("inputShape", Arrays.stream(inputShape).boxed().toList())
        .value("widths", Arrays.stream(layers.widths()).mapToObj(Long::valueOf).toList())
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
    if (!state.text("activation").equals(name(activation))) {
      throw new IllegalArgumentException(
          "The saved network has the activation "
              + state.text("activation")
              + ", this one has "
              + name(activation));
    }
    DenseLayers saved = DenseLayers.of(state.integers("widths"));
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
    inputShape = Arrays.stream(state.integers("inputShape")).asLongStream().toArray();
    if (!Arrays.equals(saved.widths(), layers.widths())) {
      reshape(saved);
    }
    Vectors.assign(tensor, parameters);
    dropout.restore(state);
  }

  @Override
  public void close() {
    closePasses();
    parameters.close();
  }

  /** The probability that a hidden unit is 0 in training. */
  public double dropout() {
    return dropout.rate();
  }

  Initialization initialization() {
    return initialization;
  }

  /** The widths from the input to the output. */
  DenseLayers layers() {
    return layers;
  }

  Activation activation() {
    return activation;
  }

  Workers workers() {
    return workers;
  }

  /** How many batch sizes have arrays of their own. */
  int cachedBatchSizes() {
    return passes.size();
  }

  private void reshape(DenseLayers shape) {
    closePasses();
    parameters.close();
    layers = shape;
    parameters = Vectors.create(kernels.type(), shape.size());
    memory = Memory.of(parameters);
  }

  private void closePasses() {
    passes.values().forEach(Passes::close);
    passes.clear();
    latest = null;
    closeFeatures();
  }

  private void closeFeatures() {
    INDArray copy = copiedFeatures;
    if (copy != null) {
      copy.close();
      copiedFeatures = null;
    }
  }

  private Passes<?> passes(int rows) {
    Passes<?> known = passes.get(rows);
    if (known == null) {
      if (passes.size() == BATCH_SIZES) {
        Map.Entry<Integer, Passes<?>> eldest = passes.entrySet().iterator().next();
        passes.remove(eldest.getKey());
        eldest.getValue().close();
      }
      known = new Passes<>(kernels, workers, layers, activation, memory, rows);
      passes.put(rows, known);
    }
    return known;
  }

  private Passes<?> latest() {
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

  private static String name(Activation activation) {
    return activation.name().toLowerCase(Locale.ROOT);
  }

  private static int[] widths(long[] inputShape, List<Integer> hidden, int classes) {
    long inputs = Arrays.stream(inputShape).reduce(1, Math::multiplyExact);
    long[] widths = new long[hidden.size() + 2];
    widths[0] = inputs;
    for (int i = 0; i < hidden.size(); i++) {
      widths[i + 1] = hidden.get(i);
    }
    widths[widths.length - 1] = classes;
    if (Arrays.stream(widths).anyMatch(width -> width < 1)) {
      throw new InputException(
          "Every layer of a network has at least 1 unit; got the widths "
              + Arrays.toString(widths)
              + " from the input to the output");
    }
    return Arrays.stream(widths).mapToInt(Math::toIntExact).toArray();
  }
}
