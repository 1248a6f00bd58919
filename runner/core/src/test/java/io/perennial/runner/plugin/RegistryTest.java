package io.perennial.runner.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Binder;
import io.perennial.api.Description;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.InputException;
import io.perennial.api.Optimizer;
import io.perennial.api.Plugin;
import io.perennial.api.Strategy;
import io.perennial.runner.fixtures.FakePlugin;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bad plugin is refused with its reason and a remedy, and the good one beside it loads. */
class RegistryTest {
  private static final String SERVICE = "META-INF/services/" + Plugin.class.getName();

  @TempDir private Path directory = Path.of("");

  private static void onlyGoodIsLeft(Registry registry, String plugin, String reason) {
    assertThat(registry.refused()).hasSize(1);
    Refusal refusal = registry.refused().get(0);
    assertThat(refusal.plugin()).isEqualTo(plugin);
    assertThat(refusal.reason()).isEqualTo(reason);
    assertThat(refusal.remedy()).isNotBlank();
    assertThat(registry.plugins())
        .extracting(LoadedPlugin::name)
        .containsExactly(FakePlugin.class.getName());
    assertThat(registry.names(Strategy.class)).contains("ewc");
  }

  private static void refused(Plugin bad, String reason) {
    onlyGoodIsLeft(Registry.of(bad, new FakePlugin()), bad.getClass().getName(), reason);
  }

  @Test
  void whatIsFound() {
    Registry registry = Registry.of(new FakePlugin());
    assertThat(registry.refused()).isEmpty();
    assertThat(registry.names(Strategy.class)).containsExactly("ewc", "experts", "joint", "naive");
    assertThat(registry.find(Optimizer.class, "sgd")).isPresent();
    assertThat(registry.find(Optimizer.class, "ewc")).isEmpty();
    Extension<Strategy> ewc = registry.get(Strategy.class, "ewc");
    assertThat(ewc).hasToString("strategy 'ewc'");
    assertThat(ewc.plugin().version()).isEqualTo("development");
    assertThat(ewc.plugin().jar()).isPresent();
    assertThat(ewc.settings())
        .extracting(SettingDescription::name)
        .containsExactly("lambda", "fisher", "online", "decay");
    assertThat(registry.extensions())
        .extracting(Extension::kind)
        .startsWith("strategy", "strategy");
    assertThatThrownBy(() -> registry.get(Strategy.class, "naife"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "there is no strategy 'naife'. Did you mean 'naive'?"
                + " Available: ewc, experts, joint, naive.");
  }

  /** No version. */
  static final class Unversioned implements Plugin {
    @Override
    public void configure(Binder binder) {}
  }

  @Test
  void noInfo() {
    refused(
        new Unversioned(),
        "it carries no @Plugin.Info, so the API it was compiled against is unknown.");
  }

  /** Another version. */
  @Plugin.Info(apiVersion = "0.0")
  static final class Old implements Plugin {
    @Override
    public void configure(Binder binder) {
      throw new AssertionError("must not be asked");
    }
  }

  @Test
  void otherVersion() {
    refused(
        new Old(),
        "it was compiled against version 0.0 of the API, and this is version "
            + Plugin.API_VERSION
            + ".");
  }

  /** Fails when asked. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Failing implements Plugin {
    @Override
    public void configure(Binder binder) {
      throw new IllegalStateException("no database");
    }
  }

  @Test
  void configureThatThrows() {
    refused(
        new Failing(),
        "its configure method does not work out: An exception was caught and reported."
            + " Message: no database.");
  }

  /** Registers what it must not. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Careless implements Plugin {
    /** No meaning. */
    record Bare(int size, @Description("An array.") int[] values) {}

    /** No constructor for injection. */
    static final class Uninjectable implements Strategy {}

    @Override
    public void configure(Binder binder) {
      ExtensionBinder.of(binder)
          .register(Strategy.class, "BadName", FakePlugin.Naive.class)
          .register(Strategy.class, "bare", FakePlugin.Naive.class, Bare.class)
          .register(Strategy.class, "uninjectable", Uninjectable.class)
          .register(Runnable.class, "runnable", Thread.class);
    }
  }

  @Test
  void everythingWrongWithItsRegistrationsAtOnce() {
    Registry registry = Registry.of(new Careless());
    assertThat(registry.extensions()).isEmpty();
    assertThat(registry.refused().get(0).reason())
        .contains("The name of an extension is kebab-case")
        .contains("'size' has no @Description; 'values' has the type int[]")
        .contains("'uninjectable': No injectable constructor for type")
        .contains("'runnable': java.lang.Runnable is no extension point.");
  }

