package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.perennial.api.Learner;
import io.perennial.api.Rows;
import io.perennial.models.Vectors;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Looks at every row before it is passed on. */
final class CheckedRows implements Rows {
  private final Learner learner;
  private final Rows rows;
  private final Subject subject;
  private int added;

  CheckedRows(Learner learner, Rows rows, Subject subject) {
    this.learner = learner;
    this.rows = rows;
    this.subject = subject;
  }

  int added() {
    return added;
  }

  @Override
  public int realRows() {
    return rows.realRows();
  }

  @Override
  public void add(INDArray features, int[] labels, int[] tasks, double weight) {
    if (labels.length != tasks.length) {
      fail(labels.length + " labels were rehearsed with " + tasks.length + " tasks.");
    }
    check(features, tasks, weight);
    for (int n = 0; n < labels.length; n++) {
      boolean[] competing = competing(tasks[n]);
      if (labels[n] < 0 || labels[n] >= competing.length || !competing[labels[n]]) {
        fail(
            "A row of task "
                + tasks[n]
                + " is rehearsed with label "
                + labels[n]
                + ", which does not compete in it. Competing: "
                + Arrays.toString(competing)
                + ".");
      }
    }
    rows.add(features, labels, tasks, weight);
  }

  @Override
  public void addSoft(INDArray features, INDArray probabilities, int[] tasks, double weight) {
    check(features, tasks, weight);
    double[] p = Doubles.of(probabilities);
    int classes = learner.model().classes();
    if (p.length != tasks.length * classes) {
      fail(
          "Soft targets must be ["
              + tasks.length
              + ", "
              + classes
              + "], not "
              + Arrays.toString(probabilities.shape())
              + ".");
    }
    for (int n = 0; n < tasks.length; n++) {
      boolean[] competing = competing(tasks[n]);
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        double probability = p[n * classes + c];
        if (!(probability >= 0) || (probability > 0 && !competing[c])) {
          fail(
              "A row of task "
                  + tasks[n]
                  + " is rehearsed with probability "
                  + probability
                  + " of class "
                  + c
                  + ". Expected: at least 0, and 0 where the class does not compete.");
        }
        sum += probability;
      }
      if (!(Math.abs(sum - 1) < 1e-4)) {
        fail("The probabilities of a rehearsed row add up to " + sum + ". Expected: 1.");
      }
    }
    rows.addSoft(features, probabilities, tasks, weight);
  }

  private void check(INDArray features, int[] tasks, double weight) {
    long width = Arrays.stream(learner.model().inputShape()).reduce(1, (a, b) -> a * b);
    if (features.length() != tasks.length * width) {
      fail(
          tasks.length
              + " rows of "
              + width
              + " values were announced, but the features are "
              + Arrays.toString(features.shape())
              + ".");
    }
    if (!Vectors.isFinite(features)) {
      fail("Rehearsed features are not finite.");
    }
    if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
      fail("The weight of rehearsed rows is " + weight + ". Expected: finite and at least 0.");
    }
    int newest = learner.task().index();
    for (int task : tasks) {
      if (task < -1 || task > newest) {
        fail("A row of task " + task + " is rehearsed while task " + newest + " is learned.");
      }
    }
    added += tasks.length;
  }

  private boolean[] competing(int task) {
    boolean[] competing = new boolean[learner.model().classes()];
    if (!subject.setting().taskKnownAtTest() || task < 0) {
      Arrays.fill(competing, true);
      return competing;
    }
    for (int label : learner.seen().get(task).classes()) {
      competing[label] = true;
    }
    return competing;
  }
}
