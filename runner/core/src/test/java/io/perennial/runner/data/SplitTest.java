package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.Configured;
import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.InputException;
import io.perennial.api.Registration;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SplitTest {
  private static final int FEATURES = 3;

  @Property(tries = 200)
  void tasksArePartitionsOfTheData(
      @ForAll @IntRange(min = 1, max = 6) int tasks,
      @ForAll @IntRange(min = 1, max = 4) int classesEach,
      @ForAll Setting setting,
      @ForAll @DoubleRange(max = 0.99) double validation,
      @ForAll ClassOrder order,
      @ForAll long seed) {
    int classes = tasks * classesEach;
    DataSet data = Fixtures.counting(classes, 7 * classes, 2 * classes, FEATURES);

    List<Task> stream = Fixtures.split(data, tasks, setting, validation, order, seed).tasks();

    List<Integer> learned = new ArrayList<>();
    List<Integer> tested = new ArrayList<>();
    for (Task task : stream) {
      List<Integer> training = Fixtures.identities(task.training(), FEATURES);
      List<Integer> heldOut = Fixtures.identities(task.validation(), FEATURES);
      assertThat(training).isNotEmpty().isSorted();
      assertThat(heldOut).doesNotContainAnyElementsOf(training).isSorted();
      assertThat(heldOut.isEmpty()).isEqualTo(validation == 0);
      learned.addAll(training);
      learned.addAll(heldOut);
      tested.addAll(Fixtures.identities(task.test(), FEATURES));
      assertThat(task.classes()).hasSize(classesEach).isSorted();
      assertThat(Fixtures.labels(task.test()))
          .containsOnly(Arrays.stream(task.classes()).boxed().toArray(Integer[]::new));
    }
    assertThat(learned).containsExactlyInAnyOrderElementsOf(range(0, 7 * classes));
    assertThat(tested).containsExactlyInAnyOrderElementsOf(range(7 * classes, 9 * classes));
    assertThat(stream).extracting(Task::index).isEqualTo(range(0, tasks));
    assertThat(stream).extracting(Task::name).doesNotHaveDuplicates();
  }

  @Property(tries = 100)
  void sameSeedSameStreamOtherSeedOtherStream(@ForAll long seed) {
    DataSet data = Fixtures.counting(10, 400, 20, FEATURES);
    List<Integer> once = fingerprint(data, seed);
    assertThat(fingerprint(data, seed)).isEqualTo(once);
    assertThat(fingerprint(data, seed + 1)).isNotEqualTo(once);
  }

  @Test
  void labelsStayTheDataSetsUnlessTheDomainsShareThem() {
    DataSet data = Fixtures.counting(4, 8, 4, FEATURES);
    Task last = last(data, Setting.CLASS_INCREMENTAL);
    assertThat(last.classes()).containsExactly(2, 3);
    assertThat(Fixtures.labels(last.training())).containsExactly(2, 3, 2, 3);
    assertThat(last.name()).isEqualTo("c2/c3");

    Task domain = last(data, Setting.DOMAIN_INCREMENTAL);
    assertThat(domain.classes()).containsExactly(0, 1);
    assertThat(Fixtures.labels(domain.training())).containsExactly(0, 1, 0, 1);
    assertThat(Fixtures.identities(domain.training(), FEATURES)).containsExactly(2, 3, 6, 7);
    assertThat(Fixtures.read(domain.training(), 0, FEATURES)).containsExactly(2f, 2.001f, 2.002f);
  }

  @Test
  void classesMustDivide() {
    DataSet data = Fixtures.counting(3, 9, 3, FEATURES);
    assertThatThrownBy(
            () ->
                Fixtures.split(data, 5, Setting.TASK_INCREMENTAL, 0, ClassOrder.AS_GIVEN, 1)
                    .tasks())
        .isInstanceOf(InputException.class)
        .hasMessage(
            "scenario.tasks: 5 tasks cannot be made from 3 classes of counting; every task gets the"
                + " same number of classes. Possible: 1, 3; or say how many each task gets, with"
                + " sizes.");
  }

  @Property(tries = 50)
  void tasksOfAnySizesArePartitionsToo(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 4) Integer> sizes,
      @ForAll ClassOrder order,
      @ForAll long seed) {
    int classes = sizes.stream().mapToInt(Integer::intValue).sum();
    DataSet data = Fixtures.counting(classes, 5 * classes, 2 * classes, FEATURES);
    List<Task> stream = Fixtures.split(data, sizes, order, seed).tasks();
    assertThat(stream).extracting(task -> task.classes().length).isEqualTo(sizes);
    List<Integer> learned = new ArrayList<>();
    stream.forEach(task -> learned.addAll(Fixtures.identities(task.training(), FEATURES)));
    assertThat(learned).containsExactlyInAnyOrderElementsOf(range(0, 5 * classes));
  }

  @Test
  void sizesMustAddUp() {
    DataSet data = Fixtures.counting(5, 10, 5, FEATURES);
    assertThatThrownBy(() -> Fixtures.split(data, List.of(3, 1), ClassOrder.AS_GIVEN, 1).tasks())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("[3, 1] are 4 classes, but counting has 5")
        .hasMessageContaining("add up to 5");
    assertThatThrownBy(
            () ->
                new Split.Settings(
                    new Configured<>(DataSource.class, "any", new Registration.NoSettings()),
                    3,
                    Setting.TASK_INCREMENTAL,
                    0,
                    ClassOrder.AS_GIVEN,
                    List.of(3, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sizes must have one number a task: it has 2, and there are 3 tasks");
  }

  @Test
  void validationNeedsSomethingToLearnFrom() {
    DataSet data = Fixtures.counting(2, 2, 2, FEATURES);
    assertThatThrownBy(
            () ->
                Fixtures.split(data, 2, Setting.TASK_INCREMENTAL, 0.1, ClassOrder.AS_GIVEN, 1)
                    .tasks())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Task c0 has 1 training example")
        .hasMessageContaining("Set validation to 0");
  }

  @Test
  void classesWithoutTestExamplesAreRefused() {
    DataSet data = Fixtures.counting(4, 8, 1, FEATURES);
    assertThatThrownBy(
            () ->
                Fixtures.split(data, 2, Setting.TASK_INCREMENTAL, 0, ClassOrder.AS_GIVEN, 1)
                    .tasks())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Task c2/c3 of counting has no test examples");
  }

  private static Task last(DataSet data, Setting setting) {
    List<Task> tasks = Fixtures.split(data, 2, setting, 0, ClassOrder.AS_GIVEN, 1).tasks();
    return tasks.get(tasks.size() - 1);
  }

  private static List<Integer> fingerprint(DataSet data, long seed) {
    List<Integer> all = new ArrayList<>();
    Fixtures.split(data, 5, Setting.CLASS_INCREMENTAL, 0.2, ClassOrder.SHUFFLED, seed)
        .tasks()
        .forEach(
            task -> {
              all.addAll(Fixtures.identities(task.training(), FEATURES));
              all.addAll(Fixtures.identities(task.validation(), FEATURES));
            });
    return all;
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }
}