  /** A name that is taken, and one that is not. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Second implements Plugin {
    @Override
    public void configure(Binder binder) {
      ExtensionBinder.of(binder)
          .register(Strategy.class, "another", FakePlugin.Naive.class)
          .register(Strategy.class, "ewc", FakePlugin.Naive.class);
    }
  }

  @Test
  void aNameThatIsTaken() {
    Registry registry = Registry.of(new FakePlugin(), new Second());
    String reason = registry.refused().get(0).reason();
    assertThat(reason)
        .startsWith("it brings a strategy 'ewc', which " + FakePlugin.class.getName())
        .endsWith(" already brings.");
    assertThat(registry.find(Strategy.class, "another"))
        .as("nothing of a refused plugin is offered")
        .isEmpty();
  }

  /** One name twice. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Twice implements Plugin {
    @Override
    public void configure(Binder binder) {
      ExtensionBinder.of(binder)
          .register(Strategy.class, "twice", FakePlugin.Naive.class)
          .register(Strategy.class, "twice", FakePlugin.Naive.class);
    }
  }

  @Test
  void aNameTwiceInOnePlugin() {
    refused(new Twice(), "it registers the strategy 'twice' twice.");
  }

  /** Its constructor throws. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  public static final class Unwilling implements Plugin {
    /** Throws. */
    @Inject
    public Unwilling() {
      throw new IllegalStateException("not today");
    }

    @Override
    public void configure(Binder binder) {}
  }

  @Test
  void aConstructorThatThrows() throws IOException {
    onlyGoodIsLeft(
        load(Unwilling.class.getName()),
        Unwilling.class.getName(),
        "it failed: java.lang.IllegalStateException: not today.");
  }

  @Test
  void serviceFiles() throws IOException {
    onlyGoodIsLeft(
        load("org.example.Nobody"),
        "org.example.Nobody",
        "the service file is broken: Provider org.example.Nobody not found.");
    onlyGoodIsLeft(
        load(FakePlugin.Naive.class.getName()),
        FakePlugin.Naive.class.getName(),
        "the service file is broken: " + FakePlugin.Naive.class.getName() + " not a subtype.");
    Registry registry = load("not a class");
    assertThat(registry.refused()).hasSize(1);
    assertThat(registry.refused().get(0).plugin()).isEqualTo("META-INF/services");
    assertThat(registry.refused().get(0).reason())
        .startsWith("the service file is broken: ")
        .contains("Illegal configuration-file syntax");
  }

  @Test
  void aMissingClass() throws IOException {
    compile("Gone", "package bad; public class Gone implements io.perennial.api.Strategy {}");
    compile(
        "Kept", "package bad; public class Kept extends Gone { @jakarta.inject.Inject Kept() {} }");
    compile("BadPlugin", registering("Kept"));
    Files.delete(directory.resolve("bad/Gone.class"));
    onlyGoodIsLeft(
        load("bad.BadPlugin"), "bad.BadPlugin", "a class it needs is missing: bad.Gone.");
  }

  @Test
  void aMissingClassDeepInsideIsFoundNow() throws IOException {
    compile("Gone", "package bad; public class Gone {}");
    compile(
        "Kept",
        "package bad; public class Kept implements io.perennial.api.Strategy {"
            + " @jakarta.inject.Inject Kept() {} private Gone late() { return new Gone(); } }");
    compile("BadPlugin", registering("Kept"));
    Files.delete(directory.resolve("bad/Gone.class"));
    onlyGoodIsLeft(
        load("bad.BadPlugin"), "bad.BadPlugin", "a class it needs is missing: bad.Gone.");
  }

  @Test
  void aNewerJava() throws IOException {
    compile(
        "Kept",
        "package bad; public class Kept implements io.perennial.api.Strategy {"
            + " @jakarta.inject.Inject Kept() {} }");
    compile("BadPlugin", registering("Kept"));
    Path file = directory.resolve("bad/BadPlugin.class");
    byte[] code = Files.readAllBytes(file);
    code[7] = 99;
    Files.write(file, code);
    Registry registry = load("bad.BadPlugin");
    assertThat(registry.refused()).hasSize(1);
    assertThat(registry.refused().get(0).reason())
        .startsWith("it was compiled for a newer Java: bad/BadPlugin has been compiled by");
    assertThat(registry.names(Strategy.class)).contains("ewc");
  }

  private static String registering(String implementation) {
    return """
        package bad;
        @io.perennial.api.Plugin.Info(apiVersion = io.perennial.api.Plugin.API_VERSION)
        public class BadPlugin implements io.perennial.api.Plugin {
          public void configure(com.google.inject.Binder binder) {
            io.perennial.api.ExtensionBinder.of(binder)
                .register(io.perennial.api.Strategy.class, "bad", %s.class);
          }
        }
        """
        .formatted(implementation);
  }

  private void compile(String name, String source) throws IOException {
    Path file = directory.resolve(name + ".java");
    Files.writeString(file, source);
    String classPath =
        directory + System.getProperty("path.separator") + System.getProperty("java.class.path");
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                classPath,
                "-d",
                directory.toString(),
                file.toString());
    assertThat(result).isZero();
  }

  /** A service file with a bad line, and then the good plugin's. */
  private Registry load(String line) throws IOException {
    Path service = directory.resolve(SERVICE);
    Files.createDirectories(service.getParent());
    Files.write(service, List.of(line));
    Path good = directory.resolve("good").resolve(SERVICE);
    Files.createDirectories(good.getParent());
    Files.write(good, List.of(FakePlugin.class.getName()));
    URL[] urls = {directory.toUri().toURL(), directory.resolve("good").toUri().toURL()};
    try (URLClassLoader loader =
        new URLClassLoader(urls, RegistryTest.class.getClassLoader()) {
          @Override
          public Enumeration<URL> getResources(String name) throws IOException {
            // The plugins of the module under test are another test's matter.
            return findResources(name);
          }
        }) {
      return Registry.load(loader);
    }
  }
}
