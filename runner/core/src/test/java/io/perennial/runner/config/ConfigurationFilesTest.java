package io.perennial.runner.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perennial.api.InputException;
import io.perennial.runner.fixtures.FakePlugin;
import io.perennial.runner.plugin.Registry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are no configurations, and everything YAML can do. */
class ConfigurationFilesTest {
  private static final String GOOD =
      """
      name: a run
      pipeline: knowledge-retention
      scenario: {type: split, dataset: {type: digits}, tasks: 5}
      model: mlp
      """;

  private final ConfigurationReader reader = new ConfigurationReader(Registry.of(new FakePlugin()));

  @TempDir private Path directory = Path.of("");

  private List<String> problems(byte[] content) throws IOException {
    Path file = directory.resolve("run.yaml");
    Files.write(file, content);
    return problems(file);
  }

  private List<String> problems(Path file) {
    return catchThrowableOfType(InputException.class, () -> reader.read(file, List.of()))
        .problems()
        .stream()
        .map(problem -> problem.replace(directory + "/", ""))
        .toList();
  }

  private List<String> problems(String content) throws IOException {
    return problems(content.getBytes(StandardCharsets.UTF_8));
  }

  private RunConfiguration parse(String yaml) {
    return reader.parse(yaml, "run.yaml");
  }

  @Test
  void emptyFiles() throws IOException {
    assertThat(problems("")).containsExactly("run.yaml: is empty; there is nothing to read.");
    assertThat(problems(" \n\n")).containsExactly("run.yaml: is empty; there is nothing to read.");
    assertThat(problems("# only a comment\n"))
        .containsExactly("run.yaml: is empty; there is nothing to read.");
    assertThat(problems("---\n")).containsExactly("run.yaml: is empty; there is nothing to read.");
  }

  @Test
  void binaryFiles() throws IOException {
    assertThat(problems(new byte[] {'a', 0, 'b', 7}))
        .containsExactly("run.yaml: is no text; it looks like a binary file.");
    assertThat(problems(new byte[] {(byte) 0x1f, (byte) 0x8b, 8, 0, (byte) 0xff}))
        .containsExactly(
            "run.yaml: is no UTF-8 text; it is a binary file, or must be saved as UTF-8.");
    assertThat(problems("name: Größe".getBytes(StandardCharsets.ISO_8859_1)))
        .containsExactly(
            "run.yaml: is no UTF-8 text; it is a binary file, or must be saved as UTF-8.");
  }

  @Test
  void hugeFiles() throws IOException {
    assertThat(problems("name: a\n".repeat(200_000)))
        .containsExactly(
            "run.yaml: is larger than 1 MB; a configuration is a page or two. Is it the right"
                + " file?");
    assertThat(problems("[".repeat(100_000)))
        .singleElement()
        .asString()
        .startsWith("run.yaml:")
        .hasSizeLessThan(200);
    assertThat(problems("a: ".repeat(1000))).hasSize(1);
  }

  @Test
  void malformedFiles() throws IOException {
    assertThat(problems("name: [a, b\nmodel: x\n"))
        .containsExactly(
            "run.yaml:2:6: is no valid YAML: expected ',' or ']', but got : while parsing a flow"
                + " sequence.");
    assertThat(problems("name:\n\t- a\n"))
        .containsExactly(
            "run.yaml:2:1: is no valid YAML: a tab stands where YAML expects blanks."
                + " Indent with blanks.");
    assertThat(problems("name: \"a\\u"))
        .singleElement()
        .asString()
        .startsWith("run.yaml:1:11: is no valid YAML: it cannot be read from here on (");
    assertThat(problems("name: a\n---\nname: b\n"))
        .containsExactly(
            "run.yaml:2:1: is no valid YAML: a second document begins."
                + " A configuration is one document.");
    assertThat(problems("- a\n- b\n"))
        .containsExactly("run.yaml:1:1: must be a block of settings, not a list.");
    assertThat(problems("hello"))
        .containsExactly("run.yaml:1:1: must be a block of settings, not 'hello'.");
    assertThat(problems(GOOD + "name: twice\n"))
        .containsExactly("run.yaml:5:1: 'name' is given twice; first in line 1.");
    assertThat(problems(GOOD + "? [a]\n: b\n"))
        .containsExactly("run.yaml:5:3: a key must be a single word, not a list or a block.");
  }

