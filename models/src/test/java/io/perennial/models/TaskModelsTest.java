package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class TaskModelsTest {
  private final Workers workers = new Workers(1);

  private TaskModels models(RandomSource random, int inMemory, int count) {
    Mlp first =
        new Mlp(new long[] {4}, List.of(5), 2, Activation.RELU, DataType.FLOAT, random, workers);
    TaskModels models = new TaskModels(first, new int[0], inMemory);
    for (int t = 1; t < count; t++) {
      Model next = models.network(t - 1).copy();
      next.reinitialize(random);
      models.add(next, new int[0]);
      models.growClasses(2 + t, random);
    }
    return models;
  }

  /** What rests on disk answers as what stays in memory, to the bit, in any order. */
  @Property(tries = 30)
  void theLimitOfNetworksInMemoryShowsInNoBit(
      @ForAll @IntRange(min = 2, max = 4) int inMemory,
      @ForAll @IntRange(min = 1, max = 6) int count,
      @ForAll long seed) {
    RandomSource random = new RandomSource(seed);
    try (TaskModels all = models(new RandomSource(seed), Integer.MAX_VALUE, count);
        TaskModels few = models(new RandomSource(seed), inMemory, count);
        TaskModels restored = models(new RandomSource(seed + 1), inMemory, 1);
        Model copy = few.copy()) {
      restored.restore(few.save());
      for (int pass = 0; pass < 5; pass++) {
        int rows = 1 + random.nextInt(9);
        INDArray features = Tensors.random(DataType.FLOAT, random, rows, 4);
        int[] tasks = random.ints(rows, 0, count).toArray();
        INDArray delta = Tensors.random(DataType.FLOAT, random, rows, count + 1);
        String expected = bits(all, features, tasks, delta);
        assertThat(bits(few, features, tasks, delta)).isEqualTo(expected);
        assertThat(bits(restored, features, tasks, delta)).isEqualTo(expected);
        assertThat(bits(copy, features, tasks, delta)).isEqualTo(expected);
      }
      assertThat(few.parameterCount()).isEqualTo(all.parameterCount());
    }
  }

  private static String bits(Model model, INDArray features, int[] tasks, INDArray delta) {
    INDArray gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
    String logits = Vectors.sha256(model.forward(features, tasks, true));
    model.backward(delta, gradient);
    return logits + Vectors.sha256(gradient);
  }

  /** Without training a network may be given more rows than are its task's. */
  @Property(tries = 30)
  void rowsAnswerTogetherAsTheyDoAlone(
      @ForAll @IntRange(min = 2, max = 600) int rows, @ForAll long seed) {
    RandomSource random = new RandomSource(seed);
    try (TaskModels models = models(random, Integer.MAX_VALUE, 3)) {
      INDArray features = Tensors.random(DataType.FLOAT, random, rows, 4);
      int[] tasks = random.ints(rows, 0, 3).toArray();
      float[] together = Vectors.readFloats(models.forward(features, tasks, false));
      float[] all = Vectors.readFloats(features);
      try (INDArray one = Vectors.create(DataType.FLOAT, 1, 4)) {
        for (int n = 0; n < rows; n++) {
          Vectors.write(Arrays.copyOfRange(all, 4 * n, 4 * n + 4), 4, one);
          float[] alone = Vectors.readFloats(models.forward(one, new int[] {tasks[n]}, false));
          assertThat(Arrays.copyOfRange(together, 4 * n, 4 * n + 4))
              .containsExactly(alone, Offset.offset(1e-5f));
        }
      }
      INDArray delta = Tensors.random(DataType.FLOAT, random, rows, 4);
      assertThat(gradient(models, features, tasks, delta, false))
          .containsExactly(gradient(models, features, tasks, delta, true), Offset.offset(1e-3f));
    }
  }

  private static float[] gradient(
      Model model, INDArray features, int[] tasks, INDArray delta, boolean training) {
    try (INDArray gradient = Vectors.create(DataType.FLOAT, model.parameters().length())) {
      model.forward(features, tasks, training);
      model.backward(delta, gradient);
      return Vectors.readFloats(gradient);
    }
  }

  @Test
  void onlyATasksOwnClassesCanWin() {
    RandomSource random = new RandomSource(2);
    try (TaskModels models = models(random, 2, 1)) {
      models.add(models.network(0).copy(), new int[] {2, 3});
      models.growClasses(4, random);
      INDArray features = Tensors.random(DataType.FLOAT, random, 2, 4);
      double[] logits = Tensors.values(models.forward(features, new int[] {0, 1}, false));
      double[] unmasked = new double[8];
      models.readUnmasked(unmasked);
      float never = (float) TaskModels.CANNOT_WIN;
      double[] shown = Arrays.copyOf(unmasked, 8);
      shown[2] = shown[3] = shown[4] = shown[5] = never;
      assertThat(logits).containsExactly(shown);
      assertThat(Math.abs(unmasked[4])).isLessThan(100);
      assertThat(models.ownClasses(0)).containsExactly(0, 1);
      assertThat(models.ownClasses(1)).containsExactly(2, 3);
      assertThatThrownBy(() -> models.restore(models.save()))
          .hasMessage("A state is restored into a model of one network, not of 2");
    }
  }
}
