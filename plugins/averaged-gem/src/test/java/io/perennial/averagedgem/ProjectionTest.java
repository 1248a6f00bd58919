package io.perennial.averagedgem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.RandomSource;
import io.perennial.models.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Equation 11, on random vectors and beside GEM's quadratic programme. */
class ProjectionTest {
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void whatDisagreesIsRemovedAndNothingElse(DataType type) {
    double rounding = type == DataType.DOUBLE ? 1e-14 : 1e-6;
    int projected = 0;
    for (int seed = 0; seed < 200; seed++) {
      RandomSource random = new RandomSource(seed);
      int length = 1 + random.nextInt(300);
      double scale = Math.pow(10, random.nextInt(9) - 4);
      try (INDArray g = random(type, length, 1, random);
          INDArray reference = random(type, length, scale, random)) {
        double[] before = values(g);
        double[] direction = values(reference);
        double product = dot(before, direction);
        boolean changed = AveragedGem.project(g, reference);
        double[] after = values(g);
        assertThat(changed).isEqualTo(product < 0);
        if (!changed) {
          assertThat(after).containsExactly(before);
          continue;
        }
        projected++;
        double share = product / dot(direction, direction);
        for (int i = 0; i < length; i++) {
          assertThat(after[i]).isCloseTo(before[i] - share * direction[i], within(10 * rounding));
        }
        double lengths = Math.sqrt(dot(before, before) * dot(direction, direction));
        assertThat(dot(after, direction) / lengths).isGreaterThan(-rounding);
        // The nearest such vector is never longer than the gradient was.
        assertThat(dot(after, after)).isLessThanOrEqualTo(dot(before, before) * (1 + rounding));
      }
    }
    assertThat(projected).isBetween(60, 140);
  }

  @Test
  void aGradientWithoutAReferenceStaysAsItIs() {
    try (INDArray g = vector(3, -4);
        INDArray none = vector(0, 0)) {
      assertThat(AveragedGem.project(g, none)).isFalse();
      assertThat(values(g)).containsExactly(3, -4);
    }
  }

  /**
   * GEM's solution {@code g + Gᵀv} is at a right angle to {@code Gᵀv} (complementary slackness), so
   * that it is A-GEM's for the mean of its memories' gradients weighted by its multipliers. The
   * values were found by solving for each set of active constraints.
   */
  @Test
  void withGemsMultipliersItIsGemsProjection() {
    double[][] gradients = {
      {
        0.03653030025477938,
        -1.015475690994842,
        -0.46756175139766726,
        1.0459085460911586,
        -0.39657357704453516,
        0.5151878214561385,
        -0.7049984543054733
      },
      {
        -1.4238939797765802,
        -0.3995389596477867,
        -0.2869690887126394,
        0.13594873687473252,
        -0.8693753094968134,
        -0.39872757086338706,
        -0.7913629345355133
      },
      {
        -0.3067119543892159,
        0.02436910929277722,
        0.3082519168985043,
        0.7457667755207917,
        0.6406270223740999,
        -1.8488990924752857,
        1.1878758727657874
      }
    };
    double[] multipliers = {1.057511818576192, 0.6296389709634792, 0.5658682355896855};
    double[] reference = new double[7];
    for (int t = 0; t < 3; t++) {
      for (int i = 0; i < 7; i++) {
        reference[i] += multipliers[t] * gradients[t][i];
      }
    }
    try (INDArray weighted = vector(reference);
        INDArray g =
            vector(
                1.6133319261549546,
                0.9168440717772552,
                0.346446095821001,
                -2.0934713591765086,
                0.4039252959040812,
                0.1401110098468964,
                0.2261560718518382)) {
      assertThat(AveragedGem.project(g, weighted)).isTrue();
      assertThat(values(g))
          .containsExactly(
              new double[] {
                0.5818654577584119,
                -0.39480906746067057,
                -0.15426293557907428,
                -0.4798063583203158,
                -0.20033804118627485,
                -0.6123594648322674,
                -0.3454798451921932
              },
              within(1e-12));
    }
  }

  private static INDArray random(DataType type, int length, double scale, RandomSource random) {
    double[] drawn = new double[length];
    for (int i = 0; i < length; i++) {
      drawn[i] = scale * random.nextGaussian();
    }
    INDArray array = Vectors.create(type, length);
    Vectors.write(drawn, array);
    return array;
  }

  private static INDArray vector(double... values) {
    INDArray array = Vectors.create(DataType.DOUBLE, values.length);
    Vectors.write(values, array);
    return array;
  }

  private static double[] values(INDArray array) {
    double[] values = new double[Math.toIntExact(array.length())];
    Vectors.read(array, values);
    return values;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
