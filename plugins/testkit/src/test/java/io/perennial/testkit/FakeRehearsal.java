package io.perennial.testkit;

import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.Rehearsal;
import io.perennial.api.Rows;
import io.perennial.api.State;
import io.perennial.api.Task;
import io.perennial.models.Vectors;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** From the second task on, one example of the first, as a label and as probabilities. */
final class FakeRehearsal implements Rehearsal {
  enum Fault {
    NONE,
    NOTHING,
    NEGATIVE_MASS,
    NEGATIVE_WEIGHT,
    OTHER_LABEL,
    LABEL_OF_THE_FUTURE,
    TASK_OF_THE_FUTURE,
    NOT_FINITE,
    TOO_NARROW,
    SUM_OF_TWO,
    PROBABILITY_ELSEWHERE
  }

  record Settings(@Description(value = "What is wrong with it.", byDefault = "none") Fault fault) {}

  private final Fault fault;
  private @Nullable INDArray example;
  private int label;

  @Inject
  FakeRehearsal(Settings settings) {
    this.fault = settings.fault();
  }

  @Override
  public void afterTask(Learner learner) {
    Task task = learner.task();
    if (example == null) {
      float[] features = new float[Math.toIntExact(task.shape()[0])];
      task.training().read(0, features, 0);
      features[0] = fault == Fault.NOT_FINITE ? Float.NaN : features[0];
      long width = fault == Fault.TOO_NARROW ? features.length - 1 : features.length;
      example = Vectors.create(learner.model().dataType(), 1, width);
      Vectors.write(features, Math.toIntExact(width), example);
      label = task.training().label(0);
    }
  }

  @Override
  public double mass(Learner learner) {
    if (fault == Fault.NEGATIVE_MASS) {
      return -1;
    }
    return example == null || fault == Fault.NOTHING ? 0 : 1;
  }

  @Override
  public void rehearse(Learner learner, Rows rows) {
    INDArray features = Objects.requireNonNull(example);
    int classes = learner.model().classes();
    int[] task = {fault == Fault.TASK_OF_THE_FUTURE ? learner.task().index() + 1 : 0};
    int wrong = fault == Fault.OTHER_LABEL ? 2 : label;
    int[] labels = {fault == Fault.LABEL_OF_THE_FUTURE ? classes : wrong};
    rows.add(features, labels, task, fault == Fault.NEGATIVE_WEIGHT ? -1 : 1);
    double[] p = new double[classes];
    p[label] = fault == Fault.SUM_OF_TWO ? 2 : 0.75;
    p[fault == Fault.PROBABILITY_ELSEWHERE ? 2 : 1 - label] += 0.25;
    INDArray soft = Vectors.create(features.dataType(), 1, classes);
    Vectors.write(p, soft);
    rows.addSoft(features, soft, task, 1);
  }

  @Override
  public long bytesKept(Composition composition, Expansion.Size parameters) {
    return example(composition.model()) * Float.BYTES;
  }

  private static long example(Model model) {
    return Arrays.stream(model.inputShape()).reduce(1, (a, b) -> a * b);
  }

  @Override
  public State save() {
    return example == null
        ? State.EMPTY
        : State.builder().tensor("example", example).value("label", (long) label).build();
  }

  @Override
  public void restore(State state) {
    if (!state.isEmpty()) {
      example = Vectors.copyOf(state.tensor("example"));
      label = (int) state.integer("label");
    }
  }
}
