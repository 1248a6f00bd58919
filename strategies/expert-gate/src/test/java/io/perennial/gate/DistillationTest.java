package io.perennial.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import io.perennial.models.Activation;
import io.perennial.models.Mlp;
import io.perennial.models.TaskModels;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class DistillationTest {
  private static final int ROWS = 3;

  /** In the class-incremental way: the old expert knows classes 0 and 1, the new one learns 2. */
  @Test
  void gradientEqualsFiniteDifferencesInTheParameters() {
    RandomSource random = new RandomSource(3);
    try (Workers workers = new Workers(1);
        TaskModels experts = experts(random, workers)) {
      INDArray features = Vectors.create(DataType.DOUBLE, ROWS, 4);
      Vectors.write(random.doubles(ROWS * 4, -1, 1).toArray(), features);
      int[] tasks = new int[ROWS];
      Arrays.fill(tasks, 1);
      boolean[][] competing = new boolean[ROWS][];
      Arrays.fill(competing, new boolean[] {true, true, true});
      Batch batch =
          new Batch(
              features,
              new int[] {2, 2, 2},
              tasks,
              new int[ROWS],
              new double[] {0.5, 0.2, 0.3},
              competing);
      Distillation distillation = new Distillation(1.5, 2);
      INDArray delta = Vectors.create(DataType.DOUBLE, ROWS, 3);
      INDArray gradient = Vectors.create(DataType.DOUBLE, experts.parameters().length());
      double[] theta = new double[(int) gradient.length()];
      Vectors.read(experts.parameters(), theta);
      loss(experts, distillation, batch, delta);
      experts.backward(delta, gradient);
      double[] exact = new double[theta.length];
      Vectors.read(gradient, exact);
      double step = 1e-6;
      double largest = 0;
      for (int i = 0; i < theta.length; i++) {
        double[] moved = theta.clone();
        moved[i] += step;
        Vectors.write(moved, experts.parameters());
        double up = loss(experts, distillation, batch, delta);
        moved[i] -= 2 * step;
        Vectors.write(moved, experts.parameters());
        double down = loss(experts, distillation, batch, delta);
        assertThat(exact[i]).isCloseTo((up - down) / (2 * step), within(1e-8));
        largest = Math.max(largest, Math.abs(exact[i]));
      }
      assertThat(largest).isGreaterThan(1e-3);
    }
  }

  private static double loss(
      TaskModels experts, Distillation distillation, Batch batch, INDArray delta) {
    experts.forward(batch.features(), batch.tasks(), true);
    Vectors.zero(delta);
    return distillation.add(experts, 0, batch, delta);
  }

  private static TaskModels experts(RandomSource random, Workers workers) {
    Mlp first = mlp(2, random, workers);
    TaskModels experts = new TaskModels(first, new int[] {0, 1}, 2);
    Mlp second = mlp(2, random, workers);
    second.growClasses(3, random);
    experts.add(second, new int[] {2});
    return experts;
  }

  private static Mlp mlp(int classes, RandomSource random, Workers workers) {
    return new Mlp(
        new long[] {4}, List.of(5), classes, Activation.TANH, DataType.DOUBLE, random, workers);
  }
}
