package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Batch;
import io.perennial.api.PerExampleGradients.Power;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The number of threads shows in no bit, at shapes that are divided. */
class ThreadsTest {
  @ParameterizedTest
  @CsvSource({"FLOAT, RELU, 128", "FLOAT, TANH, 500", "DOUBLE, RELU, 77", "FLOAT, RELU, 2100"})
  void sameBits(DataType type, Activation activation, int rows) {
    assertThat(Sharding.of(rows, 100 * 200 + 200 * 150).count()).isGreaterThan(1);
    List<String> one = run(1, type, activation, rows);
    assertThat(run(2, type, activation, rows)).isEqualTo(one);
    assertThat(run(3, type, activation, rows)).isEqualTo(one);
    assertThat(run(1, type, activation, rows)).isEqualTo(one);
  }

  private static List<String> run(int threads, DataType type, Activation activation, int rows) {
    RandomSource random = new RandomSource(rows);
    List<String> bits = new ArrayList<>();
    try (Workers workers = new Workers(threads);
        Mlp model =
            new Mlp(new long[] {10, 10}, List.of(200, 150), 7, activation, type, random, workers)) {
      INDArray features = Tensors.random(type, random, rows, 10, 10);
      int[] labels = random.ints(rows, 0, 7).toArray();
      Batch batch = Tensors.batch(features, labels, 7);
      INDArray delta = Vectors.create(type, rows, 7);
      INDArray gradient = Vectors.create(type, model.parameters().length());
      INDArray fisher = Vectors.create(type, model.parameters().length());
      Sgd sgd = new Sgd(new Sgd.Settings(0.1, 0.9));
      for (int step = 0; step < 5; step++) {
        INDArray logits = model.forward(features, batch.tasks(), true);
        bits.add(Vectors.sha256(logits));
        new CrossEntropy().loss(batch, logits, delta);
        model.backward(delta, gradient);
        bits.add(Vectors.sha256(gradient));
        model.accumulate(List.of(delta, delta), Power.SQUARE, fisher);
        model.accumulate(List.of(delta), Power.ABSOLUTE, fisher);
        sgd.step(model.parameters(), gradient, Optional.empty());
      }
      bits.add(Vectors.sha256(fisher));
      bits.add(Vectors.sha256(model.parameters()));
    }
    return bits;
  }
}
