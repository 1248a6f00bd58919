package io.perennial.runner.inspection;

import io.perennial.api.Examples;
import io.perennial.api.Finding;
import io.perennial.api.Task;
import io.perennial.runner.inspection.TaskSummary.ClassCount;
import io.perennial.runner.inspection.TaskSummary.Example;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reads every example: what the values are like, and mistakes that only they give away. */
final class ContentChecks {
  private static final int FIRST = 3;
  private static final int NAMED = 10;

  /** A class this many times as frequent as another one is worth knowing of. */
  private static final int IMBALANCE = 20;

  private final List<Finding> findings;

  /** The contents of all test examples, ascending. */
  private final long[] tested;

  /**
   * Reads the test examples.
   *
   * @param findings where mistakes are added
   */
  ContentChecks(List<Task> tasks, List<Finding> findings) {
    this.findings = findings;
    int size = tasks.stream().mapToInt(task -> task.test().size()).reduce(0, Math::addExact);
    this.tested = new long[size];
    int n = 0;
    for (Task task : tasks) {
      float[] row = new float[width(task)];
      for (int i = 0; i < task.test().size(); i++) {
        task.test().read(i, row, 0);
        tested[n++] = content(row);
      }
    }
    Arrays.sort(tested);
  }

  /** Reads the task's examples and adds what is wrong with them to the findings. */
  TaskSummary summarize(Task task) {
    Values training = new Values(width(task));
    int leaked = 0;
    int firstLeaked = -1;
    float[] row = new float[width(task)];
    for (int i = 0; i < task.training().size(); i++) {
      task.training().read(i, row, 0);
      training.add(row);
      if (Arrays.binarySearch(tested, content(row)) >= 0) {
        firstLeaked = leaked++ == 0 ? i : firstLeaked;
      }
    }
    Values others = new Values(width(task));
    others.addAll(task.validation());
    others.addAll(task.test());
    TaskSummary summary = summary(task, training, others);
    warn(task, summary, leaked, firstLeaked);
    return summary;
  }

  private static TaskSummary summary(Task task, Values training, Values others) {
    int[] classes = task.classes();
    int[] learned = LabelCounts.of(classes, task.training()).counts();
    int[] held = LabelCounts.of(classes, task.validation()).counts();
    int[] measured = LabelCounts.of(classes, task.test()).counts();
    List<ClassCount> counts =
        IntStream.range(0, classes.length)
            .mapToObj(c -> new ClassCount(classes[c], learned[c], held[c], measured[c]))
            .toList();
    List<Example> first = new ArrayList<>();
    for (int i = 0; i < Math.min(FIRST, task.training().size()); i++) {
      float[] values = new float[width(task)];
      task.training().read(i, values, 0);
      first.add(new Example(task.training().label(i), values));
    }
    return new TaskSummary(
        task.name(),
        task.shape(),
        counts,
        task.training().size(),
        task.validation().size(),
        task.test().size(),
        Math.min(training.minimum(), others.minimum()),
        Math.max(training.maximum(), others.maximum()),
        missing(task.training()) + missing(task.validation()) + missing(task.test()),
        training.notFinite() + others.notFinite(),
        training.constant(),
        first);
  }

  private static long missing(Examples examples) {
    return IntStream.range(0, examples.size()).mapToLong(examples::missing).sum();
  }

  private void warn(Task task, TaskSummary summary, int leaked, int firstLeaked) {
    String subject = "task '" + task.name() + "'";
    if (summary.notFinite() > 0) {
      findings.add(
          Finding.error(
              subject,
              summary.notFinite() + " of its values are no finite numbers.",
              "Correct them where the data comes from."));
    }
    if (leaked > 0) {
      findings.add(
          Finding.warning(
              subject,
              "%d of its %d training examples are test examples, too (of any task), such as training example %d, so what is measured is partly what was learned by heart."
                  .formatted(leaked, summary.training(), firstLeaked),
              "Remove them from one of the two."));
    }
    int[] constant = summary.constant();
    int width = width(task);
    if (constant.length == width && summary.training() > 1) {
      findings.add(
          Finding.warning(
              subject,
              "all its %d training examples are the same.".formatted(summary.training()),
              "Is the right file read?"));
    } else if (constant.length > 0 && !summary.images()) {
      findings.add(
          Finding.warning(
              subject,
              "%d of its %d features have one value in all training examples: number %s, from 0."
                  .formatted(constant.length, width, shortened(constant)),
              "They teach nothing in this task; leave them out if that is so in all."));
    }
    warnOfImbalance(subject, summary);
  }

  private void warnOfImbalance(String subject, TaskSummary summary) {
    int[] counts =
        summary.classes().stream().mapToInt(ClassCount::training).filter(n -> n > 0).toArray();
    int largest = Arrays.stream(counts).max().orElse(0);
    int smallest = Arrays.stream(counts).min().orElse(0);
    if (largest >= (long) IMBALANCE * smallest && smallest > 0) {
      findings.add(
          Finding.warning(
              subject,
              "its largest class has %d training examples and its smallest %d."
                  .formatted(largest, smallest),
              "Accuracy says little about the small one."));
    }
  }

  private static String shortened(int[] numbers) {
    String start =
        Arrays.stream(numbers)
            .limit(NAMED)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(", "));
    return numbers.length > NAMED ? start + ", …" : start;
  }

  private static int width(Task task) {
    return Math.toIntExact(Arrays.stream(task.shape()).reduce(1, (a, b) -> a * b));
  }

  /** 64 bits that two different examples share about never; equal ones always. */
  private static long content(float[] row) {
    long hash = row.length;
    for (float value : row) {
      // Adding 0 makes one of the two zeros.
      hash = (hash ^ Float.floatToIntBits(value + 0f)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    return hash;
  }

  /** The range of each feature. */
  private static final class Values {
    private final float[] smallest;
    private final float[] largest;
    private long notFinite;

    Values(int width) {
      smallest = new float[width];
      largest = new float[width];
      Arrays.fill(smallest, Float.POSITIVE_INFINITY);
      Arrays.fill(largest, Float.NEGATIVE_INFINITY);
    }

    void addAll(Examples examples) {
      float[] row = new float[smallest.length];
      for (int i = 0; i < examples.size(); i++) {
        examples.read(i, row, 0);
        add(row);
      }
    }

    void add(float[] row) {
      for (int k = 0; k < row.length; k++) {
        if (Float.isFinite(row[k])) {
          smallest[k] = Math.min(smallest[k], row[k]);
          largest[k] = Math.max(largest[k], row[k]);
        } else {
          notFinite++;
        }
      }
    }

    double minimum() {
      return IntStream.range(0, smallest.length)
          .mapToDouble(k -> smallest[k])
          .min()
          .orElse(Double.POSITIVE_INFINITY);
    }

    double maximum() {
      return IntStream.range(0, largest.length)
          .mapToDouble(k -> largest[k])
          .max()
          .orElse(Double.NEGATIVE_INFINITY);
    }

    long notFinite() {
      return notFinite;
    }

    int[] constant() {
      return IntStream.range(0, smallest.length).filter(k -> smallest[k] == largest[k]).toArray();
    }
  }
}
