package io.perennial.models;

import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Networks side by side, one column a task, each of which also reads the hidden layers of all
 * columns before it through adapters (Rusu et al., <a href="https://arxiv.org/abs/1606.04671">arXiv
 * 1606.04671</a>, eq. 2):
 *
 * <pre>h_i^(k) = f(W_i^(k) h_(i-1)^(k) + U_i^(k) relu(V_i^(k) α_(i-1)^(&lt;k) h_(i-1)^(&lt;k)))
 * </pre>
 *
 * with biases beside W and V, one learned scalar α a column and layer, and adapters from the second
 * layer on. In a convolutional layer W and U are convolutions and V a 1x1 convolution, which
 * reduces the channels of the columns before at each position; the first dense layer after them
 * reads those columns' maps as one flat vector. A row goes to the column of its task. Only the
 * newest column with its adapters is live; the parameters and outputs of the others never change
 * again, to the last bit.
 *
 * <p>Each column is computed once a forward pass, for all rows. With adapters of automatic width
 * that costs the same for every column, so a pass grows linearly with their number; with a given
 * width the adapters read ever more, and it grows quadratically. The backward pass visits the
 * newest column only, whose gradients are linear in the number of columns.
 */
public final class ProgressiveColumns implements Model, Describable, WeightGroups {
  private final ColumnStack<?> columns;

  /**
   * Takes over a network as the first column.
   *
   * @param first its parameters are copied, and it is closed
   * @param adapterWidth of every adapter; 0 for each layer's width divided by the number of columns
   *     before
   */
  public ProgressiveColumns(Mlp first, int adapterWidth) {
    this(
        new ColumnStack<>(
            Kernels.of(first.dataType()),
            first.workers(),
            first.activation(),
            first.initialization(),
            first.inputShape(),
            adapterWidth));
    takeOver(first, new ConvolutionLayers(List.of(), first.layers()));
  }

  /**
   * Takes over a convolutional network as the first column.
   *
   * @param first its parameters are copied, and it is closed
   * @param adapterWidth of every adapter; 0 for the channels or units that each layer takes divided
   *     by the number of columns before
   */
  public ProgressiveColumns(ConvolutionalNetwork first, int adapterWidth) {
    this(
        new ColumnStack<>(
            Kernels.of(first.dataType()),
            first.workers(),
            Activation.RELU,
            first.initialization(),
            first.inputShape(),
            adapterWidth));
    takeOver(first, first.layers());
  }

  private void takeOver(Model first, ConvolutionLayers shape) {
    columns.add(shape);
    Vectors.assign(first.parameters(), parameters());
    first.close();
  }

  private ProgressiveColumns(ColumnStack<?> columns) {
    this.columns = columns;
  }

  /** Freezes the columns so far and adds one for the next task, with fresh parameters. */
  public void add(RandomSource random) {
    columns.live().freeze();
    columns.add(columns.live().shape().plain());
    reinitialize(random);
  }

  /** The parameters that a column has or would have, of as many outputs as the latest. */
  public long parametersOf(int column) {
    return ColumnShape.of(columns.live().shape().plain(), column, columns.adapterWidth).size();
  }

  /** The number of columns. */
  public int size() {
    return columns.all.size();
  }

  /** The parameters of a column, {@code [P_k]}; those of a frozen one never change. */
  public INDArray parameters(int column) {
    return columns.all.get(column).parameters();
  }

  @Override
  public long[] inputShape() {
    return columns.inputShape.clone();
  }

  @Override
  public int classes() {
    return columns.live().shape().dense().outputs();
  }

  @Override
  public DataType dataType() {
    return columns.kernels.type();
  }

  @Override
  public INDArray parameters() {
    return columns.live().parameters();
  }

  @Override
  public List<Slice> layout() {
    return columns.live().shape().slices();
  }

  @Override
  public long parameterCount() {
    return columns.all.stream().mapToLong(column -> column.shape().size()).sum();
  }

  /** {@inheritDoc} Those of the newest column and of the hidden layers of all that it reads. */
  @Override
  public OptionalLong multiplyAccumulates() {
    long own = columns.live().shape().multiplications(true);
    long before =
        columns.all.stream()
            .limit(size() - 1L)
            .mapToLong(column -> column.shape().multiplications(false))
            .sum();
    return OptionalLong.of(own + before);
  }

  @Override
  public boolean hasTask(int task) {
    return task < size();
  }

