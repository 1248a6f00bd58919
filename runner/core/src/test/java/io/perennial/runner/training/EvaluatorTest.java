package io.perennial.runner.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Examples;
import io.perennial.api.GradientTransform;
import io.perennial.api.Learner;
import io.perennial.api.RandomSource;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.models.Activation;
import io.perennial.models.Mlp;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class EvaluatorTest {
  private static final double[] WRONG = {0, 0, 1, 0};
  private static final double[] RIGHT = {0, 0, 0, 1};

  @ParameterizedTest
  @EnumSource(Setting.class)
  void onlyWhoIsToldTheTaskAnswersWithItsParameters(Setting setting) {
    Selecting transform = new Selecting();
    boolean told = setting.taskKnownAtTest();
    assertThat(accuracy(setting, transform)).isEqualTo(told ? 1 : 0);
    assertThat(transform.asked).isEqualTo(told ? List.of(0) : List.of());
  }

  private static double accuracy(Setting setting, GradientTransform transform) {
    Examples ones = new Ones();
    Task task = new Task(0, "a", new long[] {1}, new int[] {0, 1}, ones, ones, ones);
    List<Task> tasks = List.of(task);
    try (Workers workers = new Workers(1)) {
      Mlp model =
          new Mlp(
              new long[] {1},
              List.of(),
              2,
              Activation.RELU,
              DataType.FLOAT,
              new RandomSource(1),
              workers);
      Vectors.write(WRONG, model.parameters());
      Competition competition = new Competition(setting, tasks);
      competition.resize(2);
      Roles roles = new Roles(List.of(new Stage("selecting", 0, transform)));
      Evaluator evaluator =
          new Evaluator(setting, tasks, roles, competition, model, workers, RowReader.Slot::run);
      double accuracy = evaluator.accuracy(model, 0);
      double[] left = new double[WRONG.length];
      Vectors.read(model.parameters(), left);
      assertThat(left).containsExactly(WRONG);
      evaluator.close();
      model.close();
      return accuracy;
    }
  }

  /** Has the right parameters for each task. */
  private static final class Selecting implements GradientTransform {
    final List<Integer> asked = new ArrayList<>();

    @Override
    public void transform(Learner learner, INDArray gradient) {}

    @Override
    public boolean selectParameters(int task, INDArray parameters) {
      asked.add(task);
      Vectors.write(RIGHT, parameters);
      return true;
    }
  }

  /** Three examples of class 1. */
  private record Ones() implements Examples {
    @Override
    public int size() {
      return 3;
    }

    @Override
    public int label(int index) {
      return 1;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
      destination[offset] = 1;
    }
  }
}
