package io.perennial.runner.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perennial.api.InputException;
import io.perennial.api.Strategy;
import io.perennial.runner.fixtures.FakePlugin;
import io.perennial.runner.plugin.Registry;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The wording of what a user reads most. */
class ConfigurationErrorsTest {
  private static final String GOOD =
      """
      name: a run
      pipeline: knowledge-retention
      scenario:
        type: split
        dataset: {type: digits}
        tasks: 5
      model: {type: mlp}
      strategies:
        - {type: ewc, lambda: 100}
      """;

  private final ConfigurationReader reader = new ConfigurationReader(Registry.of(new FakePlugin()));

  private List<String> problems(String yaml) {
    return catchThrowableOfType(InputException.class, () -> reader.parse(yaml, "run.yaml"))
        .problems();
  }

  private List<String> with(String from, String to) {
    assertThat(GOOD).contains(from);
    return problems(GOOD.replace(from, to));
  }

  @Test
  void unknownKeyIsSuggested() {
    assertThat(with("lambda: 100", "lambda: 100, fischer: exact"))
        .containsExactly(
            "run.yaml:9:30: strategies[0].fischer: is no setting of the strategy 'ewc'."
                + " Did you mean 'fisher'? Accepted: type, lambda, fisher, online, decay.");
  }

  @Test
  void unknownKeyAtTheTop() {
    assertThat(problems(GOOD + "evalute: all\n"))
        .singleElement()
        .asString()
        .startsWith(
            "run.yaml:10:1: evalute: is no setting of the configuration."
                + " Did you mean 'evaluate'? Accepted: name, pipeline, seed, seeds,");
  }

  @Test
  void unknownExtensionIsSuggested() {
    assertThat(with("type: ewc, lambda: 100", "type: ewv, lambda: 100"))
        .containsExactly(
            "run.yaml:9:12: strategies[0].type: there is no strategy 'ewv'. Did you mean 'ewc'?"
                + " Available: ewc, experts, joint, naive.");
  }

  @Test
  void wrongTypes() {
    assertThat(with("tasks: 5", "tasks: five"))
        .containsExactly("run.yaml:6:10: scenario.tasks: must be a whole number, not 'five'.");
    assertThat(with("tasks: 5", "tasks: '5'"))
        .containsExactly(
            "run.yaml:6:10: scenario.tasks: must be a whole number, not '5'. Leave the quotes out.");
    assertThat(with("tasks: 5", "tasks: 1e1"))
        .containsExactly(
            "run.yaml:6:10: scenario.tasks: must be a whole number, not '1e1'. Write 10.");
    assertThat(with("tasks: 5", "tasks: 1_000"))
        .containsExactly(
            "run.yaml:6:10: scenario.tasks: must be a whole number, not '1_000'. Write 1000.");
    assertThat(with("tasks: 5", "tasks: 99999999999"))
        .containsExactly(
            "run.yaml:6:10: scenario.tasks: must lie between -2147483648 and 2147483647, not"
                + " 99999999999.");
    assertThat(with("lambda: 100", "lambda: [1, 2]"))
        .containsExactly("run.yaml:9:25: strategies[0].lambda: must be a number, not a list.");
    assertThat(with("lambda: 100", "lambda: 1, online: yes"))
        .containsExactly("run.yaml:9:36: strategies[0].online: must be true or false, not 'yes'.");
    assertThat(with("lambda: 100", "lambda: 1, fisher: exactly"))
        .containsExactly(
            "run.yaml:9:36: strategies[0].fisher: must be one of exact, empirical, batch-mean, not"
                + " 'exactly'. Did you mean 'exact'?");
    assertThat(with("{type: mlp}", "{type: mlp, hidden: 256}"))
        .containsExactly(
            "run.yaml:7:28: model.hidden: must be a list, such as [whole number, …], not '256'.");
    assertThat(with("{type: mlp}", "[mlp]"))
        .containsExactly(
            "run.yaml:7:8: model: must be a block with a 'type', not a list." + " One of: mlp.");
  }

  @Test
  void outOfRange() {
    assertThat(with("lambda: 100", "lambda: -3"))
        .containsExactly("run.yaml:9:25: strategies[0].lambda: must be at least 0, not -3.");
    assertThat(with("lambda: 100", "lambda: 1, online: true, decay: 1.5"))
        .containsExactly("run.yaml:9:49: strategies[0].decay: must be from 0 to 1, not 1.5.");
    assertThat(with("{type: mlp}", "{type: mlp, hidden: [10, 0]}"))
        .containsExactly("run.yaml:7:33: model.hidden[1]: must be at least 1, not 0.");
    assertThat(problems(GOOD + "training: {epochs: -1}\n"))
        .containsExactly("run.yaml:10:20: training.epochs: must be at least 0, not -1.");
  }

