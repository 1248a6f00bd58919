package io.perennial.models;

import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.WordEmbeddings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One network for each task behind the face of one model: a row goes to its task's network. Only
 * the newest network's parameters are live; the others never change again, and beyond a limit their
 * arrays rest in files.
 *
 * <p>Classes that are not a task's own get a logit that cannot win, {@value #CANNOT_WIN}: in their
 * rows the other classes compete among themselves, whatever the setting. Which classes are a task's
 * own may be said; otherwise it is those that its network has outputs for.
 */
public final class TaskModels implements Model, Describable, WeightGroups {
  /** Finite, and below any logit of a network. */
  public static final double CANNOT_WIN = -1e30;

  private static final int NO_OTHER = Integer.MAX_VALUE;

  /**
   * The least rows that a network is given without need, and those from which on it is multiples.
   */
  private static final int FEW = 16;

  private static final int MANY = 256;

  private final ModelShelf shelf;

  /** The classes of each task; empty for all that its network has. */
  private final List<int[]> own = new ArrayList<>();

  private int[] latestTasks = {};
  private int sole;
  private @Nullable INDArray direct;
  private @Nullable INDArray logits;
  private @Nullable INDArray liveRows;
  private final BatchSizes<INDArray> parts =
      new BatchSizes<>(rows -> room(rows, null), INDArray::close);
  private @Nullable INDArray liveGradient;
  private double[] unmasked = {};
  private double[] values = {};

  /** Takes over the first task's network; all networks stay in memory. */
  public TaskModels(Model first) {
    this(first, new int[0], NO_OTHER);
  }

  /**
   * Takes over the first task's network.
   *
   * @param ownClasses of the task, ascending; empty for all that the network has
   * @param inMemory how many networks are in memory at most, at least 2
   */
  public TaskModels(Model first, int[] ownClasses, int inMemory) {
    shelf = new ModelShelf(first, inMemory);
    own.add(ownClasses.clone());
  }

  /** Adds a network like the latest one, with weights of its own, for the next task. */
  public void add(RandomSource random) {
    Model next = live().copy();
    next.reinitialize(random);
    add(next, new int[0]);
  }

  /**
   * Adds a network for the next task.
   *
   * @param next taken over
   * @param ownClasses of the task, ascending; empty for all that the network has
   */
  public void add(Model next, int[] ownClasses) {
    shelf.add(next);
    own.add(ownClasses.clone());
  }

  /** The number of networks. */
  public int size() {
    return shelf.size();
  }

  /** The network of a task, this model's own; valid until other tasks' are needed. */
  public Model network(int task) {
    return shelf.get(task);
  }

  /** The classes that may win in the rows of a task, ascending. */
  public int[] ownClasses(int task) {
    int[] classes = own.get(task).clone();
    if (classes.length == 0) {
      classes = new int[shelf.classes(task)];
      Arrays.setAll(classes, c -> c);
    }
    return classes;
  }

  @Override
  public boolean hasTask(int task) {
    return task < size();
  }

  private Model live() {
    return shelf.live();
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
    return shelf.parameterCount();
  }

