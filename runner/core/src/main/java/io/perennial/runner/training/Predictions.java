package io.perennial.runner.training;

import io.perennial.api.Artefact;
import io.perennial.api.Calibration;
import io.perennial.api.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the model of the latest measured row of R predicted, counted as it is measured. */
final class Predictions {
  /** As in arXiv 1706.04599. */
  static final int BINS = 15;

  /** A larger confusion matrix is nothing to look at, and would weigh down every checkpoint. */
  static final int MOST_CLASSES = 100;

  /** Matrices and tables of each task: more would be read by nobody. */
  private static final int MOST_TASKS = 20;

  private static final int MOST_CLASSES_BY_TASK = 20;

  private final List<String> tasks;
  private final @Nullable Bins[] byTask;
  private Bins bins = new Bins(new long[0]);
  private int classes;
  private long[] confusion = {};

  Predictions(List<String> tasks) {
    this.tasks = tasks;
    this.byTask = new @Nullable Bins[tasks.size()];
  }

  /** Starts over, for a row of R. */
  void begin(int classesNow) {
    Arrays.fill(byTask, null);
    classes = classesNow <= MOST_CLASSES ? classesNow : 0;
    confusion = new long[classes * classes];
  }

  /** Starts with another task's test examples. */
  void beginTask(int task) {
    boolean few = classes <= MOST_CLASSES_BY_TASK && tasks.size() <= MOST_TASKS;
    bins = new Bins(new long[few && tasks.size() > 1 ? classes * classes : 0]);
    byTask[task] = bins;
  }

  /**
   * Counts a prediction.
   *
   * @param confidence the probability given to {@code predicted}; NaN if there is none
   */
  void count(int label, int predicted, double confidence) {
    if (label < classes && predicted >= 0) {
      confusion[label * classes + predicted]++;
      if (bins.confusion.length > 0) {
        bins.confusion[label * classes + predicted]++;
      }
    }
    if (confidence > 0) {
      // Guo et al.: bin m is ((m - 1) / M, m / M].
      int bin = Math.min(BINS - 1, (int) Math.ceil(confidence * BINS) - 1);
      bins.counts[bin]++;
      bins.correct[bin] += label == predicted ? 1 : 0;
      bins.confidence[bin] += confidence;
    }
  }

  /** The probability of the best of the competing classes: of a softmax over their scores. */
  static double confidence(double[] scores, int offset, boolean[] competing, int best) {
    if (best < 0) {
      return Double.NaN;
    }
    double sum = 0;
    for (int c = 0; c < competing.length; c++) {
      if (competing[c]) {
        // StrictMath: Math.exp may differ in the last bit between compiled and interpreted code.
        sum += StrictMath.exp(scores[offset + c] - scores[offset + best]);
      }
    }
    return 1 / sum;
  }

  /** All tasks together. */
  Calibration calibration() {
    Bins sum = new Bins(new long[0]);
    for (Bins one : byTask) {
      if (one != null) {
        sum.add(one);
      }
    }
    return sum.isEmpty() ? Calibration.NONE : sum.calibration();
  }

  /** Tables for the results. */
  List<Artefact> artefacts() {
    List<Artefact> artefacts = new ArrayList<>();
    if (Arrays.stream(confusion).anyMatch(count -> count > 0)) {
      artefacts.add(confusionMatrix());
      for (int task = 0; task < byTask.length; task++) {
        Bins one = byTask[task];
        if (one != null && one.confusion.length > 0) {
          artefacts.add(confusionMatrix(task, one.confusion));
        }
      }
    }
    Calibration calibration = calibration();
    if (calibration.count() > 0) {
      artefacts.add(reliability("calibration", "all tasks", calibration));
      for (int task = 0; task < byTask.length; task++) {
        Bins one = byTask[task];
        if (one != null && !one.isEmpty() && byTask.length > 1 && byTask.length <= MOST_TASKS) {
          artefacts.add(
              reliability(
                  "calibration-task-" + (task + 1),
                  "task '" + tasks.get(task) + "'",
                  one.calibration()));
        }
      }
    }
    return artefacts;
  }

  private Artefact confusionMatrix() {
    return matrix(
        "confusion",
        "Test examples of all tasks by their class (row) and the predicted one (column), classes"
            + " numbered as they appear in the stream",
        confusion,
        IntStream.range(0, classes).toArray());
  }

