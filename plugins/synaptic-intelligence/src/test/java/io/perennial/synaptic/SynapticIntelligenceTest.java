package io.perennial.synaptic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.ParameterMap;
import io.perennial.models.Vectors;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Small cases, computed by hand. */
class SynapticIntelligenceTest {
  private static INDArray vector(double... values) {
    INDArray array = Vectors.create(DataType.DOUBLE, values.length);
    Vectors.write(values, array);
    return array;
  }

  private static void step(PathIntegral path, INDArray from, INDArray gradient, INDArray to) {
    path.begin(from, gradient);
    path.end(to);
  }

  @Test
  void theWorkOfTwoStepsPerSquaredDistance() {
    PathIntegral path = new PathIntegral();
    step(path, vector(1, 0, 5), vector(-2, 1, 0), vector(1.5, -1, 5)); // moves .5, -1, 0
    step(path, vector(1.5, -1, 5), vector(1, 2, 3), vector(1.25, 0, 5)); // moves -.25, 1, 0
    // ω = 2·.5 + 1·.25 = 1.25; 1·1 - 2·1 = -1; 0. Δ = .25; 0; 0. ξ = .5.
    assertThat(path.perSquaredDistance(3, 0.5))
        .containsExactly(new double[] {1.25 / 0.5625, -1 / 0.5, 0}, within(1e-15));
    path.reset();
    assertThat(path.perSquaredDistance(3, 0.5)).containsExactly(0, 0, 0);
  }

  /** What the paper shows for it: on a quadratic, small steps add up to the whole descent. */
  @Test
  void theWorkAddsUpToTheDescent() {
    PathIntegral path = new PathIntegral();
    double[] curvature = {3, 0.5, 0};
    double[] theta = {1, -2, 7};
    double start = 0;
    double end = 0;
    for (int i = 0; i < 3; i++) {
      start += curvature[i] / 2 * theta[i] * theta[i];
    }
    for (int s = 0; s < 2_000; s++) {
      double[] gradient = new double[3];
      double[] next = theta.clone();
      for (int i = 0; i < 3; i++) {
        gradient[i] = curvature[i] * theta[i];
        next[i] -= 1e-3 * gradient[i];
      }
      step(path, vector(theta), vector(gradient), vector(next));
      theta = next;
    }
    double[] work = path.perSquaredDistance(3, 1);
    double[] distance = {1 - theta[0], -2 - theta[1], 7 - theta[2]};
    double total = 0;
    for (int i = 0; i < 3; i++) {
      end += curvature[i] / 2 * theta[i] * theta[i];
      total += work[i] * (distance[i] * distance[i] + 1);
    }
    assertThat(total).isCloseTo(start - end, within(5e-3 * start));
    assertThat(work[2]).isZero();
  }

  @Test
  void copiesShareTheWorkAndScaledOnesGoAsFarAsTheirScale() {
    PathIntegral path = new PathIntegral();
    step(path, vector(0, 0), vector(-4, -1), vector(1, 2)); // ω = 4, 2; Δ = 1, 2
    // Parameter 0 twice, halved: each goes half as far and does half of the work.
    path.remap(new ParameterMap(2, new int[] {0, -1, 0, 1}, new double[] {.5, 1, .5, 1}));
    assertThat(path.perSquaredDistance(4, 1))
        .containsExactly(new double[] {2 / 1.25, 0, 2 / 1.25, 2 / 5.0}, within(1e-15));
    // It goes on with as many parameters as there are now.
    step(path, vector(0, 0, 0, 0), vector(0, -1, 0, 0), vector(0, 3, 0, 0));
    assertThat(path.perSquaredDistance(4, 1)[1]).isCloseTo(3 / 10.0, within(1e-15));
  }
}
