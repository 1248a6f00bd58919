package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.RandomSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class AutoencoderTest {
  private final Workers workers = new Workers(2);
  private final RandomSource random = new RandomSource(4);

  @AfterEach
  void stop() {
    workers.close();
  }

  private Autoencoder autoencoder(
      int inputs, List<Integer> hidden, Likelihood likelihood, DataType type) {
    return new Autoencoder(inputs, hidden, Activation.TANH, likelihood, type, random, workers);
  }

  @ParameterizedTest
  @EnumSource(Likelihood.class)
  void gradientIsTheFiniteDifference(Likelihood likelihood) {
    int rows = 5;
    INDArray x = Tensors.of(DataType.DOUBLE, random.doubles(rows * 6L).toArray(), rows, 6);
    double[] weights = {0.3, 0.2, 0, 0.4, 0.1};
    try (Autoencoder net = autoencoder(6, List.of(4, 3, 4), likelihood, DataType.DOUBLE)) {
      double[] theta = Tensors.values(net.parameters());
      INDArray gradient = Vectors.create(DataType.DOUBLE, theta.length);
      net.loss(x, weights, gradient);
      double[] exact = Tensors.values(gradient);
      double h = 1e-5;
      for (int i = 0; i < theta.length; i++) {
        double[] moved = theta.clone();
        moved[i] += h;
        Vectors.write(moved, net.parameters());
        double above = weighted(net.errors(x), weights);
        moved[i] -= 2 * h;
        Vectors.write(moved, net.parameters());
        double below = weighted(net.errors(x), weights);
        assertThat((above - below) / (2 * h)).isCloseTo(exact[i], within(1e-8));
      }
    }
  }

  private static double weighted(double[] errors, double[] weights) {
    double sum = 0;
    for (int n = 0; n < errors.length; n++) {
      sum += weights[n] * errors[n];
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(Likelihood.class)
  void floatIsCloseToDouble(Likelihood likelihood) {
    int rows = 150;
    int inputs = 300;
    double[] values = random.doubles((long) rows * inputs).toArray();
    double[] weights = new double[rows];
    Arrays.fill(weights, 1.0 / rows);
    try (Autoencoder wide = autoencoder(inputs, List.of(60), likelihood, DataType.DOUBLE);
        Autoencoder narrow = autoencoder(inputs, List.of(60), likelihood, DataType.FLOAT)) {
      double[] theta = Tensors.values(wide.parameters());
      for (int i = 0; i < theta.length; i++) {
        theta[i] *= 5; // Into the sigmoid's tails.
      }
      Vectors.write(theta, wide.parameters());
      Vectors.write(theta, narrow.parameters());
      INDArray exact = Vectors.create(DataType.DOUBLE, theta.length);
      INDArray rounded = Vectors.create(DataType.FLOAT, theta.length);
      double loss = wide.loss(Tensors.of(DataType.DOUBLE, values, rows, inputs), weights, exact);
      double close =
          narrow.loss(Tensors.of(DataType.FLOAT, values, rows, inputs), weights, rounded);
      assertThat(close).isCloseTo(loss, within(1e-5 * loss));
      double scale = Arrays.stream(Tensors.values(exact)).map(Math::abs).max().orElseThrow();
      assertThat(Tensors.values(rounded))
          .containsExactly(Tensors.values(exact), within(1e-5 * scale));
    }
  }

  @Test
  void anUndercompleteOneToldApartWhatItSaw() {
    int rows = 64;
    double[] seen = new double[rows * 8];
    double[] unseen = new double[rows * 8];
    double[] weights = new double[rows];
    for (int n = 0; n < rows; n++) {
      weights[n] = 1.0 / rows;
      for (int i = 0; i < 8; i++) {
        double value = random.nextDouble();
        seen[n * 8 + i] = i < 4 ? value : 0;
        unseen[n * 8 + i] = i < 4 ? 0 : value;
      }
    }
    try (Autoencoder net = autoencoder(8, List.of(4), Likelihood.BERNOULLI, DataType.FLOAT)) {
      INDArray x = Tensors.of(DataType.FLOAT, seen, rows, 8);
      INDArray gradient = Vectors.create(DataType.FLOAT, net.parameters().length());
      Adam adam = new Adam(new Adam.Settings(1e-2, 0.9, 0.999, 1e-8));
      for (int step = 0; step < 300; step++) {
        net.loss(x, weights, gradient);
        adam.step(net.parameters(), gradient, Optional.empty());
      }
      double[] known = net.errors(x);
      double[] unknown = net.errors(Tensors.of(DataType.FLOAT, unseen, rows, 8));
      assertThat(Arrays.stream(known).average().orElseThrow())
          .isLessThan(Arrays.stream(unknown).average().orElseThrow() / 2);
    }
  }

  @Test
  void copyAndRestoreHaveTheSameErrors() {
    INDArray x = Tensors.random(DataType.FLOAT, random, 9, 6);
    try (Autoencoder net = autoencoder(6, List.of(3), Likelihood.GAUSSIAN, DataType.FLOAT);
        Autoencoder copy = net.copy();
        Autoencoder other = autoencoder(6, List.of(3), Likelihood.GAUSSIAN, DataType.FLOAT);
        Autoencoder wider = autoencoder(6, List.of(4), Likelihood.GAUSSIAN, DataType.FLOAT)) {
      assertThat(other.errors(x)).isNotEqualTo(net.errors(x));
      other.restore(net.save());
      assertThat(other.errors(x)).isEqualTo(net.errors(x));
      assertThat(copy.errors(x)).isEqualTo(net.errors(x));
      assertThatThrownBy(() -> wider.restore(net.save())).hasMessageContaining("[6, 3, 6]");
    }
  }
}
