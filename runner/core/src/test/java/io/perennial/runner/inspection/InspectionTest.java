package io.perennial.runner.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Examples;
import io.perennial.api.Finding;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each mistake is found where it is made, and nowhere else. */
class InspectionTest {
  /** Examples as they are written out. */
  private record Written(int[] labels, float[][] values) implements Examples {
    @Override
    public int size() {
      return labels.length;
    }

    @Override
    public int label(int index) {
      return labels[index];
    }

    @Override
    public void read(int index, float[] destination, int offset) {
      System.arraycopy(values[index], 0, destination, offset, values[index].length);
    }
  }

  private record Stream(Setting setting, Boundaries boundaries, List<Task> tasks)
      implements Scenario {}

  /** Four examples of two features, the k-th one {@code (base + k, base - k)}. */
  private static Written examples(float base, int... labels) {
    float[][] values = new float[labels.length][];
    for (int k = 0; k < labels.length; k++) {
      values[k] = new float[] {base + k, base - k};
    }
    return new Written(labels, values);
  }

  private static Task task(int index, int[] classes, Examples training, Examples test) {
    Examples none = training.select(new int[0]);
    return new Task(index, "t" + index, new long[] {2}, classes, training, none, test);
  }

  private static Task sound(int index, int... classes) {
    return task(
        index,
        classes,
        examples(100 * index, classes[0], classes[1], classes[0], classes[1]),
        examples(100 * index + 50, classes));
  }

  private static List<Finding> findings(Setting setting, Task... tasks) {
    return Inspection.of(new Stream(setting, Scenario.Boundaries.SHARP, List.of(tasks))).findings();
  }

  private static List<Finding> ofOne(Task task) {
    return findings(Setting.TASK_INCREMENTAL, task);
  }

  @Test
  void soundTasksHaveNoFinding() {
    Inspection inspection =
        Inspection.of(
            new Stream(
                Setting.CLASS_INCREMENTAL,
                Scenario.Boundaries.SHARP,
                List.of(sound(0, 0, 1), sound(1, 2, 3))));
    assertThat(inspection.findings()).isEmpty();
    assertThat(inspection.hasErrors()).isFalse();
    TaskSummary second = inspection.summaries().get(1);
    assertThat(second.training()).isEqualTo(4);
    assertThat(second.minimum()).isEqualTo(97);
    assertThat(second.maximum()).isEqualTo(151);
    assertThat(second.notFinite()).isZero();
    assertThat(second.constant()).isEmpty();
    assertThat(second.classes())
        .containsExactly(
            new TaskSummary.ClassCount(2, 2, 0, 1), new TaskSummary.ClassCount(3, 2, 0, 1));
    assertThat(second.first()).hasSize(3);
    assertThat(second.first().get(1).values()).containsExactly(101, 99);
    assertThat(second.first().get(1).label()).isEqualTo(3);
  }

  @Test
  void aClassInTwoTasksOfASplit() {
    Task[] shared = {sound(0, 0, 1), sound(1, 1, 2)};
    assertThat(findings(Setting.TASK_INCREMENTAL, shared))
        .singleElement()
        .hasToString(
            "scenario: a class is in more than one task; class 1, for one, in 't0' and 't1'. In this"
                + " setting new tasks bring new classes. If the classes stay the same and the input"
                + " changes, choose setting: domain-incremental.");
    assertThat(findings(Setting.DOMAIN_INCREMENTAL, shared)).isEmpty();
    Stream blurred =
        new Stream(Setting.CLASS_INCREMENTAL, Scenario.Boundaries.BLURRED, List.of(shared));
    assertThat(Inspection.of(blurred).findings()).isEmpty();
  }

