package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.Artefact;
import io.perennial.api.InputException;
import io.perennial.runner.result.RunResult;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpertGateTest {
  private static final String GATE = "[{type: expert-gate}]";

  @TempDir Path directory;
  private Digits digits;

  @BeforeEach
  void prepare() {
    digits = new Digits(directory);
  }

  private static String permuted(int tasks, String setting, int epochs, String strategies) {
    String scenario = "type: permuted, tasks: %d, setting: %s".formatted(tasks, setting);
    return Digits.expansion(scenario, epochs, strategies);
  }

  private static <A extends Artefact> A artefact(RunResult result, String name, Class<A> type) {
    return result.artefacts().getOrDefault("expert-gate", List.of()).stream()
        .filter(artefact -> artefact.name().equals(name))
        .map(type::cast)
        .findFirst()
        .orElseThrow();
  }

  private static List<Object> branches(RunResult result) {
    return artefact(result, "decisions", Artefact.Table.class).rows().stream()
        .map(row -> row.get(3))
        .toList();
  }

  private static double average(RunResult result) {
    int last = result.accuracy().size() - 1;
    double sum = 0;
    for (int j = 0; j <= last; j++) {
      sum += result.accuracy().at(last, j);
    }
    return sum / (last + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"domain-incremental", "class-incremental", "task-incremental"})
  void permutedDigitsAreRoutedRightWithoutLabels(String setting) {
    RunResult gate = digits.run(2, permuted(5, setting, 10, GATE));
    RunResult independent =
        digits.run(2, permuted(5, "task-incremental", 10, "[{type: independent}]"));
    double[][] confusion = artefact(gate, "gate-confusion", Artefact.Matrix.class).values();
    for (int t = 0; t < 5; t++) {
      assertThat(confusion[t][t]).isGreaterThanOrEqualTo(0.99);
    }
    assertThat(average(gate)).isGreaterThan(average(independent) - 0.01);
    assertThat(branches(gate))
        .containsExactly(
            "first expert", "fine-tuning", "fine-tuning", "fine-tuning", "fine-tuning");
  }

  @ParameterizedTest
  @CsvSource({"rotated, learning without forgetting", "permuted, fine-tuning"})
  void relatedTasksKeepWhatTheirExpertKnew(String scenario, String branch) {
    String stream = "type: " + scenario + ", tasks: 3, validation: 0.2";
    RunResult result = digits.run(2, Digits.expansion(stream, 8, GATE));
    assertThat(branches(result)).containsExactly("first expert", branch, branch);
    double[][] related = artefact(result, "relatedness", Artefact.Matrix.class).values();
    for (int k = 1; k < 3; k++) {
      boolean close = related[k][k - 1] >= 0.85;
      assertThat(close).isEqualTo(scenario.equals("rotated"));
    }
    assertThat(related[0][1]).isNaN();
  }

  @ParameterizedTest
  @CsvSource({
    "'{type: expert-gate}', permuted",
    "'{type: expert-gate, inside: [{type: ewc, lambda: 10, fisher: sampled}]}', rotated",
    "'{type: expert-gate, input: standardized, expertsInMemory: 3}', permuted"
  })
  void sameBitsForAnyThreadsAndResumed(String strategy, String scenario) {
    String stream = "type: " + scenario + ", tasks: 5, setting: class-incremental";
    String yaml = Digits.expansion(stream, 2, "[" + strategy + "]");
    digits.assertReproducible(yaml.replace("epochs: 2", "epochs: 2, resetOptimizer: false"), 3);
  }

  @Test
  void ewcInsideHoldsTheCopiedParameters() {
    String stream = "type: rotated, tasks: 2";
    String ewc = "[{type: expert-gate, inside: [{type: ewc, lambda: %s}]}]";
    RunResult none = digits.run(2, Digits.expansion(stream, 3, GATE));
    RunResult zero = digits.run(2, Digits.expansion(stream, 3, ewc.formatted("0")));
    RunResult strong = digits.run(2, Digits.expansion(stream, 3, ewc.formatted("1e9")));
    assertThat(zero.parametersSha256()).isEqualTo(none.parametersSha256());
    assertThat(strong.parametersSha256()).isNotEqualTo(none.parametersSha256());
    assertThat(branches(strong)).containsExactly("first expert", "learning without forgetting");
  }

  @Test
  void twentyTasksStayFinite() {
    RunResult result = digits.run(2, permuted(20, "domain-incremental", 2, GATE));
    assertThat(average(result)).isGreaterThan(0.8);
  }

  @Test
  void tasksOfOneClassAndOfOneExampleAreLearned() {
    String stream = "type: split, tasks: 10, setting: class-incremental, validation: ";
    RunResult whole = digits.run(2, Digits.expansion(stream + "0", 3, GATE));
    assertThat(average(whole)).isGreaterThan(0.8); // As good as the gates.
    RunResult single = digits.run(2, Digits.expansion(stream + "0.999", 3, GATE));
    assertThat(average(single)).isGreaterThan(0.3);
    assertThat(digits.run(1, permuted(1, "domain-incremental", 3, GATE)).accuracy().at(0, 0))
        .isGreaterThan(0.8);
  }

  @Test
  void refusesWhatItCannotDo() {
    assertRefused("[{type: expert-gate, gateHidden: 64}]", "gateHidden is 64", "below 64");
    assertRefused("[{type: expert-gate}, {type: independent}]", "Expansion");
    assertRefused("[{type: expert-gate}, {type: ewc}]", "nothing to guard");
    assertRefused(
        "[{type: expert-gate, inside: [{type: joint}]}]", "inside joint", "guard parameters");
    assertRefused("[{type: expert-gate, expertsInMemory: 1}]", "expertsInMemory");
  }

  private void assertRefused(String strategies, String... messages) {
    assertThatThrownBy(() -> digits.run(1, permuted(3, "domain-incremental", 1, strategies)))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(messages);
  }
}
