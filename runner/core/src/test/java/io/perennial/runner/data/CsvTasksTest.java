package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Examples;
import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.runner.inspection.Inspection;
import io.perennial.runner.inspection.LabelChecks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams of CSV files, one a task, that go on growing. */
class CsvTasksTest {
  @TempDir private Path directory;

  private static CsvColumns columns(List<String> categorical, boolean standardise) {
    return new CsvColumns(
        "y", true, ",", categorical, List.of(), MissingCells.REFUSED, standardise);
  }

  private Scenario scenario(Path path, String taskColumn, CsvColumns columns, Setting setting) {
    return scenario(path, taskColumn, columns, setting, 0.25, 7);
  }

  private static Scenario scenario(
      Path path, String column, CsvColumns columns, Setting setting, double validation, long seed) {
    return new CsvTasks(
        new CsvTasks.Settings(path, column, columns, setting, 0.3, validation),
        new RandomSource(seed),
        new DerivedData(path.resolveSibling("cache"), 1 << 20, 1 << 20),
        new Preparation());
  }

  private List<Task> plain(double validation, long seed) {
    return scenario(
            directory, "", columns(List.of(), false), Setting.DOMAIN_INCREMENTAL, validation, seed)
        .tasks();
  }

  private List<Task> tasks(CsvColumns columns) {
    return scenario(directory, "", columns, Setting.DOMAIN_INCREMENTAL).tasks();
  }

  /** Rows whose first number says which one it is; classes by turns. */
  private void write(String file, int first, int rows, String... classes) throws IOException {
    StringBuilder text = new StringBuilder("n,x,y\n");
    for (int i = 0; i < rows; i++) {
      text.append(first + i).append(',').append(first + i * i).append(',');
      text.append(classes[i % classes.length]).append('\n');
    }
    Files.writeString(directory.resolve(file), text.toString());
  }

