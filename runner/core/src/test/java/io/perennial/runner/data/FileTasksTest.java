package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.Configured;
import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Examples;
import io.perennial.api.Extensions;
import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.api.Registration;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTasksTest {
  @TempDir private Path directory;

  private record Source(Path path, int factor) {}

  private static DataSet counting(Source source, String... classes) {
    DataSet data = Fixtures.counting(classes.length, 6 * classes.length, 2 * classes.length, 3);
    return new DataSet(
        String.valueOf(source.path().getFileName()),
        data.shape(),
        Arrays.asList(classes),
        data.training(),
        data.test());
  }

  /** Gives each directory's data: the names of the classes are the directory's entries. */
  private static final class Reading implements Extensions {
    @Override
    public <T> T create(Configured<T> block, String label) {
      Source source = (Source) block.settings();
      DataSource data =
          () -> {
            assertThat(source.factor()).isEqualTo(4);
            try (var entries = Files.list(source.path())) {
              return counting(
                  source,
                  entries
                      .map(entry -> String.valueOf(entry.getFileName()))
                      .sorted()
                      .toArray(String[]::new));
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          };
      return block.kind().cast(data);
    }
  }

  private List<Task> tasks(Record settings, double validation) {
    return new FileTasks(
            new FileTasks.Settings(
                new Configured<>(DataSource.class, "folder", settings),
                Setting.CLASS_INCREMENTAL,
                validation),
            new RandomSource(3),
            new Reading())
        .tasks();
  }

  private void make(String task, String... classes) throws IOException {
    for (String name : classes) {
      Files.createDirectories(directory.resolve(task).resolve(name));
    }
  }

  private static List<Integer> labels(Examples examples) {
    return Fixtures.labels(examples).stream().distinct().sorted().toList();
  }

  @Test
  void eachDirectoryIsATaskAndClassesAreToldByTheirNames() throws IOException {
    make("2-pets", "cat", "dog", "hare");
    make("1-farm", "cow", "hare");
    Files.writeString(directory.resolve("notes.txt"), "no task");
    List<Task> tasks = tasks(new Source(directory, 4), 0.25);
    assertThat(tasks).extracting(Task::name).containsExactly("1-farm", "2-pets");
    assertThat(tasks.get(0).classes()).containsExactly(0, 1);
    assertThat(tasks.get(1).classes()).containsExactly(1, 2, 3);
    assertThat(labels(tasks.get(1).test())).containsExactly(1, 2, 3);
    // 'hare' is the third class of its directory and the second of the stream.
    assertThat(Fixtures.labels(tasks.get(1).test())).startsWith(2, 3, 1);
    assertThat(tasks.get(1).validation().size()).isEqualTo(5);
    assertThat(Fixtures.identities(tasks.get(1).validation(), 3))
        .doesNotContainAnyElementsOf(Fixtures.identities(tasks.get(1).training(), 3));
  }

  @Test
  void directoriesThatComeLaterLeaveTheTasksBeforeThemAsTheyWere() throws IOException {
    make("a", "cow", "hare");
    make("b", "ant", "cow");
    List<Task> before = tasks(new Source(directory, 4), 0.25);
    make("c", "aardvark", "cow");
    List<Task> after = tasks(new Source(directory, 4), 0.25);
    assertThat(after).hasSize(3);
    for (int t = 0; t < 2; t++) {
      assertThat(after.get(t).classes()).isEqualTo(before.get(t).classes());
      assertThat(Fixtures.identities(after.get(t).training(), 3))
          .isEqualTo(Fixtures.identities(before.get(t).training(), 3));
      assertThat(Fixtures.labels(after.get(t).training()))
          .isEqualTo(Fixtures.labels(before.get(t).training()));
    }
  }

  @Test
  void whatCannotBeReadDirectoryByDirectory() {
    assertThatThrownBy(() -> tasks(new Registration.NoSettings(), 0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("'folder' has no setting 'path'");
    assertThatThrownBy(() -> tasks(new Source(directory, 4), 0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("holds no directory");
  }
}