  /** {@inheritDoc} Those of the newest network: a row goes through one. */
  @Override
  public OptionalLong multiplyAccumulates() {
    return live().multiplyAccumulates();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a row's task is not known or has no network yet
   */
  @Override
  public INDArray forward(INDArray features, int[] tasks, boolean training) {
    sole = soleTask(tasks);
    int rows = tasks.length;
    if (latestTasks.length != rows) {
      latestTasks = new int[rows];
    }
    System.arraycopy(tasks, 0, latestTasks, 0, rows);
    direct = null;
    if (sole >= 0) {
      INDArray answer = shelf.get(sole).forward(features, tasks, training);
      if (!hides(sole)) {
        direct = answer;
        return answer;
      }
      prepare(rows);
      scatter(answer, sole, rows);
    } else {
      prepare(rows);
      forwardMixed(features, training);
    }
    return masked(rows);
  }

  private void prepare(int rows) {
    int count = rows * classes();
    if (unmasked.length < count) {
      unmasked = new double[count];
    }
    Arrays.fill(unmasked, 0, count, CANNOT_WIN);
  }

  private void forwardMixed(INDArray features, boolean training) {
    // Those in memory first: whoever has to be loaded takes the place of one that is done.
    for (boolean loaded : new boolean[] {true, false}) {
      List<Integer> now = new ArrayList<>();
      for (int t = 0; t < size(); t++) {
        if (shelf.isLoaded(t) == loaded && count(t) > 0) {
          now.add(t);
        }
      }
      for (int t : now) {
        forward(t, features, training);
      }
    }
  }

  private void forward(int task, INDArray features, boolean training) {
    int count = count(task);
    int rows = training ? count : rounded(count);
    Model network = shelf.get(task);
    INDArray part;
    if (network == live()) { // It still needs its input for the backward pass.
      liveRows = liveRows == null || liveRows.size(0) != rows ? room(rows, liveRows) : liveRows;
      part = liveRows;
    } else {
      part = parts.of(rows);
    }
    Vectors.selectRows(features, latestTasks, task, part);
    int[] tasks = new int[rows];
    Arrays.fill(tasks, task);
    scatter(network.forward(part, tasks, training), task, rows);
  }

  /**
   * So many rows or a few more, which are then forgotten: how many rows are a task's differs from
   * batch to batch, and a network makes its arrays for each number anew.
   */
  private static int rounded(int count) {
    return count <= MANY
        ? Math.max(FEW, Integer.highestOneBit(2 * count - 1))
        : (count + MANY - 1) / MANY * MANY;
  }

  private INDArray room(int rows, @Nullable INDArray before) {
    close(before);
    long[] shape = new long[inputShape().length + 1];
    shape[0] = rows;
    System.arraycopy(inputShape(), 0, shape, 1, shape.length - 1);
    return Vectors.create(dataType(), shape);
  }

  /** A network's logits go to the rows of its task. */
  private void scatter(INDArray answer, int task, int rows) {
    int outputs = shelf.classes(task);
    int classes = classes();
    if (values.length < rows * outputs) {
      values = new double[rows * outputs];
    }
    Vectors.read(answer, values);
    int from = 0;
    for (int n = 0; n < latestTasks.length; n++) {
      if (latestTasks[n] == task) {
        int used = Math.min(outputs, classes);
        System.arraycopy(values, from, unmasked, n * classes, used);
        from += outputs;
      }
    }
  }

  private INDArray masked(int rows) {
    int classes = classes();
    if (values.length < rows * classes) {
      values = new double[rows * classes];
    }
    Arrays.fill(values, 0, rows * classes, CANNOT_WIN);
    for (int n = 0; n < rows; n++) {
      int[] mine = own.get(latestTasks[n]);
      if (mine.length == 0) {
        System.arraycopy(unmasked, n * classes, values, n * classes, classes);
      }
      for (int c : mine) {
        if (c < classes) {
          values[n * classes + c] = unmasked[n * classes + c];
        }
      }
    }
    INDArray to = sized(logits, rows, classes);
    logits = to;
    Vectors.write(values, rows * classes, to);
    return to;
  }

  /** Whether a task's rows have fewer classes, or are to be shown fewer, than the newest's. */
  private boolean hides(int task) {
    int mine = own.get(task).length;
    return shelf.classes(task) != classes() || (mine > 0 && mine < classes());
  }

  /**
   * Copies the logits of the latest forward pass, those of classes that are not a task's own as its
   * network gave them.
   *
   * @param to {@code [N, C]} and more
   */
  public void readUnmasked(double[] to) {
    INDArray latest = direct;
    if (latest == null) {
      System.arraycopy(unmasked, 0, to, 0, latestTasks.length * classes());
    } else {
      Vectors.read(latest, to);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the task's network does not describe itself
   */
  @Override
  public String describe(OperatorGraph graph, String features, int task) {
    if (task < 0 || task >= size() || !(network(task) instanceof Describable network)) {
      throw new IllegalArgumentException(
          "Task " + task + " has no network here that says what it computes");
    }
    String logits = network.describe(graph, features, task);
    return LayerGraph.masked(graph, logits, shelf.classes(task), classes(), ownClasses(task));
  }

  @Override
  public void forEachGroup(Group.Visitor visitor) {
    for (int t = 0; t < size(); t++) {
      Model network = network(t);
      String prefix = "expert" + t + ".";
      visitor.visit(new Group(prefix, network.parameters(), network.layout()));
    }
  }

  /** {@inheritDoc} Rows of older tasks contribute nothing: their networks are frozen. */
  @Override
  public void backward(INDArray logitsGradient, INDArray gradient) {
    int newest = size() - 1;
    if (sole == newest) {
      live().backward(logitsGradient, gradient);
      return;
    }
    int count = count(newest);
    if (count == 0) {
      Vectors.zero(gradient);
      return;
    }
    int classes = classes();
    if (values.length < latestTasks.length * classes) {
      values = new double[latestTasks.length * classes];
    }
    Vectors.read(logitsGradient, values);
    int rows = Math.toIntExact(Objects.requireNonNull(liveRows).size(0));
    INDArray mine = sized(liveGradient, rows, classes);
    liveGradient = mine;
    Vectors.write(gather(values, classes, newest, rows), mine);
    live().backward(mine, gradient);
  }

  /** A task's rows, and zeros after them. */
  private double[] gather(double[] all, int width, int task, int rows) {
    double[] gathered = new double[rows * width];
    int to = 0;
    for (int n = 0; n < latestTasks.length; n++) {
      if (latestTasks[n] == task) {
        System.arraycopy(all, n * width, gathered, to, width);
        to += width;
      }
    }
    return gathered;
  }

  private int count(int task) {
    int count = 0;
    for (int other : latestTasks) {
      count += other == task ? 1 : 0;
    }
    return count;
  }

  private int soleTask(int[] tasks) {
    int first = tasks[0];
    for (int task : tasks) {
      if (task < 0 || task >= size()) {
        throw new IllegalArgumentException(
            "Each row must name one of the " + size() + " tasks so far, not " + task);
      }
      if (task != first) {
        first = -1;
      }
    }
    return first;
  }

  private INDArray sized(@Nullable INDArray array, int rows, int columns) {
    if (array != null && array.rows() == rows && array.columns() == columns) {
      return array;
    }
    close(array);
    return Vectors.create(dataType(), rows, columns);
  }

  private static void close(@Nullable INDArray array) {
    if (array != null && !array.wasClosed()) {
      array.close();
    }
  }

  /** {@inheritDoc} Only the newest network grows. */
  @Override
  public ParameterMap growClasses(int classes, RandomSource random) {
    return live().growClasses(classes, random);
  }

  /** {@inheritDoc} Only the newest network grows. */
  @Override
  public Optional<WordEmbeddings> wordEmbeddings() {
    return live().wordEmbeddings();
  }

  @Override
  public void reinitialize(RandomSource random) {
    live().reinitialize(random);
  }

  @Override
  public Model copy() {
    TaskModels copy = new TaskModels(shelf.get(0).copy(), own.get(0), shelf.limit());
    for (int t = 1; t < size(); t++) {
      copy.add(shelf.get(t).copy(), own.get(t));
    }
    return copy;
  }

  @Override
  public State save() {
    State.Builder state = State.builder().value("networks", (long) size());
    List<List<Long>> classes = new ArrayList<>();
    for (int[] mine : own) {
      classes.add(Arrays.stream(mine).mapToObj(Long::valueOf).toList());
    }
    state.value("ownClasses", classes);
    for (int t = 0; t < size(); t++) {
      state.part(Integer.toString(t), shelf.save(t));
    }
    return state.build();
  }

  /**
   * Takes over saved networks.
   *
   * @throws IllegalArgumentException if networks were added to the first one before
   */
  @Override
  public void restore(State state) {
    int saved = Math.toIntExact(state.integer("networks"));
    if (size() > 1) {
      throw new IllegalArgumentException(
          "A state is restored into a model of one network, not of " + size());
    }
    List<?> classes = (List<?>) Objects.requireNonNull(state.values().get("ownClasses"));
    for (int t = 0; t < saved; t++) {
      int[] mine =
          ((List<?>) classes.get(t)).stream().mapToInt(c -> ((Number) c).intValue()).toArray();
      if (t == 0) {
        own.set(0, mine);
      } else {
        add(live().copy(), mine);
      }
      live().restore(state.part(Integer.toString(t)));
    }
  }

  @Override
  public void close() {
    close(logits);
    close(liveRows);
    close(liveGradient);
    parts.clear();
    shelf.close();
  }
}
