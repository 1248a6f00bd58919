package io.perennial.runner.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.Examples;
import io.perennial.api.InputException;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.runner.config.RunConfiguration.MeasureOn;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskStreamTest {
  @Test
  void classesAreNumberedAsTheyAppear() {
    TaskStream stream = TaskStream.of(List.of(task(0, 0, 1), task(1, 3, 7)), new int[] {1, 0});
    assertThat(stream.tasks().get(0).classes()).containsExactly(0, 1);
    assertThat(stream.tasks().get(0).test().label(1)).isEqualTo(1);
    assertThat(stream.tasks().get(1).test().label(0)).isEqualTo(2);
  }

  @Test
  void aLabelThatNoTaskNamesIsNotTakenForAnother() {
    Task odd =
        new Task(
            0, "odd", new long[] {1}, new int[] {3, 7}, labels(3, 7), labels(), labels(3, 5, 9));
    Examples test = TaskStream.of(List.of(odd), new int[] {0}).tasks().get(0).test();
    assertThat(test.label(0)).isEqualTo(0);
    for (int index : new int[] {1, 2}) {
      assertThatThrownBy(() -> test.label(index))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("class " + (index == 1 ? 5 : 9));
    }
  }

  @Test
  void aStreamTaughtLaterKnowsClassesByTheirNames() {
    TaskStream first =
        TaskStream.of(List.of(task(0, 0, 1)), new int[] {0}, List.of("cat", "dog", "cow"));
    TaskStream second =
        TaskStream.of(List.of(task(0, 1, 2)), new int[] {0}, List.of("hen", "owl", "dog"));
    TaskStream both = first.then(second, Setting.CLASS_INCREMENTAL);
    assertThat(both.classNames()).containsExactly("cat", "dog", "owl");
    assertThat(both.tasks()).extracting(Task::name).containsExactly("task 0", "task 0 (2)");
    assertThat(both.tasks().get(1).index()).isEqualTo(1);
    assertThat(both.tasks().get(1).test().label(0)).as("an owl").isEqualTo(2);
    assertThat(both.tasks().get(1).test().label(1)).as("a dog").isEqualTo(1);
    assertThat(both.classesAfter(1)).isEqualTo(3);
    assertThat(both.endsWith(0)).isTrue();
    assertThat(both.endsWith(1)).isFalse();
  }

  @Test
  void classesWithoutNamesAreTheSameOnlyWhereAllTasksShareThem() {
    TaskStream first = TaskStream.of(List.of(task(0, 0, 1)), new int[] {0});
    TaskStream second = TaskStream.of(List.of(task(0, 0, 1)), new int[] {0});
    assertThat(first.then(second, Setting.DOMAIN_INCREMENTAL).classesAfter(1)).isEqualTo(2);
    assertThat(first.then(second, Setting.TASK_INCREMENTAL).classesAfter(1)).isEqualTo(4);
    Task wide = new Task(0, "wide", new long[] {7}, new int[] {0}, labels(0), labels(), labels(0));
    assertThatThrownBy(
            () ->
                first.then(TaskStream.of(List.of(wide), new int[] {0}), Setting.DOMAIN_INCREMENTAL))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("shape [7], but the model was taught with [1]");
  }

  @Test
  void theFirstTasksAreThoseOfTheOrderedStream() {
    TaskStream stream =
        TaskStream.of(List.of(task(0, 0), task(1, 1), task(2, 2)), new int[] {2, 0, 1});
    assertThat(stream.first(0)).isSameAs(stream);
    TaskStream first = stream.first(2);
    assertThat(first.tasks()).extracting(Task::name).containsExactly("task 2", "task 0");
    assertThat(first.classesAfter(1)).isEqualTo(2);
    assertThatThrownBy(() -> stream.first(4))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("firstTasks: 4")
        .hasMessageContaining("it has 3");
  }

  @Test
  void measuredOnValidationTheTestExamplesAreNotTouched() {
    Task task =
        new Task(0, "t", new long[] {1}, new int[] {0, 1}, labels(0, 1), labels(1), labels(0, 0));
    TaskStream stream = TaskStream.of(List.of(task), new int[] {0});
    assertThat(stream.measuredOn(MeasureOn.TEST)).isSameAs(stream);
    Examples measured = stream.measuredOn(MeasureOn.VALIDATION).tasks().get(0).test();
    assertThat(measured.size()).isEqualTo(1);
    assertThat(measured.label(0)).isEqualTo(1);
  }

  @Test
  void withoutValidationExamplesNothingIsMeasuredOnThem() {
    Task task = new Task(0, "t", new long[] {1}, new int[] {0}, labels(0), labels(), labels(0));
    TaskStream stream = TaskStream.of(List.of(task), new int[] {0});
    assertThatThrownBy(() -> stream.measuredOn(MeasureOn.VALIDATION))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("task 't' has no validation examples");
  }

  private static Task task(int index, int... classes) {
    Examples examples = labels(classes);
    return new Task(index, "task " + index, new long[] {1}, classes, examples, examples, examples);
  }

  private static Examples labels(int... labels) {
    return new Examples() {
      @Override
      public int size() {
        return labels.length;
      }

      @Override
      public int label(int index) {
        return labels[index];
      }

      @Override
      public void read(int index, float[] destination, int offset) {}
    };
  }
}