  private static List<Integer> numbers(Examples examples) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      numbers.add((int) Fixtures.read(examples, i, 2)[0]);
    }
    return numbers;
  }

  private static List<List<Float>> contents(Task task) {
    List<List<Float>> contents = new ArrayList<>();
    for (Examples part : List.of(task.training(), task.validation(), task.test())) {
      for (int i = 0; i < part.size(); i++) {
        List<Float> row = new ArrayList<>(List.of((float) part.label(i)));
        for (float value : Fixtures.read(part, i, (int) task.shape()[0])) {
          row.add(value);
        }
        contents.add(row);
      }
    }
    return contents;
  }

  @Test
  void eachFileIsATaskInTheOrderOfTheirNames() throws IOException {
    write("2024-02.csv", 100, 10, "v", "u");
    write("2024-01.CSV", 0, 20, "u", "v");
    Files.writeString(directory.resolve("README.txt"), "no task");
    Files.writeString(directory.resolve(".hidden.csv"), "no task");
    List<Task> tasks = plain(0, 1);
    assertThat(tasks).extracting(Task::name).containsExactly("2024-01", "2024-02");
    assertThat(tasks).extracting(Task::index).containsExactly(0, 1);
    assertThat(tasks.get(1).classes()).containsExactly(0, 1);
    int late = numbers(tasks.get(1).training()).indexOf(101);
    Examples where = late >= 0 ? tasks.get(1).training() : tasks.get(1).test();
    int row = late >= 0 ? late : numbers(where).indexOf(101);
    // 'u' came first in the stream.
    assertThat(where.label(row)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0,1", "0.2,2", "0.5,3"})
  void theRowsOfAFileAreDividedBetweenTheThreeParts(double validation, long seed)
      throws IOException {
    write("a.csv", 0, 30, "u", "v", "w");
    write("b.csv", 100, 24, "u", "v");
    for (Task task : plain(validation, seed)) {
      List<Integer> all = numbers(task.training());
      assertThat(task.validation().size() > 0).isEqualTo(validation > 0);
      all.addAll(numbers(task.validation()));
      all.addAll(numbers(task.test()));
      int first = task.index() * 100;
      assertThat(all)
          .doesNotHaveDuplicates()
          .hasSize(task.index() == 0 ? 30 : 24)
          .allMatch(n -> n >= first && n < first + 30);
      assertThat(Fixtures.labels(task.test()).stream().distinct().sorted().toList())
          .hasSize(task.classes().length - task.index());
    }
  }

  @Test
  void sameSeedSameRowsOtherSeedOtherRows() throws IOException {
    write("a.csv", 0, 60, "u", "v");
    assertThat(contents(plain(0.2, 5).get(0))).isEqualTo(contents(plain(0.2, 5).get(0)));
    assertThat(contents(plain(0.2, 6).get(0))).isNotEqualTo(contents(plain(0.2, 5).get(0)));
  }

  @Test
  void filesThatComeLaterLeaveTheTasksBeforeThemAsTheyWere() throws IOException {
    Files.writeString(
        directory.resolve("a.csv"),
        "n,x,y\n1,red,u\n2,blue,v\n3,red,u\n4,blue,v\n5,red,u\n6,red,v\n");
    Files.writeString(
        directory.resolve("b.csv"), "n,x,y\n9,blue,v\n8,green,u\n9,blue,v\n8,green,u\n");
    CsvColumns columns = columns(List.of("x"), true);
    List<Task> before = tasks(columns);
    Files.writeString(
        directory.resolve("c.csv"), "n,x,y\n-50,amber,a\n60,blue,u\n-50,amber,a\n60,blue,u\n");
    List<Task> after = tasks(columns);
    assertThat(after).hasSize(3);
    for (int t = 0; t < 2; t++) {
      assertThat(contents(after.get(t))).isEqualTo(contents(before.get(t)));
      assertThat(after.get(t).classes()).isEqualTo(before.get(t).classes());
      assertThat(after.get(t).name()).isEqualTo(before.get(t).name());
    }
    assertThat(after.get(2).classes()).containsExactly(0, 1, 2);
  }

  @Test
  void onlyTheFirstTasksTrainingRowsAreLearnedFrom() throws IOException {
    write("a.csv", 0, 40, "u", "v");
    write("b.csv", 1000, 40, "u", "v");
    List<Task> tasks = tasks(columns(List.of(), true));
    Examples training = tasks.get(0).training();
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < training.size(); i++) {
      float value = Fixtures.read(training, i, 2)[0];
      sum += value;
      squares += value * value;
    }
    assertThat(sum / training.size()).isCloseTo(0, within(1e-5));
    assertThat(squares / training.size()).isCloseTo(1, within(1e-4));
    // 1000 is some 80 deviations away from the first file's mean.
    assertThat(Fixtures.read(tasks.get(1).training(), 0, 2)[0]).isGreaterThan(50);
  }

  @Test
  void missingValuesAreCountedAndClassesHaveNames() throws IOException {
    Files.writeString(
        directory.resolve("a.csv"), "n,x,y\n1,,u\n2,3,v\n,NA,u\n4,5,v\n6,7,u\n8,9,v\n");
    CsvColumns columns =
        new CsvColumns("y", true, ",", List.of(), List.of(), MissingCells.MEAN, true);
    Inspection inspection =
        Inspection.of(scenario(directory, "", columns, Setting.DOMAIN_INCREMENTAL));
    assertThat(inspection.summaries().get(0).missing()).isEqualTo(3);
    assertThat(inspection.summaries().get(0).notFinite()).isZero();
    assertThat(inspection.classNames()).containsExactly("u", "v");
    assertThat(inspection.className(1)).isEqualTo("v");
  }

  @Test
  void aColumnMayTellTheTask() throws IOException {
    Path file = directory.resolve("all.csv");
    StringBuilder text = new StringBuilder("site,n,x,y\n");
    for (int i = 0; i < 24; i++) {
      text.append(i % 2 == 0 ? "north" : "east").append(',').append(i).append(",0,u\n");
      text.append(i % 2 == 0 ? "north" : "east").append(',').append(i + 100).append(",0,v\n");
    }
    Files.writeString(file, text.toString());
    List<Task> tasks =
        scenario(file, "site", columns(List.of(), false), Setting.CLASS_INCREMENTAL).tasks();
    assertThat(tasks).extracting(Task::name).containsExactly("north", "east");
    assertThat(tasks.get(0).shape()).containsExactly(2);
    assertThat(numbers(tasks.get(1).training())).allMatch(n -> n % 2 == 1);
    assertThat(tasks.get(1).classes()).containsExactly(0, 1);
  }

  @Test
  void aLabelThatIsMissingInALaterFile() throws IOException {
    write("a.csv", 0, 10, "u", "v");
    Files.writeString(directory.resolve("b.csv"), "n,x,y\n1,2,u\n3,4,\n5,6,v\n7,8, \n");
    assertThatThrownBy(() -> plain(0, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("b.csv, line 3, column 'y': empty, but each row needs its class")
        .hasMessageContaining("b.csv, line 5, column 'y'");
  }

  @Test
  void aHeaderThatChangesBetweenFiles() throws IOException {
    write("a.csv", 0, 10, "u", "v");
    Files.writeString(directory.resolve("b.csv"), "n,z,y\n1,2,u\n");
    assertThatThrownBy(() -> plain(0, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("b.csv, line 1")
        .hasMessageContaining("column 2 is 'z', not 'x'");
    Files.writeString(directory.resolve("b.csv"), "n,x\n1,2\n");
    assertThatThrownBy(() -> plain(0, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("b.csv, line 1")
        .hasMessageContaining("2 columns, not 3");
  }

  @Test
  void aClassThatALaterFileDoesNotHaveIsTold() throws IOException {
    write("a.csv", 0, 30, "u", "v", "w");
    write("b.csv", 100, 24, "u", "v");
    assertThat(LabelChecks.of(plain(0, 1), Setting.DOMAIN_INCREMENTAL, Scenario.Boundaries.SHARP))
        .extracting(Object::toString)
        .first()
        .asString()
        .contains("task 'b': it has no training example of class 2");
  }

  @Test
  void whatIsNoStreamOfFiles() throws IOException {
    assertThatThrownBy(() -> plain(0, 1)).hasMessageContaining("holds no CSV file");
    write("a.csv", 0, 10, "u", "v");
    Path file = directory.resolve("a.csv");
    CsvColumns columns = columns(List.of(), false);
    assertThatThrownBy(() -> scenario(file, "", columns, Setting.DOMAIN_INCREMENTAL).tasks())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("nothing tells its tasks apart");
    assertThatThrownBy(() -> scenario(file, "site", columns, Setting.DOMAIN_INCREMENTAL).tasks())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("there is no column 'site'");
    Path none = directory.resolve("none");
    assertThatThrownBy(() -> scenario(none, "", columns, Setting.DOMAIN_INCREMENTAL).tasks())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("does not exist");
    Files.writeString(directory.resolve("b.csv"), "n,x,y\n1,2,u\n");
    assertThatThrownBy(() -> plain(0, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Task b has one row of each of its classes");
  }

  @Test
  void aLinkThatLeavesTheDirectory(@TempDir Path elsewhere) throws IOException {
    write("a.csv", 0, 10, "u", "v");
    Path secret = Files.copy(directory.resolve("a.csv"), elsewhere.resolve("secret.csv"));
    Files.createSymbolicLink(directory.resolve("b.csv"), secret);
    assertThatThrownBy(() -> plain(0, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("b.csv: a link to ")
        .hasMessageContaining("outside of the directory");
    Files.delete(directory.resolve("b.csv"));
    Files.createSymbolicLink(directory.resolve("b.csv"), directory.resolve("a.csv"));
    assertThat(plain(0, 1)).hasSize(2);
  }
}
