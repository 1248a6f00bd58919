package io.perennial.runner.plugin;

import static io.perennial.runner.fixtures.PluginJars.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.Configured;
import io.perennial.api.InputException;
import io.perennial.api.Optimizer;
import io.perennial.api.Plugin;
import io.perennial.api.RandomSource;
import io.perennial.api.Registration;
import io.perennial.api.Strategy;
import io.perennial.runner.config.Blocks;
import io.perennial.runner.config.ConfigurationReader;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.fixtures.PluginJars;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plugins from directories, in real jars and class loaders: what they see, and what they do not.
 */
class DropInsTest {
  private static final Path GUAVA =
      Path.of(System.getProperty("basedir", "."), "target/test-jars/other-guava.jar");

  /** Tells through its conventions what it sees. */
  private static final String PROBE =
      """
      package drop;
      import java.util.*;
      public class Probe implements io.perennial.api.Strategy {
        private final Map<String, String> seen = new TreeMap<>();
        @jakarta.inject.Inject Probe() throws Exception {
          ClassLoader own = Probe.class.getClassLoader();
          seen.put("context", "" + (Thread.currentThread().getContextClassLoader() == own));
          seen.put("configure", "" + DropPlugin.context);
          for (String name : List.of(
              "io.perennial.runner.Perennial", "com.google.common.base.Joiner", "picocli.CommandLine",
              "org.apache.logging.log4j.core.Logger", "org.apache.logging.log4j.Logger",
              "org.slf4j.Logger", "org.nd4j.linalg.api.ndarray.INDArray", "java.sql.Driver",
              "io.perennial.models.Vectors", "io.perennial.runner.fixtures.FakePlugin")) {
            String found = "hidden";
            try { Class.forName(name, false, own); found = "seen"; } catch (ClassNotFoundException e) { }
            seen.put(name, found);
          }
          seen.put("services", "" + Collections.list(own.getResources("META-INF/services/io.perennial.api.Plugin")).size());
          try (var in = own.getResourceAsStream("drop/some text.txt")) {
            seen.put("resource", new String(in.readAllBytes()));
          }
          seen.put("url", new String(own.getResource("drop/some text.txt").openStream().readAllBytes()));
          seen.put("version", Probe.class.getPackage().getImplementationVersion());
        }
        @Override public Map<String, String> conventions() { return seen; }
        public static class Late { public String toString() { return "loaded late"; } }
        @Override public String toString() { return new Late().toString(); }
      }
      """;

  private static final String LIBRARY =
      "package lib; public class Version { public static String value() { return \"%s\"; } }";

  private static final String USER =
      """
      package user;
      public class User implements io.perennial.api.Strategy {
        @jakarta.inject.Inject User() {}
        @Override public java.util.Map<String, String> conventions() {
          return java.util.Map.of("library", lib.Version.value());
        }
      }
      """;

  @TempDir private Path directory = Path.of("");

  private Registry load(Path... directories) {
    return Registry.load(DropInsTest.class.getClassLoader(), DropIns.in(directories));
  }

  private static Strategy make(Registry registry, String name) {
    assertThat(registry.refused()).isEmpty();
    Wiring wiring = new Wiring(registry, new RandomSource(1), binder -> {});
    return wiring.create(
        new Configured<>(Strategy.class, name, new Registration.NoSettings()), "strategy 0");
  }

  private Path probe() throws IOException {
    Map<String, byte[]> classes =
        PluginJars.compile(
            Map.of(
                "drop.Probe",
                PROBE,
                "drop.DropPlugin",
                PluginJars.registering("drop.DropPlugin", "probe", "Probe")
                    .replace(
                        "public void configure",
                        "static boolean context; @Override public void configure")
                    .replace("@Override static", "static")
                    .replace(
                        "binder) {",
                        "binder) { context = Thread.currentThread().getContextClassLoader()"
                            + " == DropPlugin.class.getClassLoader();")));
    Map<String, byte[]> entries = PluginJars.plugin("drop.DropPlugin", classes);
    entries.put("drop/some text.txt", bytes("hello"));
    return PluginJars.write(directory.resolve("a.jar"), entries);
  }