  @Test
  void filesThatCannotBeRead() {
    assertThat(problems(directory.resolve("none.yaml")))
        .containsExactly("none.yaml: does not exist.");
    assertThat(problems(directory))
        .containsExactly(directory + ": is a directory; a configuration file was expected.");
  }

  @Test
  void aliasesOfAliasesAreNoBomb() throws IOException {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(9)));
    }
    assertThat(problems(bomb.toString())).singleElement().asString().contains("aliases");
    assertThat(problems("a: &a\n  b: *a\n"))
        .containsExactly("run.yaml:1:4: an anchor contains itself.");
  }

  @Test
  void anchorsAndMergeKeys() {
    RunConfiguration configuration =
        parse(
            GOOD
                + """
                strategies:
                  - &base {type: ewc, lambda: 3, fisher: exact}
                  - {<<: *base, lambda: 4}
                  - *base
                """);
    assertThat(configuration.strategies().stream().map(block -> block.settings()))
        .containsExactly(ewc(3), ewc(4), ewc(3));
  }

  private static FakePlugin.Ewc.EwcSettings ewc(double lambda) {
    return new FakePlugin.Ewc.EwcSettings(lambda, FakePlugin.Ewc.Fisher.EXACT, false, 1);
  }

  @Test
  void aByteOrderMarkAndWindowsLines() throws IOException {
    Path file = directory.resolve("run.yaml");
    Files.writeString(file, "\uFEFF" + GOOD.replace("\n", "\r\n"));
    assertThat(reader.read(file, List.of()).name()).isEqualTo("a run");
  }

  @Test
  void defaultsAreFilledIn() {
    RunConfiguration configuration = parse(GOOD);
    assertThat(configuration.seed()).isEqualTo(1);
    assertThat(configuration.allSeeds()).containsExactly(1L);
    assertThat(configuration.order().type()).isEqualTo("given");
    assertThat(configuration.training().epochs()).isEqualTo(1);
    assertThat(configuration.training().batchSize()).isEqualTo(128);
    assertThat(configuration.training().optimizer().settings())
        .isEqualTo(new FakePlugin.Sgd.SgdSettings(0.05, 0));
    assertThat(configuration.training().resetOptimizer()).isTrue();
    assertThat(configuration.evaluate()).isEqualTo(Evaluation.parse("all"));
    assertThat(configuration.strategies()).isEmpty();
    assertThat(configuration.listeners()).isEmpty();
  }

  @Test
  void wordsThatLookLikeNumbersAreTextWhereTextIsWanted() {
    assertThat(parse(GOOD.replace("a run", "2024")).name()).isEqualTo("2024");
    assertThat(parse(GOOD.replace("a run", "true")).name()).isEqualTo("true");
    assertThat(parse(GOOD.replace("a run", "'null'")).name()).isEqualTo("null");
  }

  @Test
  void pathsStartFromTheFilesDirectory() throws IOException {
    Path file = directory.resolve("sub/run.yaml");
    Files.createDirectory(directory.resolve("sub"));
    Files.writeString(file, GOOD.replace("{type: digits}", "{type: idx, path: ../mnist}"));
    FakePlugin.Split.SplitSettings split =
        (FakePlugin.Split.SplitSettings) reader.read(file, List.of()).scenario().settings();
    assertThat(split.dataset().settings())
        .isEqualTo(new FakePlugin.Files.FilesSettings(directory.toAbsolutePath().resolve("mnist")));
    split =
        (FakePlugin.Split.SplitSettings)
            reader.read(file, List.of("scenario.dataset.path=data")).scenario().settings();
    assertThat(split.dataset().settings())
        .isEqualTo(new FakePlugin.Files.FilesSettings(Path.of("data").toAbsolutePath()));
  }
}
