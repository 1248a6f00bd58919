package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Binder;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Examples;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.Plugin;
import io.perennial.api.RunListener;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.models.Vectors;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every strategy on streams that are as long or as small as streams get. */
class StreamEdgesTest {
  private static Perennial one;
  private static Perennial two;

  @TempDir Path directory;
  private int runs;

  @BeforeAll
  static void start() {
    one = Perennial.start(1);
    two = Perennial.start(2);
  }

  @AfterAll
  static void stop() {
    one.close();
    two.close();
  }

  /**
   * A strategy as a user configures it.
   *
   * @param growth what its state may grow by when the number of tasks doubles
   */
  record Case(String name, boolean expansion, String more, double growth) {
    List<String> settings() {
      return name.equals("progressive-network") || name.equals("independent")
          ? List.of("task-incremental")
          : List.of("task-incremental", "domain-incremental", "class-incremental");
    }

    String yaml(String setting, String scenario) {
      return """
      name: edge
      pipeline: %s
      scenario: {setting: %s, %s}
      model: {type: mlp, hidden: [12]}
      training: {iterations: 6, batchSize: 16, optimizer: {type: adam, learningRate: 0.002}}
      %s
      """
          .formatted(
              expansion ? "model-expansion" : "knowledge-retention", setting, scenario, more);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Case strategy(String name, boolean expansion, double growth, String settings) {
    String more = "strategies: [{type: %s%s}]".formatted(name, settings);
    return new Case(name, expansion, more, growth);
  }

  static List<Case> strategies() {
    return List.of(
        strategy("naive", false, 1, ""),
        strategy("joint", false, 1, ""),
        strategy("ewc", false, 1, ""),
        strategy("generative-replay", false, 1, ", hidden: [12], latent: 3"),
        strategy("experience-replay", false, 1, ", memory: 20, selection: class-balanced"),
        strategy("easy-to-hard", false, 1, ", probe: {steps: 5}"),
        new Case("related-first", false, "order: {type: related-first, probe: {steps: 5}}", 1),
        strategy("net2net", true, 1, ", threshold: 0.5, maxParameters: 3000"),
        // Twice the networks, the later ones with outputs for more classes.
        strategy("independent", true, 3, ""),
        strategy("expert-gate", true, 2, ", gateHidden: 3, gateIterations: 4"),
        strategy("progressive-network", true, 4, ""));
  }

  private RunResult run(Perennial perennial, String yaml, RunListener... listeners) {
    Path out = directory.resolve("run-" + runs++);
    Results results =
        perennial.run(perennial.parse(yaml), new RunOptions(out, false, List.of(listeners)));
    return results.runs().get(0);
  }

  /** The bytes of everything that goes into the checkpoint of the latest run. */
  private long checkpointBytes() throws IOException {
    try (Stream<Path> files =
        Files.walk(directory.resolve("run-" + (runs - 1)).resolve("checkpoint"))) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .mapToLong(file -> file.toFile().length())
          .max()
          .orElseThrow();
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void afterTwentyTasksParametersAreFiniteTheSameOnTwoThreadsAndNoLargerThanTheMethodImplies(
      Case strategy) throws IOException {
    // Where a strategy can do without new classes, so that only the tasks become more.
    String setting = strategy.settings().get(strategy.settings().size() / 2);
    String yaml =
        strategy.yaml(setting, "type: permuted, dataset: {type: digits}, tasks: 20")
            + "evaluate: every 10\n";
    List<Double> sums = new ArrayList<>();
    RunListener finite =
        new RunListener() {
          @Override
          public void taskDone(Learner learner, AccuracyMatrix accuracy) {
            double[] values = new double[Math.toIntExact(learner.model().parameters().length())];
            Vectors.read(learner.model().parameters(), values);
            double sum = 0;
            for (double value : values) {
              sum += Math.abs(value);
            }
            sums.add(sum);
          }
        };
    RunResult single = run(one, yaml, finite);
    final long twenty = checkpointBytes();
    assertThat(sums).hasSize(20).allMatch(Double::isFinite).allMatch(sum -> sum > 0);
    assertThat(single.parameters()).hasSize(20);
    RunResult same = run(two, yaml);
    assertThat(same.parametersSha256()).isEqualTo(single.parametersSha256()).hasSize(64);
    assertThat(same.metrics()).isEqualTo(single.metrics());

    run(one, yaml + "firstTasks: 10\n");
    // The accuracy matrix and what a checkpoint says of itself are a few bytes a task.
    assertThat(twenty).isLessThan((long) (strategy.growth() * checkpointBytes() * 1.05) + 4096);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void aStreamOfOneTaskIsLearnedAndHasNoTransfer(Case strategy) {
    for (String setting : strategy.settings()) {
      RunResult result =
          run(two, strategy.yaml(setting, "type: split, dataset: {type: digits}, tasks: 1"));
      assertThat(result.status()).isEqualTo(RunResult.Status.COMPLETE);
      assertThat(value(result, "averageAccuracy")).isBetween(0.05, 1.0);
      assertThat(value(result, "forgetting")).isNaN();
      assertThat(value(result, "backwardTransfer")).isNaN();
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void tasksOfOneClassAreLearned(Case strategy) {
    for (String setting : strategy.settings()) {
      RunResult result =
          run(two, strategy.yaml(setting, "type: split, dataset: {type: digits}, tasks: 10"));
      assertThat(result.status()).isEqualTo(RunResult.Status.COMPLETE);
      if (setting.equals("class-incremental")) {
        assertThat(value(result, "averageAccuracy")).isBetween(0.0, 1.0);
      } else {
        // The only class that competes is the right one.
        assertThat(value(result, "averageAccuracy")).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void tasksOfOneExampleAreLearned(Case strategy) {
    Path data = singles();
    for (String setting : strategy.settings()) {
      String scenario = "type: split, dataset: {type: idx, path: '%s'}, tasks: 4".formatted(data);
      RunResult result = run(two, strategy.yaml(setting, scenario));
      assertThat(result.status()).isEqualTo(RunResult.Status.COMPLETE);
      assertThat(value(result, "averageAccuracy")).isBetween(0.0, 1.0);
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void tasksWithoutATrainingExampleAreRefusedBeforeAnythingIsWritten(Case strategy) {
    String split = "type: split, dataset: {type: idx, path: '%s'}, tasks: 4";
    String held = split.formatted(singles()) + ", validation: 0.5";
    assertThatThrownBy(() -> run(two, strategy.yaml("task-incremental", held)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Task 0 has 1 training example")
        .hasMessageContaining("Set validation to 0");
    // Class 3 has a test image only.
    String missing = split.formatted(images("missing", 0, 1, 2, 2));
    assertThatThrownBy(() -> run(two, strategy.yaml("task-incremental", missing)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a class that is never trained cannot be tested");
    assertThat(directory.resolve("run-0")).doesNotExist();
    assertThat(directory.resolve("run-1")).doesNotExist();
  }

  /** A third party's stream, whose only task has nothing to learn from. */
  static final class Barren implements Scenario {
    @Inject
    Barren() {}

    @Override
    public Setting setting() {
      return Setting.CLASS_INCREMENTAL;
    }

    @Override
    public List<Task> tasks() {
      Examples two =
          new Examples() {
            @Override
            public int size() {
              return 2;
            }

            @Override
            public int label(int index) {
              return index;
            }

            @Override
            public void read(int index, float[] destination, int offset) {
              Arrays.fill(destination, offset, offset + 30, 0.5f);
            }
          };
      Examples none = two.select(new int[0]);
      return List.of(new Task(0, "barren", new long[] {30}, new int[] {0, 1}, none, none, two));
    }
  }

  /** Registers {@link Barren}. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class BarrenPlugin implements Plugin {
    @Override
    public void configure(Binder binder) {
      ExtensionBinder.of(binder).register(Scenario.class, "barren", Barren.class);
    }
  }

  @Test
  void aGateWithoutExamplesIsRefused() {
    List<Plugin> plugins = new ArrayList<>(List.of(new BarrenPlugin()));
    ServiceLoader.load(Plugin.class).forEach(plugins::add);
    String yaml =
        """
        name: barren
        pipeline: model-expansion
        scenario: {type: barren}
        model: {type: mlp, hidden: [4]}
        strategies: [{type: expert-gate, gateHidden: 3}]
        """;
    try (Perennial perennial = Perennial.start(1, Registry.of(plugins.toArray(Plugin[]::new)))) {
      assertThatThrownBy(() -> run(perennial, yaml))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("its gate cannot learn what its examples look like")
          .hasMessageContaining("Use fewer tasks or a smaller validation");
    }
    assertThat(directory.resolve("run-0")).doesNotExist();
  }

  private static double value(RunResult result, String metric) {
    return Results.of(List.of(result)).mean(metric);
  }

  /** Four classes with one training image of 6 x 6 pixels each. */
  private Path singles() {
    return images("singles", 0, 1, 2, 3);
  }

  /** Training images of the given classes, and one test image of each of four classes. */
  private Path images(String name, int... training) {
    Path data = directory.resolve(name);
    try {
      Files.createDirectories(data);
      for (String part : List.of("train", "t10k")) {
        ByteArrayOutputStream images = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(images);
        for (int number : new int[] {0x803, 4, 6, 6}) {
          out.writeInt(number);
        }
        byte[] pixels = new byte[4 * 36];
        new Random(part.length()).nextBytes(pixels);
        out.write(pixels);
        Files.write(data.resolve(part + "-images-idx3-ubyte"), images.toByteArray());
        Files.write(
            data.resolve(part + "-labels-idx1-ubyte"),
            labels(part.equals("train") ? training : new int[] {0, 1, 2, 3}));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return data;
  }

  private static byte[] labels(int[] classes) {
    byte[] file = {0, 0, 8, 1, 0, 0, 0, 4, 0, 0, 0, 0};
    for (int i = 0; i < 4; i++) {
      file[8 + i] = (byte) classes[i];
    }
    return file;
  }
}