  @Test
  void whatAPluginSees() throws IOException {
    Path jar = probe();
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Registry registry = load(directory);
    Map<String, String> seen = make(registry, "probe").conventions();
    assertThat(seen)
        .containsEntry("context", "true")
        .containsEntry("configure", "true")
        .containsEntry("io.perennial.runner.Perennial", "hidden")
        .containsEntry("io.perennial.runner.fixtures.FakePlugin", "hidden")
        .containsEntry("com.google.common.base.Joiner", "hidden")
        .containsEntry("picocli.CommandLine", "hidden")
        .containsEntry("org.apache.logging.log4j.core.Logger", "hidden")
        .containsEntry("org.apache.logging.log4j.Logger", "seen")
        .containsEntry("org.slf4j.Logger", "seen")
        .containsEntry("org.nd4j.linalg.api.ndarray.INDArray", "seen")
        .containsEntry("io.perennial.models.Vectors", "seen")
        .containsEntry("java.sql.Driver", "seen")
        .containsEntry("services", "1")
        .containsEntry("resource", "hello")
        .containsEntry("url", "hello")
        .containsEntry("version", "1.2");
    assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    LoadedPlugin plugin = registry.get(Strategy.class, "probe").plugin();
    assertThat(plugin.name()).isEqualTo("drop.DropPlugin");
    assertThat(plugin.version()).isEqualTo("1.2");
    assertThat(plugin.apiVersion()).isEqualTo(Plugin.API_VERSION);
    assertThat(plugin.jar()).contains(jar);
  }

  @Test
  void whatWasVerifiedIsWhatRuns() throws IOException {
    Path jar = probe();
    Strategy probe = make(load(directory), "probe");
    Files.write(jar, new byte[10]);
    assertThat(probe).hasToString("loaded late");
  }

  @Test
  void twoVersionsOfALibrary() throws IOException {
    Path plugins = directory.resolve("plugins");
    for (String version : new String[] {"one", "two"}) {
      Path library =
          PluginJars.write(
              plugins.resolve(version).resolve("lib.jar"),
              PluginJars.compile(Map.of("lib.Version", LIBRARY.formatted(version))));
      PluginJars.write(
          plugins.resolve(version).resolve("user.jar"),
          PluginJars.plugin(
              "user.UserPlugin",
              PluginJars.compile(
                  Map.of(
                      "user.User",
                      USER,
                      "user.UserPlugin",
                      PluginJars.registering("user.UserPlugin", version, "User")),
                  library)));
    }
    Files.createDirectories(plugins.resolve("sources/src"));
    Files.writeString(plugins.resolve("pom.xml"), "");
    Registry registry = load(plugins);
    assertThat(make(registry, "one").conventions()).containsEntry("library", "one");
    assertThat(make(registry, "two").conventions()).containsEntry("library", "two");
    assertThat(registry.get(Strategy.class, "two").plugin().jar())
        .contains(plugins.resolve("two/user.jar"));
  }

