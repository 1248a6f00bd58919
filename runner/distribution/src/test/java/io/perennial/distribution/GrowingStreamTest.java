package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.inspection.Inspection;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A directory of CSV files to which a file is added: the run goes on with it as a new task. */
class GrowingStreamTest {
  private static final Path MACHINES = Path.of("../../examples/data/machines");
  private static final Perennial PERENNIAL = Perennial.start(1);

  @TempDir private Path directory;

  @AfterAll
  static void close() {
    PERENNIAL.close();
  }

  private Path stream(String name, int files) throws IOException {
    Path stream = Files.createDirectories(directory.resolve(name));
    for (int month = 1; month <= files; month++) {
      add(stream, month);
    }
    return stream;
  }

  private static void add(Path stream, int month) throws IOException {
    String file = "2024-0" + month + ".csv";
    Files.copy(MACHINES.resolve(file), stream.resolve(file));
  }

  private static RunResult run(Path stream, String setting, Path out, boolean resume) {
    String yaml =
        """
        name: machines
        pipeline: knowledge-retention
        scenario:
          type: csv-tasks
          path: '%s'
          columns: {label: state, categorical: [site]}
          setting: %s
          validation: 0.1
        model: {type: mlp, hidden: [16]}
        training: {epochs: 10, batchSize: 16, optimizer: {type: sgd, learningRate: 0.05}}
        strategies: [{type: ewc, lambda: 1}]
        """
            .formatted(stream.toAbsolutePath(), setting);
    return PERENNIAL
        .run(PERENNIAL.parse(yaml), new RunOptions(out, resume, List.of()))
        .runs()
        .get(0);
  }

  @ParameterizedTest
  @CsvSource({"domain-incremental", "class-incremental"})
  void aFileAddedLaterIsANewTask(String setting) throws IOException {
    RunResult whole = run(stream("whole", 3), setting, directory.resolve("out-whole"), false);

    Path growing = stream("growing", 2);
    Path out = directory.resolve("out-growing");
    RunResult first = run(growing, setting, out, false);
    assertThat(first.accuracy().tasks()).containsExactly("2024-01", "2024-02");
    add(growing, 3);
    RunResult second = run(growing, setting, out, true);

    assertThat(second.status()).isEqualTo(RunResult.Status.COMPLETE);
    assertThat(second.accuracy().tasks()).containsExactly("2024-01", "2024-02", "2024-03");
    assertThat(second.parametersSha256()).isEqualTo(whole.parametersSha256());
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        if (i == 2 || j < 2) {
          assertThat(second.accuracy().at(i, j)).isEqualTo(whole.accuracy().at(i, j));
        } else {
          assertThat(second.accuracy().at(i, j)).as("not there at the time").isNaN();
        }
      }
    }
    assertThat(whole.accuracy().at(0, 0)).isGreaterThan(0.75);
  }

  @Test
  void aFileThatIsGoneIsMissedBeforeAnythingIsWritten() throws IOException {
    Path stream = stream("shrinking", 2);
    Path out = directory.resolve("out");
    run(stream, "domain-incremental", out, false);
    String results = Files.readString(out.resolve("results.json"));
    Files.delete(stream.resolve("2024-02.csv"));
    assertThatThrownBy(() -> run(stream, "domain-incremental", out, true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("learned or begun 2 tasks, but the stream has only 1 now");
    assertThat(out.resolve("results.json")).content().isEqualTo(results);
  }

  /** The examples whose data is shipped beside them are as sound as they can be. */
  @ParameterizedTest
  @CsvSource({"csv-tasks-machines-ewc, 3", "files-digit-folders-naive, 2"})
  void shippedDataHasNoMistake(String example, int tasks) {
    Inspection inspection =
        PERENNIAL.inspect(PERENNIAL.read(Path.of("../../examples", example + ".yaml"), List.of()));
    assertThat(inspection.tasks()).hasSize(tasks);
    assertThat(inspection.hasErrors()).isFalse();
    assertThat(inspection.summaries()).allMatch(task -> task.training() > 80 && task.test() > 20);
  }
}
