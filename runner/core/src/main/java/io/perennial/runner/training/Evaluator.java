package io.perennial.runner.training;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.Model;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Measures accuracy on test examples, in large batches, as the setting allows it. */
final class Evaluator {
  static final int BATCH = 2048;

  /** The rows that a thread judges at a time. */
  private static final int PART = 128;

  private final Setting setting;
  private final List<Task> tasks;
  private final Competition competition;
  private final BatchAssembler assembler;
  private final Answering answering;
  private final Workers workers;
  private double[] scores = {};
  private int[] best = {};
  private double[] confidence = {};
  private @Nullable Predictions predictions;
  private boolean routerIsTold;

  Evaluator(
      Setting setting,
      List<Task> tasks,
      Roles roles,
      Competition competition,
      Model model,
      Workers workers,
      Consumer<RowReader.Slot> background) {
    this.setting = setting;
    this.tasks = tasks;
    this.competition = competition;
    this.workers = workers;
    this.answering = new Answering(setting, roles, model.dataType());
    this.assembler = new BatchAssembler(model.inputShape(), model.dataType(), workers, background);
  }

  /** The accuracy on a task's test examples, 0 to 1; NaN if the model lacks its outputs or path. */
  double accuracy(Model model, int task) {
    return accuracy(model, task, null);
  }

  /** The same, counting the predictions. */
  double accuracy(Model model, int task, @Nullable Predictions counted) {
    return measure(model, task, inOrder(tasks.get(task).test().size()), counted, true);
  }

  /** The same of some test examples; nobody is told of it. */
  double accuracyOn(Model model, int task, int[] examples) {
    return measure(model, task, examples, null, false);
  }

  private static int[] inOrder(int size) {
    int[] indices = new int[size];
    Arrays.setAll(indices, i -> i);
    return indices;
  }

  private double measure(
      Model model, int task, int[] examples, @Nullable Predictions counted, boolean told) {
    int largest = Arrays.stream(tasks.get(task).classes()).max().orElse(-1);
    Examples test = tasks.get(task).test();
    boolean answered = !setting.taskKnownAtTest() || model.hasTask(task);
    boolean measurable = examples.length > 0 && !(test instanceof AbsentExamples);
    if (!answered || largest >= model.classes() || !measurable) {
      return Double.NaN;
    }
    predictions = counted;
    routerIsTold = told;
    if (counted != null) {
      counted.beginTask(task);
    }
    int[] correct = {0};
    answering.as(model, task, () -> correct[0] = correct(model, test, examples, task));
    return (double) correct[0] / examples.length;
  }

  private int correct(Model model, Examples test, int[] indices, int task) {
    int[] taskOf = new int[indices.length];
    Arrays.fill(taskOf, task);
    int correct = 0;
    IntFunction<Examples> source = t -> test;
    for (int from = 0; from < indices.length; from += BATCH) {
      int end = Math.min(from + BATCH, indices.length);
      assembler.real(
          model.classes(), new RowReader.Request(source, taskOf, indices, from, end - from));
      int next = Math.min(BATCH, indices.length - end);
      assembler.ahead(new RowReader.Request(source, taskOf, indices, end, next));
      correct += correct(model, assembler.finish(competition));
    }
    return correct;
  }

  private int correct(Model model, Batch batch) {
    int[] known = new int[batch.size()];
    INDArray result = answering.scores(model, batch.features(), batch.tasks(), routerIsTold, known);
    int classes = model.classes();
    int rows = batch.size();
    if (scores.length < rows * classes) {
      scores = new double[rows * classes];
      best = new int[rows];
      confidence = new double[rows];
    }
    Vectors.read(result, scores, 0);
    workers.run((rows + PART - 1) / PART, part -> judge(part, rows, classes, known));
    int correct = 0;
    for (int n = 0; n < rows; n++) {
      if (best[n] == batch.labels()[n]) {
        correct++;
      }
      if (predictions != null) {
        predictions.count(batch.labels()[n], best[n], confidence[n]);
      }
    }
    return correct;
  }

  private void judge(int part, int rows, int classes, int[] known) {
    for (int n = part * PART; n < Math.min(rows, (part + 1) * PART); n++) {
      boolean[] competing = competition.of(known[n]);
      best[n] = best(scores, n * classes, competing);
      if (predictions != null) {
        confidence[n] = confidence(n * classes, competing, best[n]);
      }
    }
  }

  /** A readout's scores are no logits. */
  private double confidence(int offset, boolean[] competing, int predicted) {
    return answering.givesLogits()
        ? Predictions.confidence(scores, offset, competing, predicted)
        : Double.NaN;
  }

  /** The highest score among those that compete; the first of equals, -1 if all are NaN. */
  static int best(double[] scores, int offset, boolean[] competing) {
    int best = -1;
    double highest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < competing.length; c++) {
      if (competing[c] && scores[offset + c] > highest) {
        highest = scores[offset + c];
        best = c;
      }
    }
    return best;
  }

  void close() {
    answering.close();
    assembler.close();
  }
}
