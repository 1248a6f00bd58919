package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @Test
  void theReadmeShowsThisProgram() throws IOException {
    Path root = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("../..");
    Path source =
        root.resolve(
            "runner/distribution/src/test/java/io/perennial/distribution/EmbeddingTest.java");
    String[] parts = Files.readString(source).split("// README\n", -1);
    String readme = squeeze(Files.readString(root.resolve("README.md")));
    assertThat(readme).contains(squeeze(parts[1]));
  }

  private static String squeeze(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