  @Test
  void aGuavaOfItsOwn() throws IOException {
    String source =
        """
        package user;
        public class Guava implements io.perennial.api.Strategy {
          @jakarta.inject.Inject Guava() {}
          @Override public java.util.Map<String, String> conventions() {
            var list = com.google.common.collect.ImmutableList.of("a", "b");
            try (var in = com.google.common.collect.ImmutableList.class.getResourceAsStream(
                "/META-INF/maven/com.google.guava/guava/pom.properties")) {
              var properties = new java.util.Properties();
              properties.load(in);
              return java.util.Map.of(
                  "joined", com.google.common.base.Joiner.on('-').join(list),
                  "guava", properties.getProperty("version"));
            } catch (java.io.IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          }
        }
        """;
    Path plugin = directory.resolve("with-guava");
    Map<String, byte[]> classes =
        PluginJars.compile(
            Map.of(
                "user.Guava",
                source,
                "user.GuavaPlugin",
                PluginJars.registering("user.GuavaPlugin", "guava", "Guava")),
            GUAVA);
    PluginJars.write(plugin.resolve("user.jar"), PluginJars.plugin("user.GuavaPlugin", classes));
    Files.copy(GUAVA, plugin.resolve("guava.jar"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(make(load(directory), "guava").conventions())
        .containsEntry("joined", "a-b")
        .containsEntry("guava", "31.1-jre");
  }

  @Test
  void aMultiReleaseJar() throws IOException {
    Map<String, byte[]> entries =
        PluginJars.plugin(
            "user.UserPlugin",
            PluginJars.compile(
                Map.of(
                    "user.User",
                    USER,
                    "lib.Version",
                    LIBRARY.formatted("base"),
                    "user.UserPlugin",
                    PluginJars.registering("user.UserPlugin", "user", "User"))));
    for (String release : new String[] {"11", "16", "999"}) {
      PluginJars.compile(Map.of("lib.Version", LIBRARY.formatted("release " + release)))
          .forEach((name, code) -> entries.put("META-INF/versions/" + release + "/" + name, code));
    }
    PluginJars.write(directory.resolve("plain.jar"), entries);
    assertThat(make(load(directory), "user").conventions()).containsEntry("library", "base");
    entries.put(PluginJars.MANIFEST, bytes("Manifest-Version: 1.0\nMulti-Release: true\n"));
    PluginJars.write(directory.resolve("plain.jar"), entries);
    assertThat(make(load(directory), "user").conventions()).containsEntry("library", "release 16");
  }

  @Test
  void aDirectoryGivenTwiceCountsOnce() throws IOException {
    probe();
    make(load(directory, directory.resolve(".")), "probe");
  }

  @Test
  void builtInsComeFirst() throws IOException {
    Map<String, byte[]> classes =
        PluginJars.compile(
            Map.of(
                "user.Ewc",
                "package user; public class Ewc implements io.perennial.api.Optimizer {"
                    + " @jakarta.inject.Inject Ewc() {}"
                    + " public void step(org.nd4j.linalg.api.ndarray.INDArray p,"
                    + " org.nd4j.linalg.api.ndarray.INDArray g, java.util.Optional<boolean[]> f) {}"
                    + " public void implicitStep(org.nd4j.linalg.api.ndarray.INDArray p,"
                    + " java.util.List<io.perennial.api.QuadraticPenalty> q) {}"
                    + " public void reset() {} public void remap(io.perennial.api.ParameterMap m) {}"
                    + " }",
                "user.EwcPlugin",
                PluginJars.registering("user.EwcPlugin", "sgd", "Ewc")
                    .replace("Strategy", "Optimizer")));
    PluginJars.write(directory.resolve("taken.jar"), PluginJars.plugin("user.EwcPlugin", classes));
    Registry registry = load(directory);
    assertThat(registry.refused()).hasSize(1);
    assertThat(registry.refused().get(0).reason())
        .startsWith("it brings a optimizer 'sgd', which io.perennial.models.ModelsPlugin (");
    assertThat(registry.get(Optimizer.class, "sgd").plugin().name())
        .isEqualTo("io.perennial.models.ModelsPlugin");
  }

  @Test
  void directoriesThatAreNone() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> load(directory.resolve("nowhere"), directory, file))
        .isInstanceOfSatisfying(
            InputException.class,
            e ->
                assertThat(e.problems())
                    .containsExactly(
                        "the plugin directory "
                            + directory.resolve("nowhere")
                            + " does not exist. Give the directory that holds the plugins' jars.",
                        "the plugin directory "
                            + file
                            + " is no directory. Give the directory that holds the plugins'"
                            + " jars."));
  }

  @Test
  void anEmptyDirectoryAddsNothing() {
    Registry registry = load(directory);
    assertThat(registry.refused()).isEmpty();
    assertThat(registry.plugins())
        .hasSameSizeAs(Registry.load(DropInsTest.class.getClassLoader()).plugins());
  }

