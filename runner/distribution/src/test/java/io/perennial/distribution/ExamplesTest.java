package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.perennial.runner.config.ConfigurationReader;
import io.perennial.runner.config.ConfigurationWriter;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.config.SchemaWriter;
import io.perennial.runner.plugin.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is shipped fits together: plugins, examples, schema. */
class ExamplesTest {
  private static final Path DIRECTORY = Path.of("../../examples");

  private final Registry registry = Registry.load(ExamplesTest.class.getClassLoader());
  private final ConfigurationReader reader = new ConfigurationReader(registry);
  private final Schema schema =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(new SchemaWriter(registry).write(), InputFormat.JSON);

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @Test
  void noPluginOfOursIsRefused() {
    assertThat(registry.refused()).isEmpty();
    assertThat(registry.plugins()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleIsReadAndFitsTheSchema(Path example) throws IOException {
    RunConfiguration configuration = reader.read(example, List.of());
    assertThat(example.getFileName()).hasToString(configuration.name() + ".yaml");
    String yaml = Files.readString(example);
    assertThat(schema.validate(yaml, InputFormat.YAML)).isEmpty();
    assertThat(schema.validate(yaml.replace("scenario:", "scenery:"), InputFormat.YAML))
        .isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleIsWrittenAndReadAgain(Path example) {
    RunConfiguration configuration = reader.read(example, List.of());
    String yaml = new ConfigurationWriter().write(configuration);
    assertThat(reader.parse(yaml, "written")).isEqualTo(configuration);
    assertThat(schema.validate(yaml, InputFormat.YAML)).isEmpty();
  }

  /** Every default and range of every extension is one that binding accepts. */
  @Test
  void everyExtensionDescribesItsSettings() {
    assertThat(registry.extensions())
        .allSatisfy(
            extension -> {
              assertThat(extension.description())
                  .as("%s has no @Description", extension)
                  .isPresent();
              assertThat(extension.settings())
                  .allSatisfy(setting -> assertThat(setting.meaning()).isNotBlank());
            });
  }
}
