package io.perennial.runner.training;

import io.perennial.api.FeatureExtractor;
import io.perennial.api.GradientTransform;
import io.perennial.api.Model;
import io.perennial.api.Setting;
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

  void close() {
    readoutScores.close();
  }
}
