package io.perennial.runner.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.runner.result.Interval;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against published values. */
class StatisticsTest {
  /** Hours of sleep gained by ten patients with two drugs; Student, Biometrika 6, 1908. */
  private static final double[] DEXTRO = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};

  private static final double[] LAEVO = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

  /** Depression before and after; Hollander and Wolfe, Nonparametric Statistical Methods, 1973. */
  private static final double[] BEFORE = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};

  private static final double[] AFTER = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};

  @Test
  void studentsSleep() {
    PairedTest test = PairedTest.of(DEXTRO, LAEVO);
    // Student's mean 1.58 and deviation 1.23; t = -4.0621, p = 0.002833 and the interval in R.
    assertThat(test.pairs()).isEqualTo(10);
    assertThat(test.difference()).isEqualTo(-1.58, within(1e-12));
    assertThat(test.t()).isEqualTo(0.002833, within(1e-6));
    assertThat(test.interval95().low()).isEqualTo(-2.4598858, within(1e-6));
    assertThat(test.interval95().high()).isEqualTo(-0.7001142, within(1e-6));
    // -4.0621 / √10
    assertThat(test.effect()).isEqualTo(-1.28456, within(1e-5));
    assertThat(test.effect95().low()).isLessThan(-1.9);
    assertThat(test.effect95().high()).isBetween(-0.5, -0.2);
  }

  @Test
  void hollanderAndWolfesDepression() {
    // One-sided 0.019 in the book (T+ = 40 of 9 pairs): twice 10 of 512 subsets.
    assertThat(PairedTest.of(BEFORE, AFTER).wilcoxon()).isEqualTo(20 / 512.0, within(1e-12));
  }

  @Test
  void fiveSeedsOnOneSideAreTooFewForWilcoxon() {
    double[] better = {0.91, 0.92, 0.95, 0.93, 0.94};
    double[] worse = {0.81, 0.83, 0.82, 0.77, 0.75};
    assertThat(PairedTest.of(better, worse).wilcoxon()).isEqualTo(0.0625, within(1e-12));
    assertThat(PairedTest.lowestWilcoxon(5)).isEqualTo(0.0625);
    // Nor do ties help: all five differ by 0.1, which a normal approximation calls 0.04.
    assertThat(
            PairedTest.of(
                    new double[] {0.9, 0.8, 0.7, 0.6, 0.5}, new double[] {0.8, 0.7, 0.6, 0.5, 0.4})
                .wilcoxon())
        .isEqualTo(0.0625, within(1e-12));
    assertThat(PairedTest.pairsForWilcoxon(0.05, 1)).isEqualTo(6);
    assertThat(PairedTest.pairsForWilcoxon(0.05, 10)).isEqualTo(9);
  }

  @Test
  void whatCannotBeTestedIsNot() {
    double[] values = {0.5, 0.6, 0.7};
    PairedTest same = PairedTest.of(values, values);
    assertThat(same.t()).isEqualTo(1);
    assertThat(same.wilcoxon()).isEqualTo(1);
    assertThat(same.effect()).isNaN();
    PairedTest shifted = PairedTest.of(values, new double[] {0.4, 0.5, 0.6});
    assertThat(shifted.difference()).isEqualTo(0.1, within(1e-12));
    assertThat(shifted.t()).isNaN();
    assertThat(shifted.interval95()).isEqualTo(Interval.NONE);
    PairedTest none = PairedTest.of(new double[0], new double[0]);
    assertThat(none.pairs()).isZero();
    assertThat(none.difference()).isNaN();
    assertThat(PairedTest.of(new double[] {1}, new double[] {2}).t()).isNaN();
  }

  @Test
  void holmsCorrection() {
    // As p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") in R: 0.03 0.06 0.06 0.02
    assertThat(Holm.correct(0.01, 0.04, 0.03, 0.005))
        .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-12));
    assertThat(Holm.correct(0.5, Double.NaN, 0.9))
        .containsExactly(new double[] {1, Double.NaN, 1}, within(1e-12));
    assertThat(Holm.correct()).isEmpty();
  }

  /** Four classifiers on 14 data sets; Demšar, JMLR 7, 2006, section 3.2.2. */
  @Test
  void demsarsExample() {
    Ranking ranking = Ranking.ofRanks(14, 3.143, 2.000, 2.893, 1.964);
    assertThat(ranking.chiSquare()).isEqualTo(9.28, within(0.005));
    assertThat(ranking.statistic()).isEqualTo(3.69, within(0.005));
    // The critical value of F(3, 39) for 0.05 is 2.85.
    assertThat(ranking.probability()).isBetween(0.01, 0.03);
    assertThat(ranking.criticalDifference()).isEqualTo(1.25, within(0.005));
    // z of C4.5 and C4.5+m+cf is 2.416 there, p = 0.016.
    assertThat(ranking.probability(0, 3)).isEqualTo(0.016, within(0.0005));
  }

  @Test
  void ranksAreMeansOverScenariosAndTiesShare() {
    Ranking ranking =
        Ranking.of(new double[][] {{0.9, 0.8, 0.7}, {0.5, 0.6, 0.4}, {0.3, 0.3, 0.2}});
    assertThat(ranking.ranks()).containsExactly(new double[] {4.5 / 3, 4.5 / 3, 3}, within(1e-12));
    assertThat(ranking.groups()).containsExactly(List.of(0, 1, 2));
    double[][] agreed = new double[30][];
    java.util.Arrays.fill(agreed, new double[] {0.7, 0.9, 0.8});
    Ranking unanimous = Ranking.of(agreed);
    assertThat(unanimous.probability()).isZero();
    assertThat(unanimous.groups()).isEmpty();
    assertThat(Ranking.ofRanks(20, new double[21]).criticalDifference()).isNaN();
    // Nobody differs anywhere.
    Ranking level = Ranking.of(new double[][] {{0.5, 0.5}, {0.7, 0.7}});
    assertThat(level.chiSquare()).isZero();
    assertThat(level.probability()).isEqualTo(1);
  }

  @Test
  void groupsOverlapWhereNeighboursAreNear() {
    // The difference for 3 in 30 scenarios: 2.343 √(12/180) = 0.605
    assertThat(Ranking.ofRanks(30, 2.5, 1.5, 2.0).groups())
        .containsExactly(List.of(1, 2), List.of(2, 0));
  }
}
