package io.perennial.runner.training;

import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.State;
import io.perennial.models.OperatorGraph;
import io.perennial.models.TaskModels;
import io.perennial.models.Vectors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Answers for examples without labels, as the run's own evaluation does. One caller at a time. */
public final class Predictor implements AutoCloseable {
  /** The rows that are answered together; those of an evaluation. */
  public static final int BATCH = Evaluator.BATCH;

  private final Plan plan;
  private final Training training;
  private final Competition competition;
  private final Answering answering;
  private final SizedBuffers<INDArray> inputs;
  private final int tasksDone;
  private double[] scores = {};
  private int[] tasks = {};
  private int[] answered = {};

  /**
   * Takes over a plan's model, with what was learned.
   *
   * @param state what {@link Training#save} gave
   */
  public Predictor(Plan plan, State state) {
    this.plan = plan;
    this.training = new Training(plan, new Stopwatch(), List.of());
    training.restore(state);
    Model model = training.model();
    this.tasksDone = training.parameterCounts().size();
    this.competition = new Competition(plan.setting(), plan.stream().tasks());
    competition.resize(model.classes());
    this.answering = new Answering(plan.setting(), new Roles(plan.stages()), model.dataType());
    this.inputs = new SizedBuffers<>(this::input);
  }

  private INDArray input(int rows) {
    long[] example = training.model().inputShape();
    long[] shape = new long[example.length + 1];
    shape[0] = rows;
    System.arraycopy(example, 0, shape, 1, example.length);
    return Nd4j.create(training.model().dataType(), shape, 'c');
  }

  /** The model. */
  public Model model() {
    return training.model();
  }

  /** The composition it is part of. */
  public Plan plan() {
    return plan;
  }

  /** How many tasks were learned. */
  public int tasksDone() {
    return tasksDone;
  }

  /** Whether an answer needs to be told the example's task. */
  public boolean needsTask() {
    return plan.setting().taskKnownAtTest();
  }

  /** Whether each example is sent to the expert of a task. */
  public boolean routes() {
    return answering.routes() && !needsTask();
  }

  /**
   * Answers.
   *
   * @param features {@code [rows, …]}, the first ones of the array
   * @param rows how many, from 1 to {@link #BATCH}
   * @param task of all rows; -1 if it is not known
   * @param probabilities {@code [rows, C]}, overwritten: the softmax of the scores among the
   *     classes that compete, 0 for the others
   * @param experts {@code [rows]}, overwritten with the tasks whose experts answered, -1 where
   *     there are none
   * @throws InputException if the task is needed and not given, or is not known
   */
  public void predict(float[] features, int rows, int task, double[] probabilities, int[] experts) {
    requireTask(task);
    if (tasks.length != rows) {
      tasks = new int[rows];
      answered = new int[rows];
    }
    Arrays.fill(tasks, task);
    INDArray input = inputs.of(rows);
    Vectors.write(features, Math.toIntExact(input.length()), input);
    Model model = training.model();
    int classes = model.classes();
    if (scores.length < rows * classes) {
      scores = new double[rows * classes];
    }
    answering.as(
        model,
        task,
        () -> Vectors.read(answering.scores(model, input, tasks, false, answered), scores, 0));
    for (int n = 0; n < rows; n++) {
      softmax(n * classes, competition.of(answered[n]), probabilities);
    }
    System.arraycopy(answered, 0, experts, 0, rows);
  }

  /**
   * Says how it answers: values named {@code logits} and {@code probabilities} {@code [N, C]},
   * {@code label} {@code [N]} and, where there are experts, {@code expert} {@code [N]}.
   *
   * @param graph to add to
   * @param features the value with the examples, {@code [N, …]}
   * @param task of all examples, -1 if it is not known
   * @return the names of the outputs in the graph, by what they are
   * @throws InputException if the task is needed and not given, or a part cannot be exported
   */
  public Map<String, String> describe(OperatorGraph graph, String features, int task) {
    requireTask(task);
    Answering.Description answer =
        answering.describe(training.model(), graph, features, tasksDone, task);
    boolean[] competing = competition.of(task);
    float[] lower = new float[competing.length];
    boolean all = true;
    for (int c = 0; c < lower.length; c++) {
      lower[c] = competing[c] ? 0 : (float) TaskModels.CANNOT_WIN;
      all &= competing[c];
    }
    String logits = answer.logits();
    if (!all) {
      long[] row = {1, lower.length};
      logits = graph.add("Add", logits, graph.constant("ofOtherTasks", row, lower));
    }
    Map<String, String> outputs = new LinkedHashMap<>();
    outputs.put("logits", logits);
    outputs.put("probabilities", graph.add("Softmax", Map.of("axis", 1L), logits));
    outputs.put("label", graph.add("ArgMax", Map.of("axis", 1L, "keepdims", 0L), logits));
    if (!answer.expert().isEmpty()) {
      outputs.put("expert", answer.expert());
    }
    return outputs;
  }

  /**
   * Looks whether examples of a task can be answered.
   *
   * @param task -1 if it is not known
   * @throws InputException if it is needed and not given, or was not learned
   */
  public void requireTask(int task) {
    if (needsTask() && task < 0) {
      throw new InputException(
          "The model was taught in the task-incremental setting, where the task of an example is known. Say which one it is with --task, by its name or its number from 1: %s."
              .formatted(names()));
    }
    if (task >= tasksDone) {
      throw new InputException(
          "Task %d was not learned yet; there are %s.".formatted(task + 1, names()));
    }
  }

  private String names() {
    StringBuilder names = new StringBuilder();
    for (int t = 0; t < tasksDone; t++) {
      names
          .append(t == 0 ? "" : ", ")
          .append(t + 1)
          .append(" '")
          .append(plan.stream().tasks().get(t).name())
          .append('\'');
    }
    return names.toString();
  }

  private void softmax(int offset, boolean[] competing, double[] probabilities) {
    double highest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < competing.length; c++) {
      highest = competing[c] ? Math.max(highest, scores[offset + c]) : highest;
    }
    double sum = 0;
    for (int c = 0; c < competing.length; c++) {
      probabilities[offset + c] = competing[c] ? Math.exp(scores[offset + c] - highest) : 0;
      sum += probabilities[offset + c];
    }
    for (int c = 0; c < competing.length; c++) {
      probabilities[offset + c] /= sum;
    }
  }

  @Override
  public void close() {
    inputs.close();
    answering.close();
    training.close();
  }
}
