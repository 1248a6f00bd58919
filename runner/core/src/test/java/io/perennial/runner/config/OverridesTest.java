package io.perennial.runner.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perennial.api.InputException;
import io.perennial.runner.fixtures.FakePlugin;
import io.perennial.runner.plugin.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverridesTest {
  private final ConfigurationReader reader = new ConfigurationReader(Registry.of(new FakePlugin()));

  @TempDir private Path directory = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("run.yaml");
    Files.writeString(
        file,
        """
        name: a run
        pipeline: knowledge-retention
        scenario: {type: split, dataset: digits, tasks: 5}
        model: mlp
        training:
          optimizer: sgd
        strategies:
          - {type: ewc, lambda: 100}
        """);
  }

  private RunConfiguration read(String... overrides) {
    return reader.read(file, List.of(overrides));
  }

  private List<String> problems(String... overrides) {
    return catchThrowableOfType(InputException.class, () -> read(overrides)).problems();
  }

  private static double lambda(RunConfiguration configuration) {
    return ((FakePlugin.Ewc.EwcSettings) configuration.strategies().get(0).settings()).lambda();
  }

  @Test
  void valuesAreReplacedAndAdded() {
    assertThat(read("training.epochs=3").training().epochs()).isEqualTo(3);
    assertThat(read("name=other = name").name()).isEqualTo("other = name");
    assertThat(read("seeds=[1, 2]").allSeeds()).containsExactly(1L, 2L);
    assertThat(read("evaluate=every 2", "evaluate=final").evaluate().toString()).isEqualTo("final");
    assertThat(read("strategies=[naive, {type: ewc, lambda: 1}]").strategies()).hasSize(2);
  }

  @Test
  void itemsOfLists() {
    assertThat(lambda(read("strategies[0].lambda=7"))).isEqualTo(7);
    assertThat(lambda(read("strategies.0.lambda=1e-3"))).isEqualTo(0.001);
  }

  @Test
  void aNameAloneBecomesABlock() {
    RunConfiguration configuration = read("training.optimizer.learningRate=0.2");
    assertThat(configuration.training().optimizer().settings())
        .isEqualTo(new FakePlugin.Sgd.SgdSettings(0.2, 0));
  }

  @Test
  void whatTheyExcludeMakesRoom() throws IOException {
    Files.writeString(
        file, Files.readString(file).replace("optimizer: sgd", "epochs: 3") + "seed: 9\n");
    RunConfiguration configuration = read("seeds=[1, 2]", "training.iterations=50");
    assertThat(configuration.allSeeds()).containsExactly(1L, 2L);
    assertThat(configuration.training().iterations()).isEqualTo(50);
    assertThat(problems("seeds=[1, 2]", "seed=3"))
        .containsExactly(
            "--set seeds=[1, 2]: seeds: excludes 'seed' (--set seed=3); give one of the two.");
  }

  @Test
  void mistakesNameTheOverride() {
    assertThat(problems("strategies[0].lambda=-1"))
        .containsExactly(
            "--set strategies[0].lambda=-1: strategies[0].lambda: must be at least 0, not -1.");
    assertThat(problems("training.epoch=3"))
        .containsExactly(
            "--set training.epoch=3: training.epoch: is no setting of 'training'."
                + " Did you mean 'epochs'? Accepted: epochs, iterations, batchSize, optimizer,"
                + " resetOptimizer, patience.");
    assertThat(problems("strategies[1].lambda=1"))
        .containsExactly(
            "--set strategies[1].lambda=1: the list 'strategies' has no item '1'; its only index"
                + " is 0.");
    assertThat(problems("listeners[0].text=a"))
        .containsExactly(
            "--set listeners[0].text=a: there is no list 'listeners' in the configuration.");
    assertThat(problems("epochs", "=3", "name="))
        .containsExactly(
            "--set epochs: must be a path and a value, such as training.epochs=3 or"
                + " strategies[0].lambda=100.",
            "--set =3: must be a path and a value, such as training.epochs=3 or"
                + " strategies[0].lambda=100.",
            "--set name=: must be a path and a value, such as training.epochs=3 or"
                + " strategies[0].lambda=100.");
    assertThat(problems("seeds=[1, 2"))
        .singleElement()
        .asString()
        .startsWith("--set seeds=[1, 2: is no valid YAML: expected ',' or ']'");
  }

  @Test
  void overridesAreToldBesideTheFilesProblems() {
    assertThat(problems("scenario.tasks=0", "modle=mlp"))
        .hasSize(2)
        .allMatch(problem -> problem.startsWith("--set "));
  }
}
