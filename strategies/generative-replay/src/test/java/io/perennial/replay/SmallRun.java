package io.perennial.replay;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.models.Activation;
import io.perennial.models.Adam;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Mlp;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A run of one strategy over tasks of two classes, the calls in the runner's order. */
final class SmallRun implements Learner, AutoCloseable {
  static final int TASKS = 4;
  private static final int EXAMPLES = 24;
  private static final int BATCH = 10;

  final Model model;
  final List<ClosedAfterTask> training = new ArrayList<>();
  private final List<Task> tasks = new ArrayList<>();
  private final GenerativeReplay strategy;
  private final Setting setting;
  private final Adam optimizer = new Adam(new Adam.Settings(0.01, 0.9, 0.999, 1e-8));
  private int current;
  private long step;

  SmallRun(GenerativeReplay strategy, Setting setting, Workers workers, long... shape) {
    this.strategy = strategy;
    this.setting = setting;
    RandomSource random = new RandomSource(8);
    int width = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    this.model = new Mlp(shape, List.of(20), 2, Activation.RELU, DataType.DOUBLE, random, workers);
    for (int t = 0; t < TASKS; t++) {
      ClosedAfterTask examples = new ClosedAfterTask(EXAMPLES, width, 2 * t, random);
      training.add(examples);
      int[] classes = {2 * t, 2 * t + 1};
      tasks.add(new Task(t, "task " + t, shape, classes, examples, examples, examples));
    }
  }

  void learn(int task, int epochs) {
    begin(task);
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (int from = 0; from < EXAMPLES; from += BATCH) {
        step(from, Math.min(BATCH, EXAMPLES - from));
      }
    }
    strategy.afterTask(this);
    training.get(task).close();
  }

  /** Everything before a task's first step. */
  void begin(int task) {
    current = task;
    int classes = 2 * task + 2;
    if (model.classes() < classes) {
      model.growClasses(classes, new RandomSource(task));
    }
    optimizer.reset();
    strategy.beforeTask(this);
  }

  private void step(int from, int real) {
    CollectedRows replayed = new CollectedRows(real);
    double mass = strategy.mass(this);
    if (mass > 0) {
      strategy.rehearse(this, replayed);
    }
    Batch batch = batch(from, real, replayed, mass);
    INDArray logits = model.forward(batch.features(), batch.tasks(), true);
    INDArray delta = Vectors.create(model.dataType(), logits.shape());
    new CrossEntropy().loss(batch, logits, delta);
    strategy.add(this, batch, logits, delta);
    INDArray gradient = Vectors.create(model.dataType(), model.parameters().length());
    model.backward(delta, gradient);
    optimizer.step(model.parameters(), gradient, Optional.empty());
    step++;
    strategy.afterStep(this, batch);
  }

  private Batch batch(int from, int real, CollectedRows replayed, double mass) {
    int rows = real + replayed.features.size();
    int classes = model.classes();
    int width = Math.toIntExact(Arrays.stream(model.inputShape()).reduce(1, (a, b) -> a * b));
    double[] values = new double[rows * width];
    int[] labels = new int[rows];
    int[] taskOf = new int[rows];
    int[] origins = new int[rows];
    double[] weights = new double[rows];
    boolean[][] competing = new boolean[rows][classes];
    double[] targets = new double[rows * classes];
    float[] example = new float[width];
    for (int n = 0; n < rows; n++) {
      if (n < real) {
        task().training().read(from + n, example, 0);
        for (int i = 0; i < width; i++) {
          values[n * width + i] = example[i];
        }
        labels[n] = task().training().label(from + n);
        taskOf[n] = current;
        weights[n] = 1.0 / real / (1 + mass);
      } else {
        int k = n - real;
        System.arraycopy(replayed.features.get(k), 0, values, n * width, width);
        labels[n] = replayed.labels.get(k);
        taskOf[n] = replayed.tasks.get(k);
        origins[n] = 1;
        weights[n] = mass / (1 + mass) / replayed.features.size();
        if (labels[n] < 0) {
          System.arraycopy(replayed.targets.get(k), 0, targets, n * classes, classes);
        }
      }
      for (int c = 0; c < classes; c++) {
        competing[n][c] = taskOf[n] < 0 || !setting.taskKnownAtTest() || c / 2 == taskOf[n];
      }
    }
    INDArray features = Vectors.create(model.dataType(), rows, width);
    Vectors.write(values, features);
    INDArray soft = Vectors.create(model.dataType(), rows, classes);
    Vectors.write(targets, soft);
    return new Batch(features, labels, taskOf, origins, weights, competing).withTargets(soft);
  }

  /** The share of a task's examples that are predicted right, all classes so far competing. */
  double accuracy(int task) {
    ClosedAfterTask fresh =
        new ClosedAfterTask(
            EXAMPLES, (int) tasks.get(task).shape()[0], 2 * task, new RandomSource(99));
    int correct = 0;
    for (int n = 0; n < EXAMPLES; n++) {
      float[] example = new float[(int) tasks.get(task).shape()[0]];
      fresh.read(n, example, 0);
      INDArray row = Vectors.create(model.dataType(), 1, example.length);
      Vectors.write(example, example.length, row);
      double[] logits = new double[model.classes()];
      Vectors.read(model.forward(row, new int[] {-1}, false), logits);
      int best = 0;
      for (int c = 1; c < logits.length; c++) {
        best = logits[c] > logits[best] ? c : best;
      }
      correct += best == fresh.label(n) ? 1 : 0;
    }
    return (double) correct / EXAMPLES;
  }

  List<Task> tasks() {
    return tasks;
  }

  @Override
  public Model model() {
    return model;
  }

  @Override
  public Task task() {
    return tasks.get(current);
  }

  @Override
  public List<Task> seen() {
    return tasks.subList(0, current + 1);
  }

  @Override
  public Setting setting() {
    return setting;
  }

  @Override
  public int phase() {
    return 0;
  }

  @Override
  public long step() {
    return step;
  }

  @Override
  public void visit(Examples examples, int task, int batchSize, Consumer<Batch> visitor) {
    throw new UnsupportedOperationException("Generative replay reads no examples");
  }

  @Override
  public void reinitialize() {
    model.reinitialize(new RandomSource(0));
  }

  @Override
  public void close() {
    model.close();
  }
}
