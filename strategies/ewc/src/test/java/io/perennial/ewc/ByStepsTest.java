package io.perennial.ewc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.ewc.ElasticWeightConsolidation.PenaltyStep;
import io.perennial.ewc.ElasticWeightConsolidation.Settings;
import io.perennial.ewc.FisherInformation.Variant;
import io.perennial.models.Activation;
import io.perennial.models.MlpFactory;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import io.perennial.testkit.TinyLearner;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Online EWC that is told of no task: what it keeps and when it consolidates. */
class ByStepsTest {
  private static final int EVERY = 3;
  private static final int BATCH = 4;

  private final Workers workers = new Workers(1);
  private final RandomSource random = new RandomSource(5);
  private final Model model =
      new MlpFactory(new MlpFactory.Settings(List.of(4), Activation.TANH), workers)
          .create(new ModelFactory.Request(new long[] {3}, 3, DataType.DOUBLE, random));
  private final TinyLearner learner =
      new TinyLearner(model, 24, new boolean[] {true, true, true}, random.child("data"));

  @AfterEach
  void close() {
    model.close();
    workers.close();
  }

  private ElasticWeightConsolidation ewc(int every, int recent) {
    return new ElasticWeightConsolidation(
        new Settings(1, Variant.EMPIRICAL, true, 1, PenaltyStep.GRADIENT, 8, every, recent),
        random.child("ewc"),
        new Workers(1));
  }

  private double penalty(ElasticWeightConsolidation ewc) {
    try (INDArray gradient = Vectors.create(DataType.DOUBLE, model.parameters().length())) {
      return ewc.penalize(model.parameters(), gradient);
    }
  }

  @Test
  void itConsolidatesAfterSoManyStepsAndNeverAtATasksEnd() {
    ElasticWeightConsolidation ewc = ewc(EVERY, 1000);
    assertThat(ewc.needsBoundaries()).isFalse();
    assertThat(ewc(0, 1000).needsBoundaries()).isTrue();
    for (int step = 1; step <= EVERY; step++) {
      ewc.afterTask(learner);
      assertThat(ewc.implicit()).isEmpty();
      assertThat(ewc.artefacts()).as("guards before step %d", step).isEmpty();
      ewc.afterStep(learner, learner.batch(0, BATCH));
    }
    assertThat(ewc.artefacts()).hasSize(1);
  }

  @Test
  void theLatestExamplesOfAStretchAreKeptOldestFirstOut() {
    RecentExamples recent = new RecentExamples(6);
    recent.add(learner.batch(0, BATCH));
    assertThat(recent.size()).isEqualTo(BATCH);
    recent.add(learner.batch(BATCH, BATCH));
    assertThat(recent.size()).isEqualTo(6);
    // 6 and 7 have taken the places of 0 and 1.
    int[] expected = {6, 7, 2, 3, 4, 5};
    for (int i = 0; i < expected.length; i++) {
      assertThat(recent.label(i)).isEqualTo(learner.label(expected[i]));
      float[] kept = new float[3];
      float[] given = new float[3];
      recent.read(i, kept, 0);
      learner.task().training().read(expected[i], given, 0);
      assertThat(kept).isEqualTo(given);
    }
    recent.clear();
    assertThat(recent.size()).isZero();
  }

  @Test
  void rehearsedRowsAreNotKept() {
    Batch real = learner.batch(0, BATCH);
    int[] origins = {0, 1, 0, 2};
    boolean[][] competing = new boolean[BATCH][];
    Arrays.fill(competing, new boolean[] {true, true, true});
    RecentExamples recent = new RecentExamples(10);
    recent.add(
        new Batch(
            real.features(), real.labels(), real.tasks(), origins, real.weights(), competing));
    assertThat(recent.size()).isEqualTo(2);
    assertThat(recent.label(1)).isEqualTo(learner.label(2));
  }

  @Test
  void aRestoredOneGoesOnToTheBit() {
    ElasticWeightConsolidation whole = ewc(EVERY, 6);
    ElasticWeightConsolidation first = ewc(EVERY, 6);
    for (int step = 0; step < EVERY + 2; step++) {
      whole.afterStep(learner, learner.batch(step * BATCH, BATCH));
      first.afterStep(learner, learner.batch(step * BATCH, BATCH));
    }
    State saved = first.save();
    ElasticWeightConsolidation second = ewc(EVERY, 6);
    second.restore(saved);
    move();
    whole.afterStep(learner, learner.batch(20, BATCH));
    second.afterStep(learner, learner.batch(20, BATCH));
    move();
    assertThat(penalty(second)).isPositive().isEqualTo(penalty(whole));
  }

  @Test
  void theFisherIsThatOfTheLatestExamples() {
    ElasticWeightConsolidation ewc = ewc(1, BATCH);
    ewc.afterStep(learner, learner.batch(0, BATCH));
    double[] anchor = values();
    // The learner of a test gives its own first examples, whatever it is asked to visit.
    double[] fisher = new double[anchor.length];
    try (INDArray estimated =
        FisherInformation.estimate(
            learner,
            learner.task().training().select(new int[] {0, 1, 2, 3}),
            Variant.EMPIRICAL,
            8,
            random,
            new Workers(1))) {
      Vectors.read(estimated, fisher);
    }
    move();
    double[] moved = values();
    double expected = 0;
    for (int i = 0; i < anchor.length; i++) {
      expected += fisher[i] * (moved[i] - anchor[i]) * (moved[i] - anchor[i]);
    }
    assertThat(penalty(ewc)).isPositive().isCloseTo(expected, within(1e-9 * expected));
  }

  @Test
  void aScheduleNeedsTheOnlineForm() {
    assertThatThrownBy(
            () -> new Settings(1, Variant.EXACT, false, 1, PenaltyStep.IMPLICIT, 8, EVERY, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("every needs online: true");
  }

  private double[] values() {
    double[] values = new double[Math.toIntExact(model.parameters().length())];
    Vectors.read(model.parameters(), values);
    return values;
  }

  private void move() {
    double[] values = values();
    for (int i = 0; i < values.length; i++) {
      values[i] += 0.1 * random.nextGaussian();
    }
    Vectors.write(values, model.parameters());
  }
}
