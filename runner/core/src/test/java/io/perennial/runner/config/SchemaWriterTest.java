package io.perennial.runner.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.perennial.runner.fixtures.FakePlugin;
import io.perennial.runner.plugin.Registry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Editors and the runner agree on what is right. The distribution's tests try all examples. */
class SchemaWriterTest {
  private static final String GOOD =
      """
      name: a run
      pipeline: knowledge-retention
      seed: 3
      scenario: {type: split, dataset: digits, tasks: 5, validation: 0.1}
      order: given
      model: {type: mlp, hidden: [10, 20]}
      training:
        epochs: 3
        optimizer: {type: sgd, learningRate: 0.05}
      evaluate: every 2
      strategies:
        - {type: ewc, lambda: 1e-3, fisher: batch-mean}
        - naive
        - {type: experts, inside: [{type: ewc, lambda: 1}]}
      """;

  private static final JsonMapper JSON = new JsonMapper();

  private final Registry registry = Registry.of(new FakePlugin());
  private final Schema schema =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(new SchemaWriter(registry).write(), InputFormat.JSON);

  private List<Error> validate(String yaml) {
    return schema.validate(
        YamlJson.of(new YamlReader(new Problems()).parse(yaml, "run.yaml"), JSON));
  }

  private boolean readable(String yaml) {
    try {
      new ConfigurationReader(registry).parse(yaml, "run.yaml");
      return true;
    } catch (io.perennial.api.InputException e) {
      return false;
    }
  }

  @Test
  void goodConfigurationsFit() {
    assertThat(readable(GOOD)).isTrue();
    assertThat(validate(GOOD)).isEmpty();
  }

  @Test
  void whatIsWrittenFits() {
    RunConfiguration configuration = new ConfigurationReader(registry).parse(GOOD, "run.yaml");
    assertThat(validate(new ConfigurationWriter().write(configuration))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name: a run | nam: a run",
        "seed: 3 | seed: three",
        "seed: 3 | seeds: 3",
        "seed: 3 | {seed: 3, seeds: [1]}",
        "pipeline: knowledge-retention | pipeline: retention",
        "pipeline: knowledge-retention | ''",
        "tasks: 5 | tasks: 0",
        "tasks: 5 | tasks: 2.5",
        "tasks: 5, | ",
        "validation: 0.1 | validation: 1",
        "dataset: digits | dataset: idx",
        "dataset: digits | dataset: {path: a}",
        "hidden: [10, 20] | hidden: [10, 0]",
        "hidden: [10, 20] | hidden: 10",
        "hidden: [10, 20] | hiden: [10]",
        "order: given | order: randomly",
        "epochs: 3 | epochs: -1",
        "learningRate: 0.05 | learningRate: 0",
        "evaluate: every 2 | evaluate: every 0",
        "type: ewc | type: evc",
        "type: ewc, lambda: 1e-3, | type: ewc,",
        "lambda: 1e-3 | lambda: -1",
        "lambda: 1e-3 | lambda: 1, online: maybe",
        "fisher: batch-mean | fisher: batchMean",
        "- naive | - nave",
        "- naive | - {type: naive, lambda: 3}",
        "{type: ewc, lambda: 1} | {type: ewc, lamda: 1}"
      })
  void badOnesDoNot(String change) {
    int bar = change.indexOf(" | ");
    String from = change.substring(0, bar);
    assertThat(GOOD).contains(from);
    String yaml = GOOD.replace(from, change.substring(bar + 3).strip());
    if (change.contains("{seed: 3")) {
      yaml = GOOD + "seeds: [1]\n";
    } else if (change.endsWith("''")) {
      yaml = GOOD.replace(from + "\n", "");
    }
    assertThat(readable(yaml)).as(yaml).isFalse();
    assertThat(validate(yaml)).as(yaml).isNotEmpty();
  }

  @Test
  void meaningsAndDefaultsAreThereForTheEditor() {
    assertThat(new SchemaWriter(registry).write())
        .contains("Weight of the penalty. (eq. 3)")
        .contains("Holds what mattered. (arXiv 1612.00796)")
        .contains("\"https://json-schema.org/draft/2020-12/schema\"");
  }
}
