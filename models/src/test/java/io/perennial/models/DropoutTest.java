package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class DropoutTest {
  private final Workers workers = new Workers(2);
  private final RandomSource random = new RandomSource(3);
  private final CrossEntropy objective = new CrossEntropy();

  @AfterEach
  void stop() {
    workers.close();
  }

  private Mlp model(Activation activation, double rate, DataType type) {
    return new Mlp(
        new long[] {4},
        new MlpFactory.Settings(List.of(30, 20), activation, rate, Initialization.SCALED),
        3,
        type,
        new RandomSource(5),
        workers);
  }

  private static double[] logits(Mlp model, INDArray x, boolean training) {
    return Tensors.values(model.forward(x, new int[(int) x.size(0)], training));
  }

  @Test
  void unitsAreDroppedAsOftenAsAskedAndTheRestMakesUpForIt() {
    int units = 20_000;
    double[] factors = new double[units];
    DoubleKernels.INSTANCE.drop(factors, random.nextLong(), 7, 0.3, units);
    int kept = 0;
    for (double factor : factors) {
      assertThat(factor).isIn(0.0, 1 / 0.7);
      kept += factor > 0 ? 1 : 0;
    }
    // Four standard deviations.
    assertThat((double) kept / units).isCloseTo(0.7, within(4 * Math.sqrt(0.21 / units)));
    float[] floats = new float[units];
    FloatKernels.INSTANCE.drop(floats, 11, 7, 0.3, units);
    DoubleKernels.INSTANCE.drop(factors, 11, 7, 0.3, units);
    for (int i = 0; i < units; i++) {
      assertThat(floats[i]).isEqualTo((float) factors[i]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientIsTheFiniteDifferenceUnderTheSameMask(Activation activation) {
    INDArray x = Tensors.random(DataType.DOUBLE, random, 5, 4);
    Batch batch = Tensors.batch(x, random.ints(5, 0, 3).toArray(), 3);
    try (Mlp model = model(activation, 0.4, DataType.DOUBLE)) {
      State before = model.save();
      double[] theta = Tensors.values(model.parameters());
      INDArray delta = Vectors.create(DataType.DOUBLE, 5, 3);
      INDArray gradient = Vectors.create(DataType.DOUBLE, theta.length);
      objective.loss(batch, model.forward(x, batch.tasks(), true), delta);
      model.backward(delta, gradient);
      double[] exact = Tensors.values(gradient);
      for (int i = 0; i < theta.length; i++) {
        double[] loss = new double[2];
        for (int side = 0; side < 2; side++) {
          model.restore(before);
          double[] moved = theta.clone();
          moved[i] += (side == 0 ? 1 : -1) * 1e-6;
          Vectors.write(moved, model.parameters());
          loss[side] = objective.loss(batch, model.forward(x, batch.tasks(), true), delta);
          Vectors.write(theta, model.parameters());
        }
        assertThat(exact[i]).isCloseTo((loss[0] - loss[1]) / 2e-6, within(2e-8));
      }
    }
  }

  @Test
  void onlyTrainingDropsAndEachPassDropsOthers() {
    INDArray x = Tensors.random(DataType.FLOAT, random, 8, 4);
    try (Mlp model = model(Activation.RELU, 0.5, DataType.FLOAT);
        Mlp plain = model(Activation.RELU, 0, DataType.FLOAT)) {
      double[] expected = logits(plain, x, false);
      assertThat(logits(model, x, false)).containsExactly(expected);
      double[] first = logits(model, x, true);
      assertThat(first).isNotEqualTo(expected);
      assertThat(logits(model, x, true)).isNotEqualTo(first);
      assertThat(logits(model, x, false)).containsExactly(expected);
      assertThat(logits(plain, x, true)).containsExactly(expected);
      assertThat(plain.save().parts()).isEmpty();
    }
  }

  @Test
  void restoredAndCopiedNetworksDropTheSame() {
    INDArray x = Tensors.random(DataType.FLOAT, random, 8, 4);
    try (Mlp model = model(Activation.TANH, 0.5, DataType.FLOAT);
        Mlp other = model(Activation.TANH, 0.5, DataType.FLOAT)) {
      logits(model, x, true);
      other.restore(model.save());
      try (Mlp copy = model.copy()) {
        double[] next = logits(model, x, true);
        assertThat(logits(other, x, true)).containsExactly(next);
        assertThat(logits(copy, x, true)).containsExactly(next);
      }
    }
  }

  @Test
  void bitsDoNotDependOnThreads() {
    List<String> hashes = new ArrayList<>();
    for (int threads = 1; threads <= 3; threads++) {
      RandomSource seeded = new RandomSource(5);
      try (Workers own = new Workers(threads);
          Mlp model =
              new Mlp(
                  new long[] {200},
                  new MlpFactory.Settings(
                      List.of(150, 90), Activation.RELU, 0.5, Initialization.SCALED),
                  4,
                  DataType.FLOAT,
                  seeded,
                  own)) {
        INDArray x = Tensors.random(DataType.FLOAT, seeded, 300, 200);
        INDArray gradient = Vectors.create(DataType.FLOAT, model.parameterCount());
        model.backward(model.forward(x, new int[300], true), gradient);
        hashes.add(Vectors.sha256(gradient));
      }
    }
    assertThat(hashes).allMatch(hashes.get(0)::equals);
  }

  @Test
  void ratesThatDropEverythingAreRefused() {
    assertThatThrownBy(() -> model(Activation.RELU, 1, DataType.FLOAT))
        .hasMessage("dropout must be at least 0 and below 1, not 1.0");
  }
}
