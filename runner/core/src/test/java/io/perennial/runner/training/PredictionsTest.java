package io.perennial.runner.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Artefact;
import io.perennial.api.Calibration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionsTest {
  private final Predictions predictions = new Predictions(List.of("a", "b"));

  @Test
  void confidenceIsTheSoftmaxAmongThoseThatCompete() {
    double[] scores = {9, 1, 5, 3};
    boolean[] competing = {true, false, true};
    // 1 / (1 + e^-2), and the 5 at offset 1 does not compete
    assertThat(Predictions.confidence(scores, 1, competing, 2))
        .isEqualTo(0.8807970779778823, within(1e-15));
    assertThat(Predictions.confidence(scores, 1, competing, -1)).isNaN();
  }

  @Test
  void aBinHoldsItsUpperEnd() {
    predictions.begin(2);
    predictions.beginTask(0);
    predictions.count(0, 0, 1.0 / 15);
    predictions.count(0, 1, Math.nextUp(1.0 / 15) + 1e-9);
    predictions.count(1, 1, 1);
    predictions.beginTask(1);
    predictions.count(1, 0, 1);
    List<Calibration.Bin> bins = predictions.calibration().bins();
    assertThat(bins).hasSize(15);
    assertThat(bins.get(0)).isEqualTo(new Calibration.Bin(1, 1.0 / 15, 1));
    assertThat(bins.get(1).count()).isEqualTo(1);
    assertThat(bins.get(1).accuracy()).isZero();
    assertThat(bins.get(14)).isEqualTo(new Calibration.Bin(2, 1, 0.5));
    assertThat(predictions.calibration().count()).isEqualTo(4);
  }

  @Test
  void tablesShowTheLatestRowOnly() {
    predictions.begin(2);
    predictions.beginTask(0);
    predictions.count(0, 1, 0.5);
    predictions.begin(3);
    predictions.beginTask(0);
    predictions.count(0, 0, 0.9);
    predictions.count(2, 0, 0.4);
    predictions.count(2, -1, Double.NaN);
    Artefact.Matrix confusion = (Artefact.Matrix) predictions.artefacts().get(0);
    assertThat(confusion.values()).isDeepEqualTo(new double[][] {{1, 0, 0}, {0, 0, 0}, {1, 0, 0}});
    assertThat(predictions.artefacts())
        .extracting(Artefact::name)
        .containsExactly("confusion", "confusion-task-1", "calibration", "calibration-task-1");
    Artefact.Table table = (Artefact.Table) predictions.artefacts().get(2);
    assertThat(table.rows().get(13)).containsExactly(13 / 15.0, 14 / 15.0, 1L, 0.9, 1.0);
  }

  @Test
  void aTasksConfusionHasTheRowsOfItsClasses() {
    predictions.begin(4);
    predictions.beginTask(0);
    predictions.count(0, 0, 0.9);
    predictions.count(1, 3, 0.9);
    predictions.beginTask(1);
    predictions.count(3, 1, 0.9);
    predictions.count(3, 1, 0.8);
    List<Artefact> artefacts = predictions.artefacts();
    Artefact.Matrix first = (Artefact.Matrix) artefacts.get(1);
    Artefact.Matrix second = (Artefact.Matrix) artefacts.get(2);
    assertThat(first.rows()).containsExactly("0", "1");
    assertThat(first.columns()).hasSize(4);
    assertThat(first.values()).isDeepEqualTo(new double[][] {{1, 0, 0, 0}, {0, 0, 0, 1}});
    assertThat(second.name()).isEqualTo("confusion-task-2");
    assertThat(second.rows()).containsExactly("3");
    assertThat(second.values()).isDeepEqualTo(new double[][] {{0, 2, 0, 0}});
  }

  @Test
  void ofOneTaskOrManyClassesItIsLeftOut() {
    Predictions single = new Predictions(List.of("a"));
    single.begin(2);
    single.beginTask(0);
    single.count(0, 1, 0.5);
    predictions.begin(21);
    predictions.beginTask(0);
    predictions.count(20, 3, 0.5);
    for (Predictions one : List.of(single, predictions)) {
      assertThat(one.artefacts())
          .extracting(Artefact::name)
          .contains("confusion")
          .doesNotContain("confusion-task-1");
    }
  }

  @Test
  void restoredCountsAreTheSame() {
    predictions.begin(2);
    predictions.beginTask(1);
    predictions.count(0, 1, 0.7);
    predictions.count(1, 1, 0.1 + 0.2);
    Predictions restored = new Predictions(List.of("a", "b"));
    restored.restore(predictions.save());
    assertThat(restored.calibration()).isEqualTo(predictions.calibration());
    assertThat(restored.artefacts())
        .usingRecursiveComparison()
        .withComparatorForType(Double::compare, Double.class)
        .isEqualTo(predictions.artefacts());
  }

  /** A run of one task goes on with a second. */
  @Test
  void countsAreRestoredAmongMoreTasks() {
    Predictions one = new Predictions(List.of("a"));
    one.begin(2);
    one.beginTask(0);
    one.count(0, 1, 0.7);
    predictions.restore(one.save());
    assertThat(predictions.artefacts())
        .extracting(Artefact::name)
        .containsExactly("confusion", "calibration", "calibration-task-1");
    predictions.beginTask(1);
    predictions.count(1, 1, 0.7);
    assertThat(predictions.artefacts()).extracting(Artefact::name).contains("confusion-task-2");
  }

  @Test
  void manyClassesHaveNoConfusionMatrix() {
    predictions.begin(Predictions.MOST_CLASSES + 1);
    predictions.beginTask(0);
    predictions.count(100, 3, 0.5);
    assertThat(predictions.artefacts()).extracting(Artefact::name).doesNotContain("confusion");
  }
}
