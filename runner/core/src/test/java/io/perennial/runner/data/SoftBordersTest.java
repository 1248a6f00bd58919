package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Configured;
import io.perennial.api.DataSet;
import io.perennial.api.Extensions;
import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.api.Registration;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Laws of the scenarios whose tasks pass into each other. */
class SoftBordersTest {
  private static final int FEATURES = 3;
  private static final int TRAINING = 600;
  private static final Configured<Scenario> ANY =
      new Configured<>(Scenario.class, "any", new Registration.NoSettings());

  private static Scenario split(int tasks, Setting setting, double validation) {
    DataSet data = Fixtures.counting(2 * tasks, TRAINING, 60, FEATURES);
    return Fixtures.split(data, tasks, setting, validation, ClassOrder.AS_GIVEN, 1);
  }

  private static Extensions inside(Scenario scenario) {
    return new Extensions() {
      @Override
      @SuppressWarnings("unchecked")
      public <T> T create(Configured<T> block, String label) {
        return (T) scenario;
      }
    };
  }

  private static Scenario blurry(Scenario inner, double overlap, long seed) {
    return new Blurry(new Blurry.Settings(ANY, overlap), new RandomSource(seed), inside(inner));
  }

  private static Scenario taskFree(Scenario inner, double overlap, int passes, long seed) {
    return new TaskFree(
        new TaskFree.Settings(ANY, overlap, passes), new RandomSource(seed), inside(inner));
  }

  private static List<Integer> stream(Scenario scenario) {
    List<Integer> all = new ArrayList<>();
    for (Task task : scenario.tasks()) {
      all.addAll(Fixtures.identities(task.training(), FEATURES));
    }
    return all;
  }

  @Property(tries = 60)
  void everyTrainingExampleComesOnceInEachPassAndNoOther(
      @ForAll @IntRange(min = 2, max = 6) int tasks,
      @ForAll @DoubleRange(max = 1) double overlap,
      @ForAll @IntRange(min = 1, max = 3) int passes,
      @ForAll @DoubleRange(max = 0.5) double validation,
      @ForAll long seed) {
    Scenario inner = split(tasks, Setting.CLASS_INCREMENTAL, validation);
    List<Integer> expected = new ArrayList<>();
    for (int pass = 0; pass < passes; pass++) {
      expected.addAll(stream(inner));
    }
    assertThat(stream(taskFree(inner, overlap, passes, seed)))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(stream(blurry(inner, overlap, seed)))
        .containsExactlyInAnyOrderElementsOf(stream(inner));
  }

  @Property(tries = 40)
  void neitherTestNorValidationExamplesMove(
      @ForAll @DoubleRange(max = 1) double overlap, @ForAll long seed) {
    Scenario inner = split(4, Setting.CLASS_INCREMENTAL, 0.2);
    List<Task> sharp = inner.tasks();
    for (Scenario soft : List.of(blurry(inner, overlap, seed), taskFree(inner, overlap, 2, seed))) {
      List<Integer> learned = stream(soft);
      for (Task task : soft.tasks()) {
        Task own = sharp.get(task.index());
        assertThat(task.name()).isEqualTo(own.name());
        List<Integer> test = Fixtures.identities(task.test(), FEATURES);
        List<Integer> validation = Fixtures.identities(task.validation(), FEATURES);
        assertThat(test).isEqualTo(Fixtures.identities(own.test(), FEATURES));
        assertThat(validation).isEqualTo(Fixtures.identities(own.validation(), FEATURES));
        assertThat(learned).doesNotContainAnyElementsOf(test);
        assertThat(learned).doesNotContainAnyElementsOf(validation);
        assertThat(task.classes())
            .contains(Fixtures.labels(task.training()).stream().mapToInt(l -> l).toArray())
            .contains(own.classes())
            .isSorted();
      }
    }
  }

  @Property(tries = 40)
  void sameSeedSameStreamOtherSeedOtherStream(@ForAll long seed) {
    Scenario inner = split(3, Setting.CLASS_INCREMENTAL, 0);
    List<Integer> once = stream(taskFree(inner, 1, 1, seed));
    assertThat(stream(taskFree(inner, 1, 1, seed))).isEqualTo(once);
    assertThat(stream(taskFree(inner, 1, 1, seed + 1))).isNotEqualTo(once);
    assertThat(stream(blurry(inner, 1, seed))).isEqualTo(stream(blurry(inner, 1, seed)));
    assertThat(stream(blurry(inner, 1, seed))).isNotEqualTo(stream(blurry(inner, 1, seed + 1)));
  }

