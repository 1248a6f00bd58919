package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Configured;
import io.perennial.api.DataSet;
import io.perennial.api.Extensions;
import io.perennial.api.InputException;
import io.perennial.api.Registration;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoisyTest {
  private static final int FEATURES = 400;

  private static List<Task> noisy(Setting setting, Double... levels) {
    return Fixtures.noisy(Fixtures.counting(2, 20, 10, FEATURES), List.of(levels), setting, 1)
        .tasks();
  }

  @Test
  void aLevelIsTheShareOfReplacedFeatures() {
    List<Task> tasks = noisy(Setting.DOMAIN_INCREMENTAL, 0.0, 0.3, 1.0);
    float[] clean = Fixtures.read(tasks.get(0).test(), 5, FEATURES);
    int[] replaced = new int[3];
    for (int t = 0; t < 3; t++) {
      float[] noisy = Fixtures.read(tasks.get(t).test(), 5, FEATURES);
      assertThat(noisy).isEqualTo(Fixtures.read(tasks.get(t).test(), 5, FEATURES));
      for (int i = 0; i < FEATURES; i++) {
        if (noisy[i] != clean[i]) {
          replaced[t]++;
          assertThat(noisy[i]).isBetween(0f, 1f);
        }
      }
    }
    assertThat(replaced[0]).isZero();
    assertThat(replaced[1] / (double) FEATURES).isCloseTo(0.3, within(0.07));
    assertThat(replaced[2]).isGreaterThan(FEATURES - 5);
  }

  @Test
  void classesAreSharedOrEachTasksOwn() {
    List<Task> shared = noisy(Setting.DOMAIN_INCREMENTAL, 0.0, 0.3);
    assertThat(shared.get(1).classes()).containsExactly(0, 1);
    List<Task> own = noisy(Setting.CLASS_INCREMENTAL, 0.0, 0.3);
    assertThat(own.get(1).classes()).containsExactly(2, 3);
    assertThat(own.get(1).test().label(3)).isEqualTo(3);
    assertThat(own.get(1).validation().size()).isEqualTo(5);
  }

  /** Hands out scenarios in their order. */
  private static Sequence sequence(Scenario... parts) {
    return sequence(List.of(), parts);
  }

  private static Sequence sequence(List<Integer> size, Scenario... parts) {
    Deque<Scenario> left = new ArrayDeque<>(List.of(parts));
    Configured<Scenario> any =
        new Configured<>(Scenario.class, "any", new Registration.NoSettings());
    return new Sequence(
        new Sequence.Settings(left.stream().map(part -> any).toList(), size),
        new Extensions() {
          @Override
          @SuppressWarnings("unchecked")
          public <T> T create(Configured<T> block, String label) {
            return (T) left.pop();
          }
        });
  }

  private static Scenario part(Setting setting) {
    return Fixtures.permuted(Fixtures.counting(3, 6, 3, 4), 2, setting, 0, 1);
  }

  @Test
  void aSequenceKeepsItsPartsApartUnlessTheyShareTheirClasses() {
    List<Task> own =
        sequence(part(Setting.TASK_INCREMENTAL), part(Setting.TASK_INCREMENTAL)).tasks();
    assertThat(own).extracting(Task::name).doesNotHaveDuplicates().hasSize(4);
    assertThat(own).extracting(Task::index).containsExactly(0, 1, 2, 3);
    assertThat(own.get(2).classes()).containsExactly(6, 7, 8);
    assertThat(own.get(3).training().label(1)).isEqualTo(10);
    List<Task> shared =
        sequence(part(Setting.DOMAIN_INCREMENTAL), part(Setting.DOMAIN_INCREMENTAL)).tasks();
    assertThat(shared.get(3).classes()).containsExactly(0, 1, 2);
    assertThat(shared.get(3).training().label(1)).isEqualTo(1);
  }

  @Test
  void thePartsOfASequenceHaveOneSetting() {
    Sequence mixed = sequence(part(Setting.TASK_INCREMENTAL), part(Setting.DOMAIN_INCREMENTAL));
    assertThatThrownBy(mixed::tasks)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("all must have the same setting");
  }

  private static Scenario images(int width) {
    return Fixtures.permuted(
        Fixtures.counting(3, 6, 3, width), 1, Setting.DOMAIN_INCREMENTAL, 0, 1);
  }

  @Test
  void imagesOfDifferentSizesAreBroughtToOne() {
    List<Task> tasks = sequence(List.of(1, 4), images(8), images(4)).tasks();
    assertThat(tasks)
        .extracting(Task::shape)
        .containsExactly(new long[] {1, 1, 4}, new long[] {1, 1, 4});
    // Example 2: the features are 2 + k / 1000, k from 0, in means of two.
    assertThat(Fixtures.read(tasks.get(0).training(), 2, 4))
        .containsExactly(new float[] {2.0005f, 2.0025f, 2.0045f, 2.0065f}, within(1e-5f));
    assertThat(Fixtures.read(tasks.get(1).training(), 2, 4))
        .containsExactly(2f, 2.001f, 2.002f, 2.003f);
  }

  @Test
  void differentShapesAreRefusedUnlessTheyAreImagesWithASize() {
    assertThatThrownBy(sequence(images(8), images(4))::tasks)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("[1, 1, 8] and [1, 1, 4]")
        .hasMessageContaining("size: [28, 28]");
    DataSet counting = Fixtures.counting(3, 6, 3, 8);
    DataSet table =
        new DataSet("t", new long[] {8}, counting.classes(), counting.training(), counting.test());
    Scenario plain = Fixtures.permuted(table, 1, Setting.DOMAIN_INCREMENTAL, 0, 1);
    assertThatThrownBy(sequence(List.of(1, 4), plain)::tasks)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("only images");
    assertThatThrownBy(() -> sequence(List.of(4), images(8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a height and a width");
  }
}
