package io.perennial.runner.training;

import io.perennial.api.FeatureExtractor;
import io.perennial.api.GradientTransform;
import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.Setting;
import io.perennial.models.Describable;
import io.perennial.models.DescribableRouter;
import io.perennial.models.OperatorGraph;
import io.perennial.models.Vectors;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How a composition answers: through its router, its task's parameters and its readout. */
final class Answering {
  private final Setting setting;
  private final Roles roles;
  private final ScoreArrays readoutScores;

  Answering(Setting setting, Roles roles, DataType dataType) {
    this.setting = setting;
    this.roles = roles;
    this.readoutScores = new ScoreArrays(dataType);
  }

  /** Whether examples are sent to a task's expert without a label. */
  boolean routes() {
    return roles.router.isPresent();
  }

  /** Whether scores are a network's logits. */
  boolean givesLogits() {
    return roles.readout.isEmpty();
  }

  /**
   * Works on rows of one task, with that task's parameters where those who are told the task have
   * parameters for it.
   */
  void as(Model model, int task, Runnable work) {
    if (roles.transforms.isEmpty() || !setting.taskKnownAtTest()) {
      work.run();
      return;
    }
    INDArray live = model.parameters();
    INDArray held = Vectors.copyOf(live);
    try {
      for (GradientTransform transform : roles.transforms) {
        transform.selectParameters(task, live);
      }
      work.run();
    } finally {
      Vectors.assign(held, live);
      held.close();
    }
  }

  /**
   * Scores each class for each row.
   *
   * @param tasks {@code [N]}, the rows' tasks; looked at only where the setting knows them, or to
   *     measure
   * @param measured whether the router is told how right it was
   * @param answered {@code [N]}, overwritten with the tasks that the answers are given for: the
   *     known or inferred ones, or -1
   * @return {@code [N, C]}, valid until the next call
   */
  INDArray scores(Model model, INDArray features, int[] tasks, boolean measured, int[] answered) {
    Arrays.fill(answered, -1);
    roles.router.ifPresent(
        router -> {
          router.route(features, answered);
          if (measured) {
            router.measured(tasks, answered);
          }
        });
    if (setting.taskKnownAtTest()) {
      System.arraycopy(tasks, 0, answered, 0, answered.length);
    }
    if (roles.readout.isPresent() && model instanceof FeatureExtractor extractor) {
      INDArray seen = extractor.features(features, answered);
      INDArray result = readoutScores.of(answered.length, model.classes());
      roles.readout.get().score(seen, result);
      return result;
    }
    return model.forward(features, answered, false);
  }

  /**
   * Says how it answers.
   *
   * @param tasks how many were learned
   * @param task of the examples, -1 if it is not known
   * @throws InputException if a part of it cannot be described
   */
  Description describe(Model model, OperatorGraph graph, String features, int tasks, int task) {
    if (roles.readout.isPresent()) {
      throw new InputException(
          "A readout answers in the place of the network's own outputs, and it cannot be exported. Export the weights, with --format safetensors.");
    }
    if (!(model instanceof Describable network)) {
      throw new InputException(
          "The model %s does not say what it computes (it is not Describable), so it cannot be exported to ONNX. Export the weights, with --format safetensors."
              .formatted(model.getClass().getSimpleName()));
    }
    if (setting.taskKnownAtTest() || roles.router.isEmpty()) {
      String[] logits = {""};
      as(model, task, () -> logits[0] = network.describe(graph, features, task));
      return new Description(logits[0], "");
    }
    if (!(roles.router.get() instanceof DescribableRouter router)) {
      throw new InputException(
          "The router %s does not say how it routes (it is not DescribableRouter), so the mixture cannot be exported to ONNX. Export the weights, with --format safetensors."
              .formatted(roles.router.get().getClass().getSimpleName()));
    }
    String expert = router.describeRoute(graph, features);
    String column = graph.add("Unsqueeze", expert, graph.integers("axes", 1));
    String logits = network.describe(graph, features, 0);
    for (int t = 1; t < tasks; t++) {
      String chosen = graph.add("Equal", column, graph.integers("expert", t));
      logits = graph.add("Where", chosen, network.describe(graph, features, t), logits);
    }
    return new Description(logits, expert);
  }

  /**
   * How a composition answers.
   *
   * @param logits the value {@code [N, C]}
   * @param expert the value {@code [N]}; empty without experts
   */
  record Description(String logits, String expert) {}

  void close() {
    readoutScores.close();
  }
}
