package io.perennial.runner.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.api.Strategy;
import io.perennial.runner.fixtures.PluginJars;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockFileTest {
  @TempDir private Path directory = Path.of("");
  private Path plugins = Path.of("");
  private Path lock = Path.of("");

  private static Map<String, byte[]> plugin(String name) {
    return PluginJars.plugin(
        name + ".It",
        PluginJars.compile(
            Map.of(
                name + ".Strategist",
                "package "
                    + name
                    + "; public class Strategist implements io.perennial.api.Strategy {"
                    + " @jakarta.inject.Inject Strategist() {} }",
                name + ".It",
                PluginJars.registering(name + ".It", name, "Strategist"))));
  }

  private static Map<String, byte[]> library(String text) {
    return Map.of("text.txt", PluginJars.bytes(text));
  }

  @BeforeEach
  void twoPlugins() throws IOException {
    plugins = directory.resolve("plugins");
    lock = directory.resolve("plugins.lock");
    PluginJars.write(plugins.resolve("one.jar"), plugin("one"));
    PluginJars.write(plugins.resolve("two/two.jar"), plugin("two"));
    PluginJars.write(plugins.resolve("two/library.jar"), library("first"));
    Files.writeString(lock, LockFile.of(load(DropIns.in(plugins))));
  }

  private static Registry load(DropIns dropIns) {
    return Registry.load(LockFileTest.class.getClassLoader(), dropIns);
  }

  private Registry locked() {
    return load(new DropIns(List.of(plugins), Optional.of(lock)));
  }

  private void onlyOneIsLeft(String reason) {
    Registry registry = locked();
    assertThat(registry.names(Strategy.class)).contains("one").doesNotContain("two");
    assertThat(registry.refused()).hasSize(1);
    assertThat(registry.refused().get(0).reason()).matches(reason);
    assertThat(registry.refused().get(0).remedy()).contains("perennial lock");
  }

  @Test
  void whatIsLockedIsLoaded() throws IOException {
    assertThat(Files.readAllLines(lock)).hasSize(5);
    assertThat(Files.readAllLines(lock).get(0)).startsWith("# ");
    assertThat(Files.readAllLines(lock).get(2)).matches("[0-9a-f]{64}  one\\.jar");
    assertThat(Files.readAllLines(lock).get(3)).matches("[0-9a-f]{64}  two/library\\.jar");
    assertThat(Files.readAllLines(lock).get(4)).matches("[0-9a-f]{64}  two/two\\.jar");
    assertThat(locked().refused()).isEmpty();
    assertThat(locked().names(Strategy.class)).contains("one", "two");
  }

  /** The digests are those of the files, as any other tool computes them. */
  @Test
  void theDigestIsOfTheFile() throws IOException {
    PluginJars.write(plugins.resolve("one.jar"), plugin("one"));
    Path known = directory.resolve("known");
    Files.createDirectories(known);
    Files.writeString(known.resolve("abc.jar"), "abc");
    Files.writeString(
        lock, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  abc.jar\n");
    Registry registry = load(new DropIns(List.of(known), Optional.of(lock)));
    assertThat(registry.refused().get(0).reason()).startsWith("abc.jar is no jar file");
  }

  @Test
  void aChangedLibrary() throws IOException {
    PluginJars.write(plugins.resolve("two/library.jar"), library("second"));
    onlyOneIsLeft(
        "it is not what .*plugins\\.lock has locked: two/library\\.jar has the SHA-256 \\w{64}, not"
            + " \\w{64}\\.");
  }

  @Test
  void anAddedLibrary() throws IOException {
    PluginJars.write(plugins.resolve("two/more.jar"), library("more"));
    onlyOneIsLeft("it is not what .*plugins\\.lock has locked: two/more\\.jar was added\\.");
  }

  @Test
  void aLibraryThatIsGone() throws IOException {
    Files.delete(plugins.resolve("two/library.jar"));
    onlyOneIsLeft("it is not what .*plugins\\.lock has locked: two/library\\.jar is gone\\.");
  }

  @Test
  void aPluginThatIsNotLocked() throws IOException {
    List<String> lines = Files.readAllLines(lock);
    Files.write(lock, lines.subList(0, 3));
    onlyOneIsLeft("it is not in .*plugins\\.lock, and only locked plugins are loaded\\.");
  }

  @Test
  void refusedPluginsAreNotLocked() throws IOException {
    Files.writeString(plugins.resolve("one.jar"), "damaged");
    assertThat(LockFile.of(load(DropIns.in(plugins)))).doesNotContain("one.jar");
  }

  @Test
  void twoOfOneName() throws IOException {
    Path other = directory.resolve("other");
    PluginJars.write(other.resolve("one.jar"), plugin("three"));
    Registry registry = load(DropIns.in(plugins, other));
    assertThat(registry.refused()).isEmpty();
    assertThatThrownBy(() -> LockFile.of(registry))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "two plugins have one name, and a lock could not tell them apart: "
                + plugins.resolve("one.jar")
                + " and "
                + other.resolve("one.jar")
                + ". Rename one.");
  }

  @Test
  void lockFilesThatAreNone() throws IOException {
    Files.writeString(lock, "# fine\n\nabc  one.jar\n");
    assertThatThrownBy(this::locked)
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            lock + ":3: expected a SHA-256, two blanks and a path, not 'abc  one.jar'.");
    Files.delete(lock);
    assertThatThrownBy(this::locked)
        .isInstanceOf(InputException.class)
        .hasMessage("the lock file " + lock + " does not exist. 'perennial lock' writes it.");
  }
}
