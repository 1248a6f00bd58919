package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.RandomSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

class LikelihoodTest {
  private static final int AT = 3;
  private static final int VALUES = 1500;

  /** Confident, wrong and undecided outputs, and the ends of what a tangent tells apart. */
  private static final double[] EXTREMES = {0, -0.0, 15.8, -15.82, 90, -90, 1e4, -1e4, 1e-30};

  @ParameterizedTest
  @EnumSource
  void theErrorAloneIsTheOneThatComesWithAGradient(Likelihood likelihood) {
    assertSame(likelihood, Kernels.of(DataType.FLOAT));
    assertSame(likelihood, Kernels.of(DataType.DOUBLE));
  }

  private static <A> void assertSame(Likelihood likelihood, Kernels<A> kernels) {
    RandomSource random = new RandomSource(7);
    double[] outputs = random.doubles(AT + VALUES, -9, 9).toArray();
    double[] targets = random.doubles(AT + VALUES, 0, 1).toArray();
    System.arraycopy(EXTREMES, 0, outputs, AT, EXTREMES.length);
    A t = values(kernels, targets);
    A scratch = kernels.array(AT + VALUES);
    A x = values(kernels, outputs);
    double with = likelihood.error(kernels, x, t, scratch, AT, VALUES, 0.3);
    x = values(kernels, outputs); // They were used up.
    double alone = likelihood.error(kernels, x, t, scratch, AT, VALUES);
    assertThat(alone).isEqualTo(with);
    double sum = 0;
    for (int j = AT; j < AT + VALUES; j++) {
      sum += expected(likelihood, outputs[j], targets[j]);
    }
    assertThat(alone).isCloseTo(sum, within(1e-6 * sum));
  }

  private static <A> A values(Kernels<A> kernels, double[] from) {
    A to = kernels.array(from.length);
    kernels.fromDouble(from, 0, to, 0, from.length);
    return to;
  }

  private static double expected(Likelihood likelihood, double x, double t) {
    return switch (likelihood) {
      case BERNOULLI -> Math.max(x, 0) - t * x + Math.log1p(Math.exp(-Math.abs(x)));
      case GAUSSIAN -> (x - t) * (x - t) / 2;
    };
  }
}