  /** Of one task, the rows of its own classes: where they went, be it to another task's. */
  private Artefact confusionMatrix(int task, long[] counts) {
    int[] own =
        IntStream.range(0, classes)
            .filter(
                label ->
                    Arrays.stream(counts, label * classes, (label + 1) * classes)
                        .anyMatch(count -> count > 0))
            .toArray();
    return matrix(
        "confusion-task-" + (task + 1),
        "Test examples of task '%s' by their class (row) and the predicted one (column)"
            .formatted(tasks.get(task)),
        counts,
        own);
  }

  private Artefact matrix(String name, String title, long[] counts, int[] labels) {
    double[][] values = new double[labels.length][classes];
    for (int row = 0; row < labels.length; row++) {
      for (int predicted = 0; predicted < classes; predicted++) {
        values[row][predicted] = counts[labels[row] * classes + predicted];
      }
    }
    return new Artefact.Matrix(
        name,
        title,
        Arrays.stream(labels).mapToObj(Integer::toString).toList(),
        IntStream.range(0, classes).mapToObj(Integer::toString).toList(),
        values);
  }

  private static Artefact reliability(String name, String of, Calibration calibration) {
    List<List<Object>> rows = new ArrayList<>();
    for (int m = 0; m < BINS; m++) {
      Calibration.Bin bin = calibration.bins().get(m);
      rows.add(
          List.of(
              (double) m / BINS, (m + 1.0) / BINS, bin.count(), bin.confidence(), bin.accuracy()));
    }
    return new Artefact.Table(
        name,
        "How sure the model was of its predictions, and how often right: " + of,
        List.of("from", "to", "count", "confidence", "accuracy"),
        rows);
  }

  State save() {
    List<Object> measured = new ArrayList<>();
    for (int task = 0; task < byTask.length; task++) {
      Bins one = byTask[task];
      if (one != null) {
        measured.add(
            List.of(
                (long) task,
                Arrays.stream(one.counts).boxed().toList(),
                Arrays.stream(one.correct).boxed().toList(),
                Arrays.stream(one.confidence).boxed().toList(),
                Arrays.stream(one.confusion).boxed().toList()));
      }
    }
    return State.builder()
        .value("classes", (long) classes)
        .value("confusion", Arrays.stream(confusion).boxed().toList())
        .value("tasks", measured)
        .build();
  }

  void restore(State state) {
    begin((int) state.integer("classes"));
    confusion = longs(state.values().get("confusion"));
    for (Object entry : (List<?>) state.values().getOrDefault("tasks", List.of())) {
      List<?> parts = (List<?>) entry;
      bins = new Bins(longs(parts.get(4)));
      byTask[((Number) parts.get(0)).intValue()] = bins;
      System.arraycopy(longs(parts.get(1)), 0, bins.counts, 0, BINS);
      System.arraycopy(longs(parts.get(2)), 0, bins.correct, 0, BINS);
      List<?> confidence = (List<?>) parts.get(3);
      Arrays.setAll(bins.confidence, m -> ((Number) confidence.get(m)).doubleValue());
    }
  }

  private static long[] longs(@Nullable Object list) {
    return list instanceof List<?> values
        ? values.stream().mapToLong(value -> ((Number) value).longValue()).toArray()
        : new long[0];
  }

  /** Predictions of one task by confidence, and by class if the classes are few. */
  private static final class Bins {
    final long[] confusion;
    final long[] counts = new long[BINS];
    final long[] correct = new long[BINS];
    final double[] confidence = new double[BINS];

    Bins(long[] confusion) {
      this.confusion = confusion;
    }

    void add(Bins other) {
      for (int m = 0; m < BINS; m++) {
        counts[m] += other.counts[m];
        correct[m] += other.correct[m];
        confidence[m] += other.confidence[m];
      }
    }

    boolean isEmpty() {
      return Arrays.stream(counts).allMatch(count -> count == 0);
    }

    Calibration calibration() {
      return new Calibration(
          IntStream.range(0, BINS)
              .mapToObj(
                  m ->
                      new Calibration.Bin(
                          counts[m], confidence[m] / counts[m], (double) correct[m] / counts[m]))
              .toList());
    }
  }
}