  @Property(tries = 20)
  void withoutOverlapTheBordersAreSharp(
      @ForAll @IntRange(min = 2, max = 9) int tasks, @ForAll long seed) {
    Scenario inner = split(tasks, Setting.CLASS_INCREMENTAL, 0);
    List<Task> sharp = inner.tasks();
    for (Task task : taskFree(inner, 0, 3, seed).tasks()) {
      assertThat(Fixtures.labels(task.training()).stream().distinct().sorted().toList())
          .isEqualTo(
              Fixtures.labels(sharp.get(task.index()).training()).stream()
                  .distinct()
                  .sorted()
                  .toList());
    }
  }

  /** u + w (v - 1/2) is beyond 1 with probability w / 8. */
  @Test
  void anEighthOfTheOverlapComesInTheNextTask() {
    DataSet data = Fixtures.counting(2, 40_000, 2, FEATURES);
    Scenario inner = Fixtures.split(data, 2, Setting.CLASS_INCREMENTAL, 0, ClassOrder.AS_GIVEN, 1);
    for (double overlap : new double[] {0.4, 1}) {
      List<Integer> late = Fixtures.labels(blurry(inner, overlap, 3).tasks().get(1).training());
      double share = late.stream().filter(label -> label == 0).count() / 20_000.0;
      assertThat(share).isCloseTo(overlap / 8, within(0.005));
    }
  }

  /** In the middle of the overlap both tasks are met equally often; outside it only one. */
  @Test
  void aTasksShareFallsLinearlyAroundItsEnd() {
    DataSet data = Fixtures.counting(2, 40_000, 2, FEATURES);
    Scenario inner = Fixtures.split(data, 2, Setting.CLASS_INCREMENTAL, 0, ClassOrder.AS_GIVEN, 1);
    List<Integer> labels = new ArrayList<>();
    for (Task part : taskFree(inner, 0.5, 1, 3).tasks()) {
      labels.addAll(Fixtures.labels(part.training()));
    }
    // The border is at 20,000, the overlap from 15,000 to 25,000.
    for (int at : new int[] {5_000, 14_000, 16_000, 18_000, 20_000, 22_000, 24_000, 30_000}) {
      double old =
          labels.subList(at - 500, at + 500).stream().filter(label -> label == 0).count() / 1000.0;
      double expected = Math.min(1, Math.max(0, (25_000 - at) / 10_000.0));
      assertThat(old).as("at %d", at).isCloseTo(expected, within(0.06));
    }
  }

  @Test
  void aStreamWithoutBoundariesHasAllClassesFromTheStart() {
    Scenario stream = taskFree(split(3, Setting.CLASS_INCREMENTAL, 0), 0.5, 1, 1);
    assertThat(stream.boundaries()).isEqualTo(Scenario.Boundaries.NONE);
    assertThat(stream.tasks()).extracting(Task::classes).containsOnly(new int[] {0, 1, 2, 3, 4, 5});
  }

  @Test
  void aSequenceIsBlurredWhereAPartIsAndHasNoPartWithoutBoundaries() {
    Scenario inner = split(2, Setting.CLASS_INCREMENTAL, 0);
    assertThat(sequence(inner).boundaries()).isEqualTo(Scenario.Boundaries.SHARP);
    assertThat(sequence(blurry(inner, 0.5, 1)).boundaries()).isEqualTo(Scenario.Boundaries.BLURRED);
    assertThatThrownBy(sequence(taskFree(inner, 0.5, 1, 1))::tasks)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Put the sequence inside task-free");
    assertThat(taskFree(sequence(inner), 0.5, 1, 1).tasks()).hasSize(2);
  }

  private static Scenario sequence(Scenario part) {
    return new Sequence(new Sequence.Settings(List.of(ANY), List.of()), inside(part));
  }

  @Test
  void whatCannotMixIsRefused() {
    Scenario labelled = taskFree(split(3, Setting.TASK_INCREMENTAL, 0), 0.5, 1, 1);
    assertThatThrownBy(labelled::setting)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("task-free supports domain-incremental and class-incremental");
    assertThatThrownBy(labelled::tasks).isInstanceOf(InputException.class);
    Scenario twice = blurry(blurry(split(3, Setting.CLASS_INCREMENTAL, 0), 0.5, 1), 0.5, 1);
    assertThatThrownBy(twice::tasks)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("its tasks mix already");
    Scenario single = blurry(split(1, Setting.CLASS_INCREMENTAL, 0), 0.5, 1);
    assertThatThrownBy(single::tasks)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("single task");
  }
}
