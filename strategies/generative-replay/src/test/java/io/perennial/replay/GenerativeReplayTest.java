package io.perennial.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Artefact;
import io.perennial.api.Composition;
import io.perennial.api.Expansion;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.Pipeline;
import io.perennial.api.RandomSource;
import io.perennial.api.Rehearsal;
import io.perennial.api.Rows;
import io.perennial.api.Setting;
import io.perennial.api.State;
import io.perennial.api.Strategy;
import io.perennial.api.Task;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Likelihood;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import io.perennial.replay.ReplaySettings.Targets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class GenerativeReplayTest {
  private static final long[] SHAPE = {8};

  private final Workers workers = new Workers(2);

  @AfterEach
  void stop() {
    workers.close();
  }

  private static ReplaySettings settings(Targets targets, Likelihood likelihood) {
    return new ReplaySettings(
        1, targets, 2, List.of(), List.of(30), 4, false, likelihood, 0.3, 0.003, 4);
  }

  private GenerativeReplay strategy(Targets targets) {
    return strategy(settings(targets, Likelihood.BERNOULLI));
  }

  private GenerativeReplay strategy(ReplaySettings settings) {
    return new GenerativeReplay(settings, new RandomSource(5), workers);
  }

  @ParameterizedTest
  @EnumSource(Likelihood.class)
  void oldClassesAreRememberedAlthoughTheirExamplesCannotBeReadAnyMore(Likelihood likelihood) {
    GenerativeReplay strategy = strategy(settings(Targets.HARD, likelihood));
    try (SmallRun run = new SmallRun(strategy, Setting.CLASS_INCREMENTAL, workers, SHAPE)) {
      for (int t = 0; t < SmallRun.TASKS; t++) {
        run.learn(t, 80);
        // A read once the task is over throws.
        assertThat(run.training.get(t).reads()).isEqualTo(80 * run.training.get(t).size());
      }
      double sum = 0;
      for (int t = 0; t < SmallRun.TASKS; t++) {
        sum += run.accuracy(t);
      }
      assertThat(sum / SmallRun.TASKS).isGreaterThan(0.8);
    }
  }

  private static ReplaySettings conditional(Targets targets) {
    return new ReplaySettings(
        1, targets, 2, List.of(), List.of(30), 4, true, Likelihood.BERNOULLI, 0.3, 0.003, 4);
  }

  @ParameterizedTest
  @EnumSource(Targets.class)
  void aConditionalGeneratorIsAskedForOldClassesEquallyOften(Targets targets) {
    GenerativeReplay strategy = strategy(conditional(targets));
    try (SmallRun run = new SmallRun(strategy, Setting.CLASS_INCREMENTAL, workers, SHAPE)) {
      run.learn(0, 80);
      run.learn(1, 80);
      CollectedRows rows = rehearse(strategy, run, 2000);
      assertThat(rows.tasks).containsOnly(-1);
      int[] asked = new int[4];
      for (int n = 0; n < 2000; n++) {
        double[] row = targets == Targets.HARD ? rows.features.get(n) : rows.targets.get(n);
        if (targets == Targets.HARD) {
          // Each class is bright in a place of its own.
          assertThat(brightest(row)).isEqualTo(rows.labels.get(n));
        }
        asked[brightest(row)]++;
      }
      assertThat(Arrays.stream(asked)).allMatch(count -> count > 420 && count < 580);
    }
  }

  private static int brightest(double[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      best = row[i] > row[best] ? i : best;
    }
    return best;
  }

  @Test
  void withTaskLabelsAClassOfTheDrawnTaskIsAskedFor() {
    GenerativeReplay strategy = strategy(conditional(Targets.HARD));
    try (SmallRun run = new SmallRun(strategy, Setting.TASK_INCREMENTAL, workers, SHAPE)) {
      run.learn(0, 2);
      run.learn(1, 2);
      run.learn(2, 2);
      run.begin(3);
      CollectedRows rows = new CollectedRows(3000);
      strategy.rehearse(run, rows);
      int[] asked = new int[8];
      for (int n = 0; n < 3000; n++) {
        asked[rows.labels.get(n)]++;
        assertThat(rows.labels.get(n) / 2).isEqualTo(rows.tasks.get(n));
      }
      assertThat(Arrays.stream(asked, 0, 6)).allMatch(count -> count > 420 && count < 580);
    }
  }

  /** Neither do copies of their examples hide in what it saves. */
  @Test
  void whatIsKeptHasOneSizeHoweverManyTasksThereWere() {
    GenerativeReplay strategy = strategy(Targets.HARD);
    try (SmallRun run = new SmallRun(strategy, Setting.CLASS_INCREMENTAL, workers, SHAPE)) {
      long[] kept = new long[SmallRun.TASKS];
      for (int t = 0; t < SmallRun.TASKS; t++) {
        run.learn(t, 2);
        // The copy of the solver has more outputs each time.
        kept[t] = numbers(strategy.save()) - run.model.parameters().length();
      }
      assertThat(kept).containsOnly(kept[0]);
    }
  }

  private static long numbers(State state) {
    return state.tensors().values().stream().mapToLong(INDArray::length).sum()
        + state.parts().values().stream().mapToLong(GenerativeReplayTest::numbers).sum();
  }

  @Test
  void theMassGrowsWithTheTasks() {
    GenerativeReplay strategy = strategy(Targets.HARD);
    try (SmallRun run = new SmallRun(strategy, Setting.CLASS_INCREMENTAL, workers, SHAPE)) {
      strategy.beforeTask(run);
      assertThat(strategy.mass(run)).isZero();
      run.learn(0, 1);
      run.learn(1, 1);
      assertThat(strategy.mass(run)).isEqualTo(1);
      run.learn(2, 1);
      assertThat(strategy.mass(run)).isEqualTo(2);
    }
  }

  @Test
  void asManyRowsAsRealOnesTimesTheRatio() {
    for (double ratio : new double[] {1, 0.5, 2.5, 0.001}) {
      GenerativeReplay strategy =
          strategy(
              new ReplaySettings(
                  ratio,
                  Targets.HARD,
                  2,
                  List.of(),
                  List.of(30),
                  4,
                  false,
                  Likelihood.BERNOULLI,
                  0.3,
                  1e-3,
                  1));
      try (SmallRun run = new SmallRun(strategy, Setting.CLASS_INCREMENTAL, workers, SHAPE)) {
        run.learn(0, 1);
        run.begin(1);
        CollectedRows rows = new CollectedRows(20);
        strategy.rehearse(run, rows);
        assertThat(rows.features).hasSize(Math.max(1, (int) (20 * ratio)));
      }
    }
  }

  @Test
  void hardLabelsAreThePreviousSolversBestClass() {
    GenerativeReplay strategy = strategy(Targets.HARD);
    try (SmallRun run = new SmallRun(strategy, Setting.CLASS_INCREMENTAL, workers, SHAPE)) {
      run.learn(0, 20);
      run.learn(1, 20);
      CollectedRows rows = rehearse(strategy, run, 200);
      assertThat(rows.tasks).containsOnly(-1);
      double[][] logits = logits(run, rows);
      for (int n = 0; n < 200; n++) {
        double chosen = logits[n][rows.labels.get(n)];
        assertThat(chosen).isEqualTo(Arrays.stream(logits[n]).max().orElseThrow());
      }
      assertThat(rows.labels).contains(0, 1, 2, 3);
    }
  }

  @Test
  void withTaskLabelsAnOldTaskIsDrawnForEachRowAndItsClassesCompete() {
    GenerativeReplay strategy = strategy(Targets.HARD);
    try (SmallRun run = new SmallRun(strategy, Setting.TASK_INCREMENTAL, workers, SHAPE)) {
      run.learn(0, 2);
      run.learn(1, 2);
      run.learn(2, 2);
      run.begin(3);
      CollectedRows rows = new CollectedRows(3000);
      strategy.rehearse(run, rows);
      int[] drawn = new int[4];
      for (int n = 0; n < 3000; n++) {
        drawn[rows.tasks.get(n)]++;
        assertThat(rows.labels.get(n) / 2).isEqualTo(rows.tasks.get(n));
      }
      assertThat(drawn[0]).isBetween(900, 1100);
      assertThat(drawn[1]).isBetween(900, 1100);
      assertThat(drawn[2]).isBetween(900, 1100);
    }
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void softTargetsAreThePreviousSolversProbabilitiesAndZeroForNewClasses(Setting setting) {
    GenerativeReplay strategy = strategy(Targets.SOFT);
    try (SmallRun run = new SmallRun(strategy, setting, workers, SHAPE)) {
      run.learn(0, 5);
      run.learn(1, 5);
      CollectedRows rows = rehearse(strategy, run, 50);
      double[][] logits = logits(run, rows);
      for (int n = 0; n < 50; n++) {
        boolean[] competing = new boolean[4];
        for (int c = 0; c < 4; c++) {
          competing[c] = rows.tasks.get(n) < 0 || c / 2 == rows.tasks.get(n);
        }
        double[] expected = new double[6];
        CrossEntropy.softmax(logits[n], 0, 4, competing, 2, expected, 0);
        assertThat(rows.targets.get(n)).containsExactly(expected, within(1e-12));
        assertThat(Arrays.stream(rows.targets.get(n)).sum()).isCloseTo(1, within(1e-12));
      }
      assertThat(rows.labels).containsOnly(-1);
    }
  }

  /** At the start of the third task, when only its outputs are new to the model. */
  private static CollectedRows rehearse(GenerativeReplay strategy, SmallRun run, int real) {
    run.begin(2);
    CollectedRows rows = new CollectedRows(real);
    strategy.rehearse(run, rows);
    return rows;
  }

  private static double[][] logits(SmallRun run, CollectedRows rows) {
    int count = rows.features.size();
    double[][] logits = new double[count][4];
    for (int n = 0; n < count; n++) {
      INDArray row = Vectors.create(DataType.DOUBLE, 1, SHAPE[0]);
      Vectors.write(rows.features.get(n), row);
      double[] all = new double[run.model.classes()];
      Vectors.read(run.model.forward(row, new int[] {-1}, false), all);
      System.arraycopy(all, 0, logits[n], 0, 4);
    }
    return logits;
  }

  @ParameterizedTest
  @EnumSource(Targets.class)
  void aRestoredStrategyGoesOnToTheBit(Targets targets) {
    goesOnToTheBit(settings(targets, Likelihood.BERNOULLI));
  }

  /** Its generator has to learn of classes after it was restored. */
  @ParameterizedTest
  @EnumSource(Targets.class)
  void aRestoredConditionalStrategyGoesOnToTheBit(Targets targets) {
    goesOnToTheBit(conditional(targets));
  }

  private void goesOnToTheBit(ReplaySettings settings) {
    GenerativeReplay whole = strategy(settings);
    GenerativeReplay resumed = strategy(settings);
    try (SmallRun first = new SmallRun(whole, Setting.TASK_INCREMENTAL, workers, SHAPE);
        SmallRun second = new SmallRun(resumed, Setting.TASK_INCREMENTAL, workers, SHAPE)) {
      first.learn(0, 3);
      first.learn(1, 3);
      State state = whole.save();
      second.model.restore(first.model.save());
      resumed.restore(state);
      // What was restored and not yet used is saved again as it was.
      assertThat(sha256(resumed.save())).isEqualTo(sha256(state));
      first.learn(2, 3);
      first.learn(3, 3);
      second.learn(2, 3);
      second.learn(3, 3);
      assertThat(Vectors.sha256(second.model.parameters()))
          .isEqualTo(Vectors.sha256(first.model.parameters()));
      assertThat(sha256(resumed.save())).isEqualTo(sha256(whole.save()));
    }
  }

  private static List<String> sha256(State state) {
    List<String> all = new ArrayList<>(List.of(state.values().toString()));
    state.tensors().forEach((name, tensor) -> all.add(name + Vectors.sha256(tensor)));
    state.parts().values().forEach(part -> all.addAll(sha256(part)));
    return all;
  }

  @Test
  void imagesAreShownAndTablesNot() {
    GenerativeReplay strategy = strategy(Targets.HARD);
    try (SmallRun run = new SmallRun(strategy, Setting.CLASS_INCREMENTAL, workers, 1, 2, 4)) {
      run.learn(0, 1);
      run.learn(1, 1);
      List<Artefact> artefacts = strategy.artefacts();
      assertThat(artefacts).extracting(Artefact::name).containsExactly("samples-after-task-2");
      float[][] pixels = ((Artefact.Image) artefacts.get(0)).pixels();
      assertThat(pixels).hasDimensions(8 * 3 - 1, 8 * 5 - 1);
      for (float[] line : pixels) {
        for (float pixel : line) {
          assertThat(pixel).isBetween(0f, 1f);
        }
      }
      GenerativeReplay restored = strategy(Targets.HARD);
      restored.restore(strategy.save());
      assertThat(((Artefact.Image) restored.artefacts().get(0)).pixels()).isDeepEqualTo(pixels);
    }
    GenerativeReplay table = strategy(Targets.HARD);
    try (SmallRun run = new SmallRun(table, Setting.CLASS_INCREMENTAL, workers, SHAPE)) {
      run.learn(0, 1);
      assertThat(table.artefacts()).isEmpty();
    }
  }

  @Test
  void settingsWithoutAMeaningAreRefused() {
    assertThatThrownBy(
            () ->
                new ReplaySettings(
                    1,
                    Targets.HARD,
                    2,
                    List.of(),
                    List.of(30),
                    4,
                    false,
                    Likelihood.BERNOULLI,
                    0.5,
                    1e-3,
                    1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("deviation needs likelihood: gaussian");
    assertThatThrownBy(
            () ->
                new ReplaySettings(
                    1,
                    Targets.HARD,
                    3,
                    List.of(),
                    List.of(30),
                    4,
                    false,
                    Likelihood.BERNOULLI,
                    0.3,
                    1e-3,
                    1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("temperature needs targets: soft");
  }

  @Test
  void valuesOutsideTheUnitIntervalNeedAGaussianLikelihood() {
    float[] value = {-0.5f};
    io.perennial.api.Examples signed =
        new io.perennial.api.Examples() {
          @Override
          public int size() {
            return 1;
          }

          @Override
          public int label(int index) {
            return 0;
          }

          @Override
          public void read(int index, float[] destination, int offset) {
            System.arraycopy(value, 0, destination, offset, 1);
          }
        };
    Task task = new Task(0, "signed", new long[] {1}, new int[] {0}, signed, signed, signed);
    assertThat(findings(settings(Targets.HARD, Likelihood.BERNOULLI), List.of(task), List.of()))
        .hasSize(1)
        .allMatch(finding -> finding.toString().contains("likelihood: gaussian"));
    assertThat(findings(settings(Targets.HARD, Likelihood.GAUSSIAN), List.of(task), List.of()))
        .isEmpty();
  }

  @Test
  void convolutionsNeedImagesThatAreLargeEnough() {
    ReplaySettings images =
        new ReplaySettings(
            1,
            Targets.HARD,
            2,
            List.of(4),
            List.of(5),
            2,
            false,
            Likelihood.GAUSSIAN,
            0.3,
            1e-3,
            1);
    assertThat(findings(images, List.of(), List.of()))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
              assertThat(finding.toString())
                  .contains("takes images", "[8]", "leave out its channels");
            });
    GenerativeReplay strategy = strategy(images);
    try (SmallRun run = new SmallRun(strategy, Setting.CLASS_INCREMENTAL, workers, 2, 4)) {
      run.learn(0, 1);
      run.learn(1, 1);
      assertThat(strategy.artefacts())
          .extracting(Artefact::name)
          .containsExactly("samples-after-task-2");
    }
  }

  @Test
  void compositionsThatCannotWorkAreRefused() {
    Expansion fresh =
        new Expansion() {
          @Override
          public boolean carriesParameters() {
            return false;
          }
        };
    Rehearsal other =
        new Rehearsal() {
          @Override
          public double mass(Learner learner) {
            return 1;
          }

          @Override
          public void rehearse(Learner learner, Rows rows) {}
        };
    ReplaySettings hard = settings(Targets.HARD, Likelihood.BERNOULLI);
    ReplaySettings soft = settings(Targets.SOFT, Likelihood.BERNOULLI);
    ReplaySettings plain =
        new ReplaySettings(
            1, Targets.SOFT, 1, List.of(), List.of(3), 4, false, Likelihood.GAUSSIAN, 0.3, 1e-3, 1);
    assertThat(findings(hard, List.of(), List.of(fresh)))
        .hasSize(1)
        .allMatch(finding -> finding.severity() == Finding.Severity.ERROR)
        .allMatch(finding -> finding.reason().contains("nothing to rehearse"));
    assertThat(findings(hard, List.of(), List.of(new Expansion() {}))).isEmpty();
    assertThat(findings(hard, List.of(), List.of(other))).isEmpty();
    assertThat(findings(plain, List.of(), List.of(other))).isEmpty();
    assertThat(findings(soft, List.of(), List.of(other)))
        .hasSize(1)
        .allMatch(finding -> finding.reason().contains("only rehearsal"));
  }

  private List<Finding> findings(ReplaySettings settings, List<Task> tasks, List<Strategy> others) {
    GenerativeReplay strategy = strategy(settings);
    List<Strategy> all = new ArrayList<>(others);
    all.add(strategy);
    List<Finding> findings = new ArrayList<>();
    try (SmallRun run = new SmallRun(strategy, Setting.CLASS_INCREMENTAL, workers, SHAPE)) {
      strategy.check(
          new Composition(
              Pipeline.KNOWLEDGE_RETENTION, Setting.CLASS_INCREMENTAL, tasks, run.model, all),
          findings::add);
    }
    return findings;
  }

  @Test
  void theConventionsAreNamed() {
    assertThat(strategy(Targets.SOFT).conventions())
        .containsEntry("mass", "real rows 1/t, replayed rows 1 - 1/t at the t-th task")
        .hasEntrySatisfying("targets", text -> assertThat(text).contains("T = 2.0"));
  }
}
