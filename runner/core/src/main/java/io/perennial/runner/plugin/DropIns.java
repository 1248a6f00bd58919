package io.perennial.runner.plugin;

import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which plugins to load beside those of the class path. The directories are only read.
 *
 * @param directories each jar directly in one of them is a plugin, and so is each sub-directory
 *     with jars directly in it: a plugin with its libraries
 * @param lock the file that lists the jars to accept, written by {@link LockFile}; empty to accept
 *     all
 */
public record DropIns(List<Path> directories, Optional<Path> lock) {
  private static final DropIns NONE = new DropIns(List.of(), Optional.empty());

  /** Copies the list. */
  public DropIns {
    directories = List.copyOf(directories);
  }

  /** The plugins of the class path only. */
  public static DropIns none() {
    return NONE;
  }

  /** All plugins in the given directories. */
  public static DropIns in(Path... directories) {
    return new DropIns(List.of(directories), Optional.empty());
  }

  /**
   * What is there, in the order of the directories and then of the names.
   *
   * @throws InputException naming every directory that is none or cannot be read
   */
  List<DropIn> find() {
    List<String> problems = new ArrayList<>();
    Set<Path> seen = new LinkedHashSet<>();
    List<DropIn> found = new ArrayList<>();
    for (Path directory : directories) {
      if (!Files.isDirectory(directory)) {
        problems.add(
            "the plugin directory "
                + directory
                + (Files.exists(directory) ? " is no directory." : " does not exist.")
                + " Give the directory that holds the plugins' jars.");
        continue;
      }
      try {
        if (seen.add(directory.toRealPath())) {
          found.addAll(plugins(directory));
        }
      } catch (IOException e) {
        problems.add("the plugin directory " + directory + " cannot be read: " + e + ".");
      }
    }
    if (!problems.isEmpty()) {
      throw new InputException(problems);
    }
    return found;
  }

  private static List<DropIn> plugins(Path directory) throws IOException {
    List<DropIn> found = new ArrayList<>();
    for (Path path : children(directory)) {
      String name = String.valueOf(path.getFileName());
      if (Files.isDirectory(path)) {
        List<Path> jars =
            Files.isReadable(path)
                ? children(path).stream().filter(DropIns::isJar).toList()
                : List.of();
        if (!jars.isEmpty()) {
          found.add(new DropIn(name, path, jars));
        }
      } else if (isJar(path)) {
        found.add(new DropIn(name, path, List.of(path)));
      }
    }
    return found;
  }

  private static List<Path> children(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
          .sorted()
          .toList();
    }
  }

  /** By its name: what is not readable as a jar is to be refused, not overlooked. */
  private static boolean isJar(Path path) {
    return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".jar")
        && !Files.isDirectory(path);
  }

  /**
   * A plugin as it lies there.
   *
   * @param name of the jar or sub-directory
   * @param path of the jar or sub-directory
   * @param jars at least one
   */
  record DropIn(String name, Path path, List<Path> jars) {}
}
