package io.perennial.replay;

import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import io.perennial.api.Rows;
import io.perennial.api.Task;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Vectors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The solver as the last task left it, which says what generated inputs are. Where the classes that
 * compete depend on the task, one of the old tasks is drawn for each row and only its classes
 * compete; otherwise all classes that the solver knew.
 */
final class PreviousSolver {
  private final Model model;
  private final Map<Integer, Answers> answers = new HashMap<>();
  private boolean[][] competing = {};
  private boolean taskKnown;
  private double[] logits = {};

  /** The arrays for one number of rows. */
  private record Answers(int[] labels, int[] tasks, double[] probabilities, INDArray targets) {}

  /**
   * @param model taken over
   */
  PreviousSolver(Model model) {
    this.model = model;
  }

  /** Before the first step of the next task. */
  void prepare(Learner learner) {
    closeAnswers();
    List<Task> seen = learner.seen();
    taskKnown = learner.setting().taskKnownAtTest();
    competing = new boolean[taskKnown ? seen.size() - 1 : 1][model.classes()];
    for (int t = 0; t < competing.length; t++) {
      if (taskKnown) {
        for (int label : seen.get(t).classes()) {
          competing[t][label] = true;
        }
      } else {
        Arrays.fill(competing[t], true);
      }
    }
  }

  Model model() {
    return model;
  }

  /**
   * Adds generated rows with hard labels, the most probable ones.
   *
   * @param features {@code [count, …]}
   */
  void addHard(INDArray features, int count, RandomSource random, Rows rows) {
    Answers a = ask(features, count, model.classes(), random);
    int classes = model.classes();
    for (int n = 0; n < count; n++) {
      a.labels[n] = best(n * classes, classes, mask(a.tasks[n]));
    }
    rows.add(features, a.labels, a.tasks, 1);
  }

  /**
   * Adds generated rows with soft targets, the probabilities at a temperature; 0 for new classes.
   *
   * @param classes of the solver that learns, at least as many as this one's
   */
  void addSoft(
      INDArray features,
      int count,
      int classes,
      double temperature,
      RandomSource random,
      Rows rows) {
    Answers a = ask(features, count, classes, random);
    int known = model.classes();
    for (int n = 0; n < count; n++) {
      CrossEntropy.softmax(
          logits, n * known, known, mask(a.tasks[n]), temperature, a.probabilities, n * classes);
    }
    Vectors.write(a.probabilities, a.targets);
    rows.addSoft(features, a.targets, a.tasks, 1);
  }

  private Answers ask(INDArray features, int count, int classes, RandomSource random) {
    Answers a = answers.get(count);
    if (a == null) {
      INDArray targets = Vectors.create(model.dataType(), count, classes);
      a = new Answers(new int[count], new int[count], new double[count * classes], targets);
      answers.put(count, a);
    }
    for (int n = 0; n < count; n++) {
      a.tasks[n] = taskKnown ? random.nextInt(competing.length) : -1;
    }
    if (logits.length < count * model.classes()) {
      logits = new double[count * model.classes()];
    }
    Vectors.read(model.forward(features, a.tasks, false), logits, 0);
    return a;
  }

  private boolean[] mask(int task) {
    return competing[Math.max(task, 0)];
  }

  private int best(int at, int classes, boolean[] mask) {
    int best = -1;
    for (int c = 0; c < classes; c++) {
      if (mask[c] && (best < 0 || logits[at + c] > logits[at + best])) {
        best = c;
      }
    }
    return best;
  }

  void close() {
    closeAnswers();
    model.close();
  }

  private void closeAnswers() {
    answers.values().forEach(a -> a.targets.close());
    answers.clear();
  }
}
