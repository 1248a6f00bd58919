package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Artefact;
import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.models.ProgressiveColumns;
import io.perennial.models.Vectors;
import io.perennial.runner.result.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressiveNetworkTest {
  private static final String COLUMNS = "[{type: progressive-network}]";

  @TempDir Path directory;
  private Digits digits;

  @BeforeEach
  void prepare() {
    digits = new Digits(directory);
  }

  private static String split(int tasks, String setting, double validation, String strategies) {
    String scenario =
        "type: split, tasks: %d, setting: %s, validation: %s".formatted(tasks, setting, validation);
    return Digits.expansion(scenario, 3, strategies);
  }

  @Test
  void forgetsExactlyNothingAndOldColumnsKeepEveryBit() {
    List<List<String>> bits = new ArrayList<>();
    RunListener recorder =
        new RunListener() {
          @Override
          public void taskDone(Learner learner, AccuracyMatrix accuracy) {
            ProgressiveColumns columns = (ProgressiveColumns) learner.model();
            List<String> now = new ArrayList<>();
            for (int c = 0; c < columns.size(); c++) {
              now.add(Vectors.sha256(columns.parameters(c)));
            }
            bits.add(now);
          }
        };
    RunResult result = digits.run(2, split(5, "task-incremental", 0, COLUMNS), recorder);
    AccuracyMatrix accuracy = result.accuracy();
    for (int j = 0; j < 5; j++) {
      assertThat(accuracy.at(j, j)).isGreaterThan(0.9);
      for (int i = j; i < 5; i++) {
        assertThat(accuracy.at(i, j)).isEqualTo(accuracy.at(j, j));
        assertThat(bits.get(i).get(j)).isEqualTo(bits.get(j).get(j));
      }
      for (int i = 0; i < j; i++) {
        assertThat(accuracy.at(i, j)).isNaN();
      }
    }
    List<Long> parameters = result.parameters();
    Artefact.Table growth = (Artefact.Table) artefacts(result).get(0);
    assertThat(growth.rows()).hasSize(5);
    for (int t = 0; t < 5; t++) {
      assertThat(growth.rows().get(t).get(2)).isEqualTo(parameters.get(t));
    }
    assertThat(parameters.get(0)).isEqualTo(64 * 60 + 60 + 60 * 40 + 40 + 40 * 2 + 2);
    assertThat(parameters.get(4)).isGreaterThan(5 * parameters.get(0));
  }

  private static List<Artefact> artefacts(RunResult result) {
    return result.artefacts().getOrDefault("progressive-network", List.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "7"})
  void sameBitsForAnyThreadsAndResumed(String adapterWidth) {
    String strategies = "[{type: progressive-network, adapterWidth: " + adapterWidth + "}]";
    digits.assertReproducible(split(5, "task-incremental", 0, strategies), 3);
  }

  @Test
  void twentyTasksStayFiniteAndAreKept() {
    String permuted = "type: permuted, tasks: 20, setting: task-incremental";
    RunResult result = digits.run(2, Digits.expansion(permuted, 2, COLUMNS));
    for (int j = 0; j < 20; j++) {
      assertThat(result.accuracy().at(19, j))
          .isEqualTo(result.accuracy().at(j, j))
          .isGreaterThan(0.6);
    }
  }

  @Test
  void tasksOfOneClassAndOfOneExampleAreLearned() {
    RunResult result = digits.run(2, split(10, "task-incremental", 0.999, COLUMNS));
    for (int j = 0; j < 10; j++) {
      assertThat(result.accuracy().at(9, j)).isEqualTo(1); // Nothing competes within the task.
    }
    assertThat(digits.run(2, split(1, "task-incremental", 0, COLUMNS)).accuracy().at(0, 0))
        .isGreaterThan(0.8);
  }

  @Test
  void refusesWhatItCannotDo() {
    for (String setting : List.of("domain-incremental", "class-incremental")) {
      assertThatThrownBy(() -> digits.run(1, split(5, setting, 0, COLUMNS)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("which task's column to ask")
          .hasMessageContaining("task-incremental");
    }
    String beside = "[{type: progressive-network}, {type: ewc}]";
    assertThatThrownBy(() -> digits.run(1, split(5, "task-incremental", 0, beside)))
        .hasMessageContaining("nothing to guard");
    String wide = "[{type: progressive-network, adapterWidth: 1000000}]";
    String hidden = split(5, "task-incremental", 0, wide).replace("[60, 40]", "[900, 900]");
    assertThatThrownBy(() -> digits.run(1, hidden)).hasMessageContaining("narrower adapters");
  }
}
