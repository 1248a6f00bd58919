package io.perennial.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.runner.cli.Main;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.fixtures.PluginJars;
import io.perennial.runner.plugin.DropIns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A dropped-in strategy, from the command line in a JVM of its own. */
class DropInRunTest {
  /** Touches ND4J as early as it can, which it should not, and trains with a penalty. */
  private static final String STRATEGY =
      """
      package drop;
      import io.perennial.api.*;
      import org.nd4j.linalg.api.ndarray.INDArray;
      public class Penalty implements Regularizer {
        public record Settings(
            @Description(value = "How strong it is.", byDefault = "1", min = 0) double lambda) {}
        private final Settings settings;
        @jakarta.inject.Inject Penalty(Settings settings) { this.settings = settings; }
        @Override public double penalize(INDArray parameters, INDArray gradient) {
          io.perennial.models.Vectors.axpy(2 * settings.lambda(), parameters, gradient);
          return settings.lambda() * io.perennial.models.Vectors.dot(parameters, parameters);
        }
        @Override public java.util.Map<String, String> conventions() {
          return java.util.Map.of("early", "" + PenaltyPlugin.EARLY.sumNumber());
        }
      }
      """;

  private static final String PLUGIN =
      """
      package drop;
      @io.perennial.api.Plugin.Info(apiVersion = io.perennial.api.Plugin.API_VERSION)
      public class PenaltyPlugin implements io.perennial.api.Plugin {
        static final org.nd4j.linalg.api.ndarray.INDArray EARLY =
            org.nd4j.linalg.factory.Nd4j.ones(3);
        @Override public void configure(com.google.inject.Binder binder) {
          io.perennial.api.ExtensionBinder.of(binder)
              .register(io.perennial.api.Strategy.class, "penalty", Penalty.class, Penalty.Settings.class);
        }
      }
      """;

  @TempDir private Path directory = Path.of("");
  private Path plugins = Path.of("");

  @BeforeEach
  void write() throws IOException {
    plugins = directory.resolve("plugins");
    PluginJars.write(
        plugins.resolve("penalty.jar"),
        PluginJars.plugin(
            "drop.PenaltyPlugin",
            PluginJars.compile(Map.of("drop.Penalty", STRATEGY, "drop.PenaltyPlugin", PLUGIN))));
    Files.writeString(plugins.resolve("bad.jar"), "no jar");
    Files.writeString(
        directory.resolve("run.yaml"),
        """
        name: dropped in
        pipeline: knowledge-retention
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: domain-incremental}
        model: {type: mlp, hidden: [8]}
        training: {iterations: 5, batchSize: 8}
        strategies: [{type: penalty, lambda: 0.01}]
        """);
  }

  /** Returns what was printed, both streams, and the exit code in the last line. */
  private String perennial(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("-Dperennial.home=" + directory);
    command.add(Main.class.getName());
    command.addAll(Arrays.asList(arguments));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return output + "exit " + process.waitFor();
  }

  @Test
  void trainsWithAPluginThatTouchesNd4jFirst() throws IOException, InterruptedException {
    // Found beside the launcher, without an option.
    String output = perennial("run", "run.yaml", "--quiet", "--threads", "1", "--out", "out");
    assertThat(output)
        .contains("warning: plugin refused: bad.jar (" + plugins.resolve("bad.jar") + ")")
        .contains("averageAccuracy")
        .endsWith("exit 0");
    JsonNode results = new JsonMapper().readTree(directory.resolve("out/results.json").toFile());
    assertThat(results.get("status").asString()).isEqualTo("complete");
    assertThat(results.get("strategies").get(0).asString()).isEqualTo("penalty");
    assertThat(results.get("conventions").get("penalty.early").asString()).isEqualTo("3.0");
  }

