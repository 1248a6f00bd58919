package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What lies in a directory in which each entry is a task. */
final class TaskEntries {
  private TaskEntries() {}

  /**
   * The entries in the order of their names, compared character by character, whatever the machine.
   *
   * @param what is looked for, such as "CSV file", for messages
   * @param wanted tells the tasks from other things that lie there; hidden ones never count
   * @throws InputException if it cannot be read, nothing is there, or an entry is a link that leads
   *     out of it
   */
  static List<Path> of(Path directory, String what, Predicate<Path> wanted) {
    if (!Files.isDirectory(directory)) {
      throw new InputException(
          "%s: %s. Give a directory with one %s a task."
              .formatted(
                  directory, Files.exists(directory) ? "not a directory" : "does not exist", what));
    }
    List<Path> entries;
    try (Stream<Path> all = Files.list(directory)) {
      entries =
          all.filter(entry -> !name(entry).startsWith("."))
              .filter(wanted)
              .sorted(Comparator.comparing(TaskEntries::name))
              .toList();
      Path home = directory.toRealPath();
      Faults faults = new Faults();
      for (Path entry : entries) {
        Path real = entry.toRealPath();
        if (!real.startsWith(home)) {
          faults.add(
              "%s: a link to %s, outside of the directory. Put the %s itself there."
                  .formatted(entry, real, what));
        }
      }
      faults.refuse();
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read (%s). Check its permissions.".formatted(directory, e), e);
    }
    if (entries.isEmpty()) {
      throw new InputException(
          "%s: holds no %s. Put one a task there; their names tell their order."
              .formatted(directory, what));
    }
    return entries;
  }

  static String name(Path entry) {
    return String.valueOf(entry.getFileName());
  }
}
