package io.perennial.curriculum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Artefact;
import io.perennial.api.RandomSource;
import io.perennial.api.Task;
import io.perennial.models.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrdersTest {
  private static final OrderSettings SETTINGS =
      new OrderSettings(new ProbeSettings(16, 200, 60, 0.01));
  private static final double[] SPREADS = {0.8, 0.1, 2, 0.4};

  private final Workers workers = new Workers(1);
  private final Surveys surveys = new Surveys(workers);
  private final List<Task> tasks = tasks(0);

  @AfterEach
  void stop() {
    workers.close();
  }

  private static List<Task> tasks(int validation) {
    RandomSource random = new RandomSource(7);
    List<Task> tasks = new ArrayList<>();
    for (double spread : SPREADS) {
      Blobs training = Blobs.of(300, 3, spread, random);
      Blobs held = Blobs.of(validation, 3, spread, random);
      tasks.add(Blobs.task(tasks.size(), 3, training, held));
    }
    return tasks;
  }

  private List<ProbedOrder> orders(long seed) {
    RandomSource random = new RandomSource(seed);
    return List.of(
        new EasyFirst(SETTINGS, random, surveys),
        new HardFirst(SETTINGS, random, surveys),
        new RelatedFirst(SETTINGS, random, surveys),
        new TransferGreedy(SETTINGS, random, surveys));
  }

  @Test
  void easyTasksAreThoseWhoseClassesLieApart() {
    for (int validation : new int[] {0, 100}) {
      List<Task> given = tasks(validation);
      assertThat(orders(1).get(0).order(given)).containsExactly(1, 3, 0, 2);
      assertThat(orders(1).get(1).order(given)).containsExactly(2, 0, 3, 1);
    }
  }

  @Test
  void everyOrderIsAPermutationAndAFunctionOfTheSeed() {
    for (int o = 0; o < 4; o++) {
      int[] once = orders(5).get(o).order(tasks);
      assertThat(once).containsExactlyInAnyOrder(0, 1, 2, 3);
      try (Workers two = new Workers(2)) {
        Surveys others = new Surveys(two);
        RandomSource random = new RandomSource(5);
        Survey here = surveys.of(tasks, SETTINGS.probe(), random);
        Survey there = others.of(tasks, SETTINGS.probe(), random);
        assertThat(there.difficulty()).containsExactly(here.difficulty());
        assertThat(Arrays.deepEquals(there.relatedness(), here.relatedness())).isTrue();
      }
      assertThat(orders(5).get(o).order(tasks)).isEqualTo(once);
    }
  }

  @Test
  void measurementsAreMadeOnceAndReported() {
    List<ProbedOrder> orders = orders(3);
    assertThat(orders.get(0).artefacts()).isEmpty();
    orders.get(0).order(tasks);
    assertThat(orders.get(0).artefacts())
        .extracting(Artefact::name)
        .containsExactly("difficulty", "probing");
    orders.get(2).order(tasks);
    orders.get(3).order(tasks);
    assertThat(surveys.of(tasks, SETTINGS.probe(), new RandomSource(3)))
        .isSameAs(surveys.of(tasks, SETTINGS.probe(), new RandomSource(3)))
        .isNotSameAs(surveys.of(tasks, SETTINGS.probe(), new RandomSource(4)));
    List<Artefact> artefacts = orders.get(3).artefacts();
    Artefact.Matrix relatedness = (Artefact.Matrix) artefacts.get(1);
    assertThat(relatedness.rows()).containsExactly("task 0", "task 1", "task 2", "task 3");
    assertThat(relatedness.values()[2][2]).isNaN();
    assertThat(relatedness.values()[0][1]).isBetween(-2.0, 1.0);
    Artefact.Table cost = (Artefact.Table) artefacts.get(2);
    assertThat(cost.rows().get(0).subList(0, 2)).containsExactly(4L, 16L);
    assertThat((Double) cost.rows().get(0).get(2)).isPositive();
  }

  @Test
  void tasksWithAlmostNothingToLearnHaveAPlaceToo() {
    RandomSource random = new RandomSource(1);
    List<Task> odd =
        List.of(
            Blobs.task(0, 3, Blobs.of(300, 3, 0.2, random), Blobs.of(0, 3, 1, random)),
            Blobs.task(1, 3, Blobs.of(1, 3, 0.2, random), Blobs.of(0, 3, 1, random)),
            Blobs.task(2, 1, Blobs.of(40, 1, 0.2, random), Blobs.of(0, 1, 1, random)),
            Blobs.task(3, 3, Blobs.of(0, 3, 0.2, random), Blobs.of(0, 3, 1, random)));
    for (ProbedOrder order : orders(1)) {
      assertThat(order.order(odd)).containsExactlyInAnyOrder(0, 1, 2, 3);
    }
    Survey survey = surveys.of(odd, SETTINGS.probe(), new RandomSource(1));
    assertThat(survey.difficulty()[2]).as("a single class").isZero();
    assertThat(survey.difficulty()[3]).as("nothing to measure: chance").isEqualTo(1);
  }

  @Test
  void aSingleTaskIsItsOwnOrder() {
    for (ProbedOrder order : orders(1)) {
      assertThat(order.order(tasks.subList(0, 1))).containsExactly(0);
    }
  }

  @Property(tries = 100)
  void greedyOrdersArePermutations(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int size) {
    RandomSource random = new RandomSource(seed);
    double[] difficulty = random.doubles(size).toArray();
    double[][] relatedness = new double[size][];
    for (int i = 0; i < size; i++) {
      relatedness[i] = random.doubles(size, -1, 1).toArray();
      relatedness[i][i] = Double.NaN;
    }
    int[] all = IntStream.range(0, size).toArray();
    assertThat(RelatedFirst.order(difficulty, relatedness)).containsExactlyInAnyOrder(all);
    assertThat(TransferGreedy.order(relatedness)).containsExactlyInAnyOrder(all);
    int[] ascending = Ranks.ascending(difficulty);
    assertThat(ascending).containsExactlyInAnyOrder(all);
    assertThat(IntStream.of(ascending).mapToDouble(i -> difficulty[i]).toArray()).isSorted();
  }

  @Test
  void relatedFirstFollowsTheStrongestTie() {
    double[][] a = {{0, .1, .9, -.2}, {.5, 0, 0, .4}, {0, .3, 0, .2}, {0, 0, 0, 0}};
    assertThat(RelatedFirst.order(new double[] {.1, .5, .5, .5}, a)).containsExactly(0, 2, 1, 3);
  }

  @Test
  void transferGreedyPrefersWhatTheKnownTasksDoNotGiveYet() {
    // Task 0 helps 1 and 2; task 1 helps the same ones less; task 3 alone helps 4.
    double[][] a = new double[5][5];
    a[0][1] = a[0][2] = 0.5;
    a[1][0] = a[1][2] = 0.4;
    a[3][4] = 0.1;
    assertThat(TransferGreedy.order(a)).containsExactly(0, 3, 1, 2, 4);
  }

  @Test
  void pacingEndsWithEverything() {
    for (EasyToHard.Pacing pacing : EasyToHard.Pacing.values()) {
      EasyToHard sampling =
          new EasyToHard(
              new EasyToHard.Settings(0.2, pacing, 4, SETTINGS.probe()),
              new RandomSource(1),
              workers);
      assertThat(sampling.fraction(0)).isCloseTo(0.2, within(1e-15));
      for (int e = 1; e <= 4; e++) {
        assertThat(sampling.fraction(e)).isGreaterThan(sampling.fraction(e - 1));
      }
      assertThat(sampling.fraction(4)).isEqualTo(1);
      assertThat(sampling.fraction(9)).isEqualTo(1);
    }
  }
}
