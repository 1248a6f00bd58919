package io.perennial.runner.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of every command that needs the plugins. */
final class PluginOptions {
  /** Set by the launcher to the directory it stands in. */
  private static final String HOME = "perennial.home";

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      description =
          "A directory with plugins: jars, or sub-directories of jars. May be repeated."
              + " Default: plugins beside the launcher")
  private final List<Path> directories = new ArrayList<>();

  @Option(
      names = "--locked",
      description = "Loads only plugins whose jars are as in ./plugins.lock; see 'perennial lock'.")
  private boolean locked;

  /** As given; else the launcher's own, if there is one. */
  List<Path> directories() {
    if (!directories.isEmpty()) {
      return List.copyOf(directories);
    }
    String home = System.getProperty(HOME, "");
    Path own = Path.of(home, "plugins");
    return home.isEmpty() || !Files.isDirectory(own) ? List.of() : List.of(own);
  }

  /** As given. */
  List<Path> given() {
    return List.copyOf(directories);
  }

  boolean locked() {
    return locked;
  }
}