  @Test
  void labelsOutsideTheRange() {
    Task task = task(0, new int[] {0, 1}, examples(0, 0, 1, 7, -1), examples(50, 0, 1));
    assertThat(ofOne(task))
        .anySatisfy(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
              assertThat(finding)
                  .asString()
                  .contains(
                      "2 of its training examples have a label that is none of its classes 0, 1")
                  .contains("example 2 has 7");
            });
  }

  @Test
  void anEmptyClass() {
    Task task = task(0, new int[] {0, 1, 2}, examples(0, 0, 1, 0), examples(50, 0, 2));
    assertThat(ofOne(task))
        .extracting(Finding::reason)
        .containsExactly(
            "it has no training example of class 2, so it cannot be learned here.",
            "it has no test example of class 1, so how well it is known is not measured.");
    Stream free = new Stream(Setting.CLASS_INCREMENTAL, Scenario.Boundaries.NONE, List.of(task));
    assertThat(Inspection.of(free).findings()).isEmpty();
  }

  @Test
  void examplesThatAreAllTheSame() {
    float[][] same = new float[40][];
    Arrays.fill(same, new float[] {3, 4});
    int[] labels = new int[40];
    labels[1] = 1;
    Task task = task(0, new int[] {0, 1}, new Written(labels, same), examples(50, 0, 1));
    assertThat(LabelChecks.of(List.of(task), Setting.TASK_INCREMENTAL, Scenario.Boundaries.SHARP))
        .singleElement()
        .asString()
        .contains("its first 32 training examples are all the same");
    assertThat(ofOne(task))
        .extracting(Finding::reason)
        .contains("all its 40 training examples are the same.");
    same[20] = new float[] {3, 5};
    assertThat(LabelChecks.of(List.of(task), Setting.TASK_INCREMENTAL, Scenario.Boundaries.SHARP))
        .isEmpty();
  }

  @Test
  void aColumnThatIsConstant() {
    float[][] values = {{1, 5}, {2, 5}, {3, 5}};
    Task task =
        task(0, new int[] {0, 1}, new Written(new int[] {0, 1, 0}, values), examples(50, 0, 1));
    assertThat(ofOne(task))
        .singleElement()
        .asString()
        .contains("1 of its 2 features have one value in all training examples: number 1, from 0");
  }

  @Test
  void testExamplesAmongTheTrainingExamplesOfAnyTask() {
    Task first = sound(0, 0, 1);
    float[][] values = {{200, 1}, {50, 50}, {51, 49}};
    Task second =
        task(1, new int[] {2, 3}, new Written(new int[] {2, 3, 2}, values), examples(90, 2, 3));
    assertThat(findings(Setting.CLASS_INCREMENTAL, first, second))
        .singleElement()
        .asString()
        .startsWith("task 't1': 2 of its 3 training examples are test examples, too")
        .contains("such as training example 1,");
  }

  @Test
  void valuesThatAreNoNumbers() {
    float[][] values = {{Float.NaN, 5}, {2, Float.POSITIVE_INFINITY}, {3, 6}};
    Task task =
        task(0, new int[] {0, 1}, new Written(new int[] {0, 1, 0}, values), examples(50, 0, 1));
    Inspection inspection =
        Inspection.of(
            new Stream(Setting.TASK_INCREMENTAL, Scenario.Boundaries.SHARP, List.of(task)));
    assertThat(inspection.hasErrors()).isTrue();
    assertThat(inspection.findings())
        .extracting(Finding::reason)
        .contains("2 of its values are no finite numbers.");
    assertThat(inspection.summaries().get(0).maximum()).isEqualTo(51);
  }

  @Test
  void aClassThatIsMuchRarerThanAnother() {
    int[] labels = new int[41];
    labels[0] = 1;
    labels[20] = 1;
    Task task = task(0, new int[] {0, 1}, examples(0, labels), examples(500, 0, 1));
    assertThat(ofOne(task)).isEmpty();
    labels[20] = 0;
    Task rarer = task(0, new int[] {0, 1}, examples(0, labels), examples(500, 0, 1));
    assertThat(ofOne(rarer))
        .singleElement()
        .asString()
        .contains("its largest class has 40 training examples and its smallest 1");
  }
}