  /**
   * {@inheritDoc} Classes that a row's column does not have get a logit that cannot win.
   *
   * @throws IllegalArgumentException if a row's task is not known or has no column yet, or the
   *     features do not fit
   */
  @Override
  public INDArray forward(INDArray features, int[] tasks, boolean training) {
    return columns.forward(features, tasks);
  }

  /** {@inheritDoc} That is the task's column and those before it. */
  @Override
  public String describe(OperatorGraph graph, String features, int task) {
    if (task < 0 || task >= size()) {
      throw new IllegalArgumentException(
          "The task must be one of the " + size() + " that have a column, not " + task);
    }
    List<List<String>> values = new ArrayList<>();
    for (int c = 0; c <= task; c++) {
      Column<?> column = columns.all.get(c);
      values.add(
          new LayerGraph(
                  graph,
                  "column" + c + ".",
                  columns.activation,
                  column.parameters(),
                  column.shape().slices())
              .network(column.shape().plain(), features, values));
    }
    int outputs = columns.all.get(task).shape().dense().outputs();
    int[] all = new int[outputs];
    Arrays.setAll(all, i -> i);
    String logits = LayerGraph.logits(values.get(task));
    return LayerGraph.masked(graph, logits, outputs, classes(), all);
  }

  @Override
  public void forEachGroup(Group.Visitor visitor) {
    for (int c = 0; c < size(); c++) {
      List<Slice> slices = columns.all.get(c).shape().slices();
      visitor.visit(new Group("column" + c + ".", parameters(c), slices));
    }
  }

  /** {@inheritDoc} Rows of older tasks contribute nothing: their columns are frozen. */
  @Override
  public void backward(INDArray logitsGradient, INDArray gradient) {
    columns.backward(logitsGradient, gradient);
  }

  /** {@inheritDoc} Only the newest column grows. */
  @Override
  public ParameterMap growClasses(int classes, RandomSource random) {
    return columns.growClasses(classes, random);
  }

  @Override
  public void reinitialize(RandomSource random) {
    double[] values = new double[columns.live().shape().size()];
    columns.live().draw(columns.initialization, columns.activation, 0, random, values);
    Vectors.write(values, parameters());
  }

  @Override
  public Model copy() {
    ColumnStack<?> copy = columns.empty();
    for (Column<?> column : columns.all) {
      copy.add(column.shape().plain());
      Vectors.assign(column.parameters(), copy.live().parameters());
      copy.live().freeze();
    }
    return new ProgressiveColumns(copy);
  }

  @Override
  public State save() {
    ConvolutionLayers first = columns.all.get(0).shape().plain();
    DenseLayers dense = first.dense();
    State.Builder state =
        State.builder()
            .value("adapterWidth", (long) columns.adapterWidth)
            .value("channels", channels(first))
            .value("widths", Arrays.stream(dense.widths()).mapToObj(Long::valueOf).toList())
            .value(
                "outputs",
                columns.all.stream().map(c -> (long) c.shape().dense().outputs()).toList());
    for (int c = 0; c < size(); c++) {
      state.tensor("column" + c, parameters(c));
    }
    return state.build();
  }

  /**
   * Takes over columns and parameters.
   *
   * @throws IllegalArgumentException if the state's adapters or types are others
   */
  @Override
  public void restore(State state) {
    if (state.integer("adapterWidth") != columns.adapterWidth) {
      throw new IllegalArgumentException(
          "The saved columns have adapters of the width "
              + state.integer("adapterWidth")
              + ", these have "
              + columns.adapterWidth
              + " (0 is automatic)");
    }
    ConvolutionLayers first = columns.all.get(0).shape().plain();
    int[] widths = state.integers("widths");
    List<Long> channels =
        Arrays.stream(state.integers("channels")).mapToObj(Long::valueOf).toList();
    int hidden = widths.length - 1;
    int[] own = first.dense().widths();
    if (!channels.equals(channels(first))
        || !Arrays.equals(widths, 0, hidden, own, 0, own.length - 1)) {
      throw new IllegalArgumentException(
          "The saved columns have the channels "
              + channels
              + " and the dense widths "
              + Arrays.toString(widths)
              + ", these have "
              + channels(first)
              + " and "
              + Arrays.toString(own));
    }
    int[] outputs = state.integers("outputs");
    columns.close();
    for (int c = 0; c < outputs.length; c++) {
      columns.add(first.withOutputs(outputs[c]));
      Vectors.assign(state.tensor("column" + c), parameters());
      columns.live().freeze();
    }
  }

  private static List<Long> channels(ConvolutionLayers shape) {
    return shape.convolutions().stream().map(layer -> (long) layer.filters()).toList();
  }

  @Override
  public void close() {
    columns.close();
  }
}
