package io.perennial.models;

import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One network for each task behind the face of one model: a row goes to its task's network. Only
 * the newest network's parameters are live; the others never change again.
 */
public final class TaskModels implements Model {
  private final List<Model> networks = new ArrayList<>();
  private final List<int[]> rowsOf = new ArrayList<>();
  private int[] latestTasks = {};
  private int sole;
  private INDArray logits;
  private INDArray rowsGradient;
  private double[] values = {};

  /** Takes over the first task's network. */
  public TaskModels(Model first) {
    networks.add(first);
    logits = Nd4j.empty(first.dataType());
    rowsGradient = Nd4j.empty(first.dataType());
  }

  /** Adds a network like the latest one, with weights of its own, for the next task. */
  public void add(RandomSource random) {
    Model next = live().copy();
    next.reinitialize(random);
    networks.add(next);
  }

  /** The number of networks. */
  public int size() {
    return networks.size();
  }

  @Override
  public boolean hasTask(int task) {
    return task < networks.size();
  }

  private Model live() {
    return networks.get(networks.size() - 1);
  }

  @Override
  public long[] inputShape() {
    return live().inputShape();
  }

  @Override
  public int classes() {
    return live().classes();
  }

  @Override
  public DataType dataType() {
    return live().dataType();
  }

  @Override
  public INDArray parameters() {
    return live().parameters();
  }

  @Override
  public List<Slice> layout() {
    return live().layout();
  }

  @Override
  public long parameterCount() {
    return networks.stream().mapToLong(Model::parameterCount).sum();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a row's task is not known or has no network yet
   */
  @Override
  public INDArray forward(INDArray features, int[] tasks, boolean training) {
    sole = soleTask(tasks);
    latestTasks = tasks.clone();
    if (sole >= 0 && networks.get(sole).classes() == classes()) {
      return networks.get(sole).forward(features, tasks, training);
    }
    sole = -1;
    int rows = tasks.length;
    int classes = classes();
    logits = sized(logits, rows, classes);
    double[] result = new double[rows * classes];
    int width = (int) (features.length() / rows);
    double[] all = new double[rows * width];
    Vectors.read(features, all, 0);
    rowsOf.clear();
    for (int t = 0; t < networks.size(); t++) {
      rowsOf.add(rows(t));
      if (rowsOf.get(t).length > 0) {
        forward(t, all, width, result, training);
      }
    }
    Vectors.write(result, result.length, logits);
    return logits;
  }

  private void forward(int task, double[] all, int width, double[] result, boolean training) {
    int[] rows = rowsOf.get(task);
    Model network = networks.get(task);
    long[] shape = new long[network.inputShape().length + 1];
    shape[0] = rows.length;
    System.arraycopy(network.inputShape(), 0, shape, 1, shape.length - 1);
    double[] gathered = gather(all, width, rows);
    INDArray part = Nd4j.create(dataType(), shape, 'c');
    Vectors.write(gathered, gathered.length, part);
    int[] partTasks = new int[rows.length];
    Arrays.fill(partTasks, task);
    INDArray answer = network.forward(part, partTasks, training);
    int outputs = network.classes();
    double[] scores = new double[rows.length * outputs];
    Vectors.read(answer, scores, 0);
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(scores, i * outputs, result, rows[i] * classes(), outputs);
    }
    if (network != live()) {
      part.close(); // the live network still needs its input for the backward pass
    }
  }

  /** {@inheritDoc} Rows of older tasks contribute nothing: their networks are frozen. */
  @Override
  public void backward(INDArray logitsGradient, INDArray gradient) {
    int newest = networks.size() - 1;
    if (sole == newest) {
      live().backward(logitsGradient, gradient);
      return;
    }
    int[] rows = rows(newest);
    if (rows.length == 0) {
      Vectors.zero(gradient);
      return;
    }
    int classes = classes();
    int count = latestTasks.length * classes;
    if (values.length < count) {
      values = new double[count];
    }
    Vectors.read(logitsGradient, values, 0);
    rowsGradient = sized(rowsGradient, rows.length, classes);
    double[] gathered = gather(values, classes, rows);
    Vectors.write(gathered, gathered.length, rowsGradient);
    live().backward(rowsGradient, gradient);
  }

  private static double[] gather(double[] all, int width, int[] rows) {
    double[] gathered = new double[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(all, rows[i] * width, gathered, i * width, width);
    }
    return gathered;
  }

  private int[] rows(int task) {
    int[] rows = new int[latestTasks.length];
    int count = 0;
    for (int n = 0; n < latestTasks.length; n++) {
      if (latestTasks[n] == task) {
        rows[count++] = n;
      }
    }
    return Arrays.copyOf(rows, count);
  }

  private int soleTask(int[] tasks) {
    int first = tasks[0];
    for (int task : tasks) {
      if (task < 0 || task >= networks.size()) {
        throw new IllegalArgumentException(
            "Each row must name one of the " + networks.size() + " tasks so far, not " + task);
      }
      if (task != first) {
        first = -1;
      }
    }
    return first;
  }

  private INDArray sized(INDArray array, int rows, int columns) {
    if (!array.isEmpty() && array.rows() == rows && array.columns() == columns) {
      return array;
    }
    if (!array.isEmpty()) {
      array.close();
    }
    return Nd4j.create(dataType(), new long[] {rows, columns}, 'c');
  }

  /** {@inheritDoc} Only the newest network grows. */
  @Override
  public ParameterMap growClasses(int classes, RandomSource random) {
    return live().growClasses(classes, random);
  }

  @Override
  public void reinitialize(RandomSource random) {
    live().reinitialize(random);
  }

  @Override
  public Model copy() {
    TaskModels copy = new TaskModels(networks.get(0).copy());
    for (Model network : networks.subList(1, networks.size())) {
      copy.networks.add(network.copy());
    }
    return copy;
  }

  @Override
  public State save() {
    State.Builder state = State.builder().value("networks", (long) networks.size());
    for (int t = 0; t < networks.size(); t++) {
      state.part(Integer.toString(t), networks.get(t).save());
    }
    return state.build();
  }

  @Override
  public void restore(State state) {
    int saved = Math.toIntExact(state.integer("networks"));
    while (networks.size() < saved) {
      networks.add(live().copy());
    }
    for (int t = 0; t < saved; t++) {
      networks.get(t).restore(state.part(Integer.toString(t)));
    }
  }

  @Override
  public void close() {
    networks.forEach(Model::close);
  }
}