  @Test
  void lockedPlugins() throws IOException, InterruptedException {
    assertThat(perennial("list", "--locked"))
        .contains("error: the lock file plugins.lock does not exist. 'perennial lock' writes it.")
        .endsWith("exit 2");
    assertThat(perennial("lock", "--plugins", plugins.toString()))
        .contains("warning: plugin refused: bad.jar")
        .contains("Locked 1 jars in plugins.lock")
        .endsWith("exit 0");
    assertThat(perennial("list", "--locked", "--plugins", "plugins", "--plugins", "nowhere"))
        .contains("error: the plugin directory nowhere does not exist.")
        .endsWith("exit 2");
    String listed = perennial("list", "--locked", "--plugins", plugins.toString());
    assertThat(listed.replaceAll(" +", " "))
        .contains("strategy penalty 1.2 penalty.jar 0.1 available")
        .contains("plugin bad.jar - bad.jar - refused")
        .contains("it is not in plugins.lock, and only locked plugins are loaded.")
        .endsWith("exit 0");
  }

  /** Asks for what nobody binds, and for something that leads back to it. */
  private static final String ASKING =
      """
      package ask;
      import io.perennial.api.*;
      public class AskPlugin implements Plugin {
        interface Memory {}
        static class Ring implements Memory { @jakarta.inject.Inject Ring(Memory memory) {} }
        static class Unbound implements Strategy { @jakarta.inject.Inject Unbound(StringBuilder b) {} }
        static class Circular implements Strategy { @jakarta.inject.Inject Circular(Memory m) {} }
        static class Later implements Strategy {
          public record Settings(
              @Description("Made when a task begins.") java.util.List<Configured<Strategy>> inside) {}
          @jakarta.inject.Inject Later(Settings settings, Extensions extensions) {}
        }
        public void configure(com.google.inject.Binder binder) {
          binder.bind(Memory.class).to(Ring.class);
          binder.bind(Ring.class);
          ExtensionBinder.of(binder)
              .register(Strategy.class, "unbound", Unbound.class)
              .register(Strategy.class, "circular", Circular.class)
              .register(Strategy.class, "later", Later.class, Later.Settings.class);
        }
      }
      """;

  @Test
  void wiringErrorsAreFoundBeforeTheDataIsLoaded() throws IOException {
    PluginJars.write(
        plugins.resolve("ask.jar"),
        PluginJars.plugin(
            "ask.AskPlugin",
            PluginJars.compile(
                Map.of(
                    "ask.AskPlugin",
                    ASKING.replace(
                        "public class AskPlugin",
                        "@Plugin.Info(apiVersion = Plugin.API_VERSION) public class AskPlugin")))));
    Files.delete(plugins.resolve("penalty.jar"));
    String yaml =
        Files.readString(directory.resolve("run.yaml"))
            .replace("{type: digits}", "{type: idx, path: nowhere}")
            .replace(
                "{type: penalty, lambda: 0.01}",
                "{type: unbound}, {type: later, inside: [{type: circular}]}");
    try (Perennial perennial = Perennial.start(1, DropIns.in(plugins))) {
      RunConfiguration configuration = perennial.parse(yaml);
      assertThatThrownBy(() -> perennial.check(configuration))
          .isInstanceOfSatisfying(
              InputException.class,
              e -> {
                assertThat(e.problems()).hasSize(2);
                assertThat(e.problems().get(0))
                    .startsWith(
                        "strategy 'unbound' (strategy, plugin ask.AskPlugin in ask.jar) cannot be"
                            + " made: ")
                    .contains(
                        "The constructor of ask.AskPlugin$Unbound asks for"
                            + " java.lang.StringBuilder as parameter 1.")
                    .contains("ask for what can be injected: ")
                    .contains("RandomSource")
                    .contains("ask.AskPlugin$Memory");
                assertThat(e.problems().get(1))
                    .startsWith(
                        "strategy 'circular' (inside later, plugin ask.AskPlugin in ask.jar) cannot"
                            + " be made: Found a circular dependency involving");
              });
    }
  }
}
