package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.data.ArrayExamples;
import io.perennial.runner.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's Java is this method: compiled, run and compared. */
class EmbeddingTest {
  @Test
  void theReadmesProgram(@TempDir Path directory) {
    Path out = directory.resolve("runs/mine");
    // README
    try (Perennial perennial = Perennial.start()) {
      RunConfiguration configuration =
          perennial.parse(
              """
              name: split-digits-ewc
              pipeline: knowledge-retention
              scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: domain-incremental}
              model: {type: mlp, hidden: [100, 100]}
              training: {epochs: 5, batchSize: 32, optimizer: {type: sgd, learningRate: 0.1}}
              strategies: [{type: ewc, lambda: 100}]
              """);
      Results results = perennial.run(configuration, RunOptions.into(out));
      double accuracy = results.mean("averageAccuracy");
      // README
      assertThat(accuracy).isBetween(0.5, 1.0);
    }
    assertThat(out.resolve("results.json")).exists();
  }

  /** docs/data.md shows the part between the marks. */
  @Test
  void aProgramsOwnArrays(@TempDir Path directory) {
    float[][] features = new float[200][2];
    int[] labels = new int[200];
    for (int i = 0; i < 200; i++) {
      labels[i] = i % 4;
      features[i][0] = (i % 4 < 2 ? -1 : 1) + i / 1000f;
      features[i][1] = (i % 2 < 1 ? -1 : 1) - i / 1000f;
    }
    Path out = directory.resolve("run");
    // DATA
    try (Perennial perennial = Perennial.start()) {
      Examples examples = ArrayExamples.copyOf(features, labels);
      List<String> classes = List.of("a", "b", "c", "d");
      perennial.provide("mine", new DataSet("mine", new long[] {2}, classes, examples, examples));
      Results results =
          perennial.run(
              perennial.parse(
                  """
                  name: mine
                  pipeline: knowledge-retention
                  scenario: {type: split, dataset: {type: arrays, name: mine}, tasks: 2}
                  model: {type: mlp, hidden: [10]}
                  training: {epochs: 20, batchSize: 10}
                  strategies: [{type: naive}]
                  """),
              RunOptions.into(out));
      // DATA
      assertThat(results.mean("averageAccuracy")).isGreaterThan(0.9);
    }
  }

  @Test
  void theReadmeShowsThisProgram() throws IOException {
    Path root = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("../..");
    Path source =
        root.resolve(
            "runner/distribution/src/test/java/io/perennial/distribution/EmbeddingTest.java");
    String[] parts = Files.readString(source).split("// README\n", -1);
    String readme = squeeze(Files.readString(root.resolve("README.md")));
    assertThat(readme).contains(squeeze(parts[1]));
    String own = Files.readString(source).split("// DATA\n", -1)[1];
    assertThat(squeeze(Files.readString(root.resolve("docs/data.md")))).contains(squeeze(own));
  }

  private static String squeeze(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