  @Test
  void missing() {
    assertThat(with("  tasks: 5\n", ""))
        .containsExactly(
            "run.yaml:4:3: scenario.tasks: is missing (whole number at least 1). How many tasks.");
    assertThat(with("type: ewc, ", ""))
        .containsExactly(
            "run.yaml:9:5: strategies[0]: has no 'type'." + " One of: ewc, experts, joint, naive.");
    assertThat(with("tasks: 5", "tasks:"))
        .containsExactly("run.yaml:6:9: scenario.tasks: has no value (whole number at least 1).");
  }

  @Test
  void severalAtOnceInTheOrderOfLines() {
    String yaml =
        """
        nam: a run
        pipeline: growing
        scenario: {type: split, dataset: digitz, tasks: 0}
        model: {type: mlp}
        evaluate: every 0
        """;
    assertThat(problems(yaml))
        .containsExactly(
            "run.yaml:1:1: nam: is no setting of the configuration. Did you mean 'name'?"
                + " Accepted: name, pipeline, seed, seeds, scenario, order, orders, model, training,"
                + " evaluate, curves, measureOn, firstTasks, strategies, listeners, launcher,"
                + " metrics, checkpoint.",
            "run.yaml:1:1: name: is missing (text). Name of the run; free text.",
            "run.yaml:2:11: pipeline: must be one of knowledge-retention, model-expansion, not"
                + " 'growing'.",
            "run.yaml:3:34: scenario.dataset: there is no dataset 'digitz'."
                + " Did you mean 'digits'? Available: digits, idx.",
            "run.yaml:3:49: scenario.tasks: must be at least 1, not 0.",
            "run.yaml:5:11: evaluate: must be all, seen, final or 'every N' with N from 1, not"
                + " 'every 0'.");
  }

  @Test
  void relationsBetweenSettingsAreReportedWhereTheFirstNamedStands() {
    assertThat(with("lambda: 100", "lambda: 100, decay: 0.5"))
        .containsExactly("run.yaml:9:30: strategies[0]: decay needs online: true.");
    assertThat(problems(GOOD + "seeds: [1, 1]\n"))
        .containsExactly("run.yaml:10:1: seeds must differ from each other; they are [1, 1].");
  }

  @Test
  void exclusiveSettings() {
    assertThat(problems(GOOD + "seed: 1\nseeds: [1, 2]\n"))
        .containsExactly(
            "run.yaml:11:1: seeds: excludes 'seed' (run.yaml:10:1); give one of the two.");
    assertThat(problems(GOOD + "training: {epochs: 1, iterations: 5}\n"))
        .containsExactly(
            "run.yaml:10:23: training.iterations: excludes 'epochs' (run.yaml:10:12); give one of"
                + " the two.");
  }

  @Test
  void insideNestedExtensions() {
    assertThat(with("{type: ewc, lambda: 100}", "{type: experts, inside: [{type: ewc, lamda: 1}]}"))
        .containsExactly(
            "run.yaml:9:30: strategies[0].inside[0].lambda: is missing (number at least 0)."
                + " Weight of the penalty.",
            "run.yaml:9:42: strategies[0].inside[0].lamda: is no setting of the strategy 'ewc'."
                + " Did you mean 'lambda'? Accepted: type, lambda, fisher, online, decay.");
  }

  @Test
  void aDefaultWhoseExtensionIsNotThere() {
    ConfigurationReader bare = new ConfigurationReader(Registry.of());
    assertThat(
            catchThrowableOfType(InputException.class, () -> bare.parse("name: a", "run.yaml"))
                .problems())
        .contains(
            "run.yaml:1:1: order.type: the default {type: given} cannot be used: there is no order"
                + " 'given'. No plugin offers any.");
  }

  @Test
  void aBlockAlone() {
    assertThat(reader.block(Strategy.class, "{type: ewc, lambda: 1e-3}").settings())
        .isEqualTo(
            new FakePlugin.Ewc.EwcSettings(0.001, FakePlugin.Ewc.Fisher.EMPIRICAL, false, 1.0));
    assertThat(reader.block(Strategy.class, "naive").type()).isEqualTo("naive");
  }
}