  /** The members of an extension of each kind, by the kind's interface. */
  private static final Map<String, String> KINDS =
      Map.of(
          "Strategy", "",
          "RunListener", "",
          "Metric",
              "public String name() { return \"mine\"; } public String formula() { return \"1\"; }"
                  + " public Value compute(Measurements r) { return Value.of(1); }",
          "Launcher", "public void launch(List<Run> runs) {}",
          "DataSource", "public DataSet load() { return null; }",
          "Scenario",
              "public Setting setting() { return null; } public List<Task> tasks() { return null; }",
          "TaskOrder", "public int[] order(List<Task> tasks) { return new int[0]; }",
          "ModelFactory", "public Model create(Request request) { return null; }",
          "Optimizer",
              "public void step(INDArray p, INDArray g, Optional<boolean[]> f) {}"
                  + " public void implicitStep(INDArray p, List<QuadraticPenalty> q) {}"
                  + " public void reset() {} public void remap(ParameterMap m) {}");

  @Test
  void everyKindWithSettingsOfItsOwn() throws IOException {
    Map<String, String> sources = new HashMap<>();
    StringBuilder registrations = new StringBuilder();
    KINDS.forEach(
        (kind, members) -> {
          String imports =
              "package all; import io.perennial.api.*; import java.util.*;"
                  + " import org.nd4j.linalg.api.ndarray.INDArray; ";
          String inside = "@Description(\"Data.\") Configured<DataSource> dataset, ";
          sources.put(
              "all.My" + kind,
              imports
                  + "public class My%1$s implements %1$s {".formatted(kind)
                  + " public record Settings(%s".formatted(kind.equals("Scenario") ? inside : "")
                  + "@Description(\"Size.\") int size) {}"
                  + " private final Settings settings;"
                  + " @jakarta.inject.Inject My%s(Settings s) { settings = s; }".formatted(kind)
                  + " public String toString() { return \"%s \" + settings.size(); } %s }"
                      .formatted(kind, members));
          registrations.append(
              ".register(io.perennial.api.%1$s.class, \"mine\", My%1$s.class, My%1$s.Settings.class)"
                  .formatted(kind));
        });
    sources.put(
        "all.AllPlugin",
        PluginJars.registering("all.AllPlugin", "unused", "MyStrategy")
            .replace(
                ".register(io.perennial.api.Strategy.class, \"unused\", MyStrategy.class)",
                registrations));
    PluginJars.write(
        directory.resolve("all.jar"),
        PluginJars.plugin("all.AllPlugin", PluginJars.compile(sources)));
    Registry registry = load(directory);
    assertThat(registry.refused()).isEmpty();
    assertThat(registry.named("mine"))
        .extracting(Extension::kind)
        .containsExactlyInAnyOrder(
            Arrays.stream(Kind.values()).map(Kind::label).toArray(String[]::new));
    RunConfiguration configuration =
        new ConfigurationReader(registry)
            .parse(
                """
                name: all mine
                pipeline: knowledge-retention
                scenario: {type: mine, size: 1, dataset: {type: mine, size: 2}}
                order: {type: mine, size: 3}
                model: {type: mine, size: 4}
                training: {optimizer: {type: mine, size: 5}}
                strategies: [{type: mine, size: 6}, {type: mine, size: 7}]
                listeners: [{type: mine, size: 8}]
                launcher: {type: mine, size: 9}
                metrics: [{type: mine, size: 10}]
                """,
                "all.yaml");
    Wiring wiring = new Wiring(registry, new RandomSource(1), binder -> {});
    List<Configured<?>> blocks = new ArrayList<>(configuration.strategies());
    blocks.addAll(configuration.listeners());
    blocks.add(configuration.launcher());
    blocks.addAll(configuration.metrics());
    blocks.add(configuration.scenario());
    blocks.addAll(Blocks.inside(configuration.scenario()));
    blocks.add(configuration.order());
    blocks.add(configuration.model());
    blocks.add(configuration.training().optimizer());
    List<String> made = new ArrayList<>();
    for (Configured<?> block : blocks) {
      made.add(String.valueOf(wiring.create(block, "block " + made.size())));
    }
    assertThat(made)
        .containsExactly(
            "Strategy 6",
            "Strategy 7",
            "RunListener 8",
            "Launcher 9",
            "Metric 10",
            "Scenario 1",
            "DataSource 2",
            "TaskOrder 3",
            "ModelFactory 4",
            "Optimizer 5");
  }
}
