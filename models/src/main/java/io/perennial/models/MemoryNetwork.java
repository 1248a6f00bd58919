package io.perennial.models;

import io.perennial.api.FeatureExtractor;
import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.PerExampleGradients;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.WordEmbeddings;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An end-to-end memory network (Sukhbaatar et al., <a href="https://arxiv.org/abs/1503.08895">arXiv
 * 1503.08895</a>): a question looks a few times at a memory of sentences, {@code p = softmax(uᵀ
 * m)}, {@code u' = u + Σ p c}, and the last u is answered by {@code W u}. It has position encoding,
 * temporal encoding with random noise, and both ways of tying. W is its own in both, because an
 * answer is a class and no word; no strong supervision and no linear start.
 *
 * <p>An example has the shape {@code [1 + sentences, words]}: the question, then the memories, the
 * latest first, each a row of words' numbers filled up with 0. A row of zeros is an empty place of
 * the memory. Without any memory the network is a linear classifier on the sum of the question's
 * embeddings.
 *
 * <p>It starts without words; {@link #growWords} adds them. Outputs, features and parameters live
 * outside the heap until {@link #close}; growing closes the old {@link #parameters()}.
 */
public final class MemoryNetwork
    implements Model, PerExampleGradients, FeatureExtractor, WordEmbeddings, Describable {
  /** The standard deviation of first parameters (section 4.2). */
  private static final double DEVIATION = 0.1;

  private final Kernels<?> kernels;
  private final Workers workers;
  private final MemoryNetworkFactory.Settings settings;
  private final RandomSource noise;
  private final Bindings bindings = new Bindings();
  private final BatchSizes<MemoryPasses<?>> passes =
      new BatchSizes<>(this::makePasses, pass -> pass.close());

  private final long[] inputShape;
  private MemoryLayout layout;
  private INDArray parameters;
  private Memory memory;
  private double[] values;
  private @Nullable MemoryPasses<?> latest;
  private int latestRows;

  /**
   * A network with freshly drawn parameters, which knows no word yet.
   *
   * @param inputShape {@code [1 + sentences, words]}
   * @param settings of its memory
   * @param classes the number of outputs
   * @param dataType float or double
   * @param random for the first weights; the time noise's is a child of it
   * @param workers that its passes run on; several models may share them
   * @throws InputException if the examples are no sentences of words
   */
  public MemoryNetwork(
      long[] inputShape,
      MemoryNetworkFactory.Settings settings,
      int classes,
      DataType dataType,
      RandomSource random,
      Workers workers) {
    this(
        requireSentences(inputShape).clone(),
        settings,
        layout(inputShape, settings, 0, classes),
        random.child("time noise"),
        Kernels.of(dataType),
        workers);
    reinitialize(random);
  }

  private MemoryNetwork(
      long[] inputShape,
      MemoryNetworkFactory.Settings settings,
      MemoryLayout layout,
      RandomSource noise,
      Kernels<?> kernels,
      Workers workers) {
    this.kernels = kernels;
    this.workers = workers;
    this.settings = settings;
    this.noise = noise;
    this.inputShape = inputShape;
    this.layout = layout;
    this.parameters = Vectors.create(kernels.type(), layout.size());
    this.memory = Memory.of(parameters);
    this.values = new double[layout.size()];
  }

  private static long[] requireSentences(long[] shape) {
    if (shape.length != 2) {
      throw new InputException(
          "model memory-network reads sentences of words, examples of the shape [1 + sentences, words]; these have the shape %s. Choose a data set of texts, such as babi or text, or another model."
              .formatted(Arrays.toString(shape)));
    }
    return shape;
  }

  private static MemoryLayout layout(
      long[] shape, MemoryNetworkFactory.Settings settings, int words, int classes) {
    if (classes < 1) {
      throw new InputException("A network has at least 1 output, not " + classes);
    }
    int times = settings.times(Math.toIntExact(shape[0]) - 1);
    return new MemoryLayout(
        words, classes, settings.dimension(), times, settings.hops(), settings.tying());
  }

  private MemoryPasses<?> makePasses(int rows) {
    return new MemoryPasses<>(layout, settings, inputShape, kernels, workers, memory, values, rows);
  }

  @Override
  public long[] inputShape() {
    return inputShape.clone();
  }

  @Override
  public int classes() {
    return layout.classes();
  }

  @Override
  public int words() {
    return layout.words();
  }

  @Override
  public Optional<WordEmbeddings> wordEmbeddings() {
    return Optional.of(this);
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
    return layout.slices();
  }

  @Override
  public long parameterCount() {
    return layout.size();
  }

  /**
   * Of a question whose memory is full, every sentence of the greatest length: words are looked up,
   * not multiplied, unless position encoding weighs them; each hop then multiplies u with every
   * sentence twice, to find what answers and to answer.
   */
  @Override
  public OptionalLong multiplyAccumulates() {
    long d = layout.dimension();
    long sentences = inputShape[0] - 1;
    long weighed = settings.positionEncoding() ? inputShape[1] : 0;
    long embedding = (1 + layout.memoryTables() * sentences) * weighed * d;
    long hop = 2 * sentences * d + (layout.hasHopMatrix() ? d * d : 0);
    return OptionalLong.of(embedding + layout.hops() * hop + layout.classes() * d);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the features do not fit {@link #inputShape()} or the type
   */
  @Override
  public INDArray forward(INDArray features, int[] tasks, boolean training) {
    int rows = Math.toIntExact(features.size(0));
    long length = rows * inputShape[0] * inputShape[1];
    Memory input = bindings.of(features, kernels, length, "features");
    MemoryPasses<?> pass = passes.of(rows);
    boolean noisy = training && settings.temporalEncoding() && settings.timeNoise() > 0;
    // A key of 0 stands for no noise.
    INDArray logits = pass.forward(input, noisy ? noise.nextLong() | 1 : 0);
    latest = pass;
    latestRows = rows;
    return logits;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if there was no forward pass since the network last changed shape
   * @throws IllegalArgumentException if an array has the wrong size or type
   */
  @Override
  public void backward(INDArray logitsGradient, INDArray gradient) {
    latest().backward(logits(logitsGradient), flat(gradient, "gradient"));
  }

  @Override
  public void accumulate(List<INDArray> directions, Power power, INDArray sum) {
    MemoryPasses<?> pass = latest();
    Memory to = flat(sum, "sum");
    for (INDArray direction : directions) {
      pass.accumulate(logits(direction), power, to);
    }
  }

  @Override
  public INDArray features(INDArray input, int[] tasks) {
    forward(input, tasks, false);
    return latest().features();
  }

  @Override
  public String describe(OperatorGraph graph, String features, int task) {
    return new MemoryGraph(graph, layout, settings, inputShape, parameters).logits(features);
  }

  @Override
  public ParameterMap growClasses(int classes, RandomSource random) {
    if (classes < classes()) {
      throw new IllegalArgumentException(
          "A network with " + classes() + " classes cannot shrink to " + classes);
    }
    return grow(layout.withClasses(classes), random);
  }

  @Override
  public ParameterMap growWords(int words, RandomSource random) {
    if (words < words()) {
      throw new IllegalArgumentException(
          "A network that knows " + words() + " words cannot shrink to " + words);
    }
    return grow(layout.withWords(words), random);
  }

  private ParameterMap grow(MemoryLayout grown, RandomSource random) {
    int[] sources = layout.sources(grown);
    int oldSize = layout.size();
    if (!grown.equals(layout)) {
      double[] old = new double[oldSize];
      Vectors.read(parameters, old);
      double[] fresh = new double[sources.length];
      for (int i = 0; i < fresh.length; i++) {
        fresh[i] = sources[i] < 0 ? DEVIATION * random.nextGaussian() : old[sources[i]];
      }
      reshape(grown);
      Vectors.write(fresh, parameters);
    }
    return ParameterMap.of(oldSize, sources);
  }

  @Override
  public void reinitialize(RandomSource random) {
    double[] fresh = new double[layout.size()];
    Arrays.setAll(fresh, i -> DEVIATION * random.nextGaussian());
    Vectors.write(fresh, parameters);
  }

  @Override
  public MemoryNetwork copy() {
    RandomSource sameNoise = new RandomSource(0);
    sameNoise.restore(noise.save());
    MemoryNetwork copy =
        new MemoryNetwork(inputShape.clone(), settings, layout, sameNoise, kernels, workers);
    Vectors.assign(parameters, copy.parameters);
    return copy;
  }

  @Override
  public State save() {
    return State.builder()
        .value("tying", name(layout.tying()))
        .value("inputShape", Arrays.stream(inputShape).boxed().toList())
        .value("dimension", (long) layout.dimension())
        .value("hops", (long) layout.hops())
        .value("times", (long) layout.times())
        .value("words", (long) layout.words())
        .value("classes", (long) layout.classes())
        .part("timeNoise", noise.save())
        .tensor("parameters", parameters)
        .build();
  }

  /**
   * Takes over parameters, words and classes.
   *
   * @throws IllegalArgumentException if the state is another kind of network's
   */
  @Override
  public void restore(State state) {
    long[] shape = Arrays.stream(state.integers("inputShape")).asLongStream().toArray();
    MemoryLayout saved =
        new MemoryLayout(
            (int) state.integer("words"),
            (int) state.integer("classes"),
            (int) state.integer("dimension"),
            (int) state.integer("times"),
            (int) state.integer("hops"),
            layout.tying());
    MemoryLayout mine = layout.withWords(saved.words()).withClasses(saved.classes());
    INDArray tensor = state.tensor("parameters");
    boolean fits = tensor.length() == saved.size() && tensor.dataType() == dataType();
    if (!state.text("tying").equals(name(layout.tying()))
        || !saved.equals(mine)
        || !Arrays.equals(shape, inputShape)
        || !fits) {
      throw new IllegalArgumentException(
          "The saved memory network (%s, %s tying, %d parameters of type %s, examples %s) is not one of this shape (%s, %s)"
              .formatted(
                  saved,
                  state.text("tying"),
                  tensor.length(),
                  tensor.dataType(),
                  Arrays.toString(shape),
                  mine,
                  Arrays.toString(inputShape)));
    }
    if (!saved.equals(layout)) {
      reshape(saved);
    }
    Vectors.assign(tensor, parameters);
    noise.restore(state.part("timeNoise"));
  }

  @Override
  public void close() {
    passes.clear();
    latest = null;
    parameters.close();
  }

  private void reshape(MemoryLayout shape) {
    passes.clear();
    latest = null;
    parameters.close();
    layout = shape;
    parameters = Vectors.create(kernels.type(), shape.size());
    memory = Memory.of(parameters);
    values = new double[shape.size()];
  }

  private MemoryPasses<?> latest() {
    MemoryPasses<?> pass = latest;
    if (pass == null) {
      throw new IllegalStateException("There was no forward pass to go back through");
    }
    return pass;
  }

  private Memory logits(INDArray array) {
    return bindings.of(array, kernels, (long) latestRows * classes(), "logits' gradient");
  }

  private Memory flat(INDArray array, String name) {
    return bindings.of(array, kernels, layout.size(), name);
  }

  private static String name(Tying tying) {
    return tying.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
