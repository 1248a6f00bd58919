package io.perennial.runner.result;

import io.perennial.api.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory that one run writes into and no other at the same time. The operating system releases
 * the lock when the process ends, however it ends. The lock file stays: deleting it would race with
 * another process that has just opened it.
 */
public final class OutputDirectory implements AutoCloseable {
  static final String CONFIGURATION = "config.yaml";

  private static final String LOCK = ".lock";
  private static final int SHOWN = 3;

  private final Path path;
  private final FileChannel lock;

  private OutputDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Takes a directory for a new run; creates it, with its parents, if it is not there.
   *
   * @throws InputException if it has something in it, is no directory, cannot be written or belongs
   *     to another run; nothing was written then
   */
  public static OutputDirectory claim(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
      requireEmpty(absolute);
      OutputDirectory taken = lock(absolute);
      try {
        // A run that ended between the first look and the lock may have left its results.
        requireEmpty(absolute);
      } catch (InputException e) {
        taken.close();
        throw e;
      }
      taken.deleteUnfinished();
      return taken;
    }
    List<Path> created = new ArrayList<>();
    try {
      create(absolute, created);
      return lock(absolute);
    } catch (IOException e) {
      undo(created);
      throw new InputException(
          "Output directory %s cannot be created: %s. Give another one with --out."
              .formatted(absolute, reason(e)),
          e);
    } catch (InputException e) {
      undo(created);
      throw e;
    }
  }

  /** Whether a run was begun in a directory, so that one can go on with it. */
  public static boolean isBegun(Path directory) {
    return Files.isRegularFile(directory.resolve(CONFIGURATION));
  }

  /**
   * Takes the directory of an earlier run, to go on with it. Deletes the unfinished files that a
   * killed process left in it.
   *
   * @param configuration the resolved configuration to go on with; its {@code checkpoint} block may
   *     differ
   * @param force whether anything else may, too
   * @throws InputException if it is not there, belongs to a run that is going on, cannot be
   *     written, or was made with another configuration
   */
  public static OutputDirectory reopen(Path directory, String configuration, boolean force) {
    Path absolute = directory.toAbsolutePath().normalize();
    Path file = absolute.resolve(CONFIGURATION);
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "There is no run to go on with in %s: no %s. Give the directory that it wrote into."
              .formatted(absolute, CONFIGURATION));
    }
    OutputDirectory taken = lock(absolute);
    try {
      String before = Files.readString(file);
      if (!force) {
        requireSame(before, configuration, file);
      }
    } catch (IOException e) {
      taken.close();
      throw new InputException("%s cannot be read: %s.".formatted(file, reason(e)), e);
    } catch (InputException e) {
      taken.close();
      throw e;
    }
    taken.deleteUnfinished();
    return taken;
  }

  /**
   * Takes the directory of a run, to teach its model further tasks. Deletes the unfinished files
   * that a killed process left in it.
   *
   * @throws InputException if it is not there, belongs to a run that is going on, or cannot be
   *     written
   */
  public static OutputDirectory enter(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    if (!Files.isDirectory(absolute)) {
      throw new InputException(
          "There is no directory %s. Give the one that a run wrote into.".formatted(absolute));
    }
    OutputDirectory taken = lock(absolute);
    taken.deleteUnfinished();
    return taken;
  }

  /** What a killed process was writing; it may have been killed before it wrote anything else. */
  private void deleteUnfinished() {
    try {
      AtomicFile.deleteUnfinished(path);
    } catch (IOException e) {
      close();
      throw new InputException(
          "What an interrupted run left in %s cannot be deleted: %s.".formatted(path, reason(e)),
          e);
    }
  }

  /** The directory, absolute. */
  public Path path() {
    return path;
  }

  /** Releases the lock. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot release the lock of " + path, e);
    }
  }

  private static void requireEmpty(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new InputException(
          "Output directory %s is not a directory. Give another one with --out."
              .formatted(directory));
    }
    List<String> found;
    try (Stream<Path> entries = Files.list(directory)) {
      found =
          entries
              .filter(entry -> !AtomicFile.isUnfinished(entry))
              .map(entry -> String.valueOf(entry.getFileName()))
              .filter(name -> !name.equals(LOCK))
              .sorted()
              .limit(SHOWN)
              .toList();
    } catch (IOException e) {
      throw new InputException(
          "Output directory %s cannot be listed: %s. Give another one with --out."
              .formatted(directory, reason(e)),
          e);
    }
    if (!found.isEmpty()) {
      throw new InputException(
          "Output directory %s is not empty (it holds %s); results are never overwritten. Give another one with --out, or empty it."
              .formatted(directory, String.join(", ", found)));
    }
  }

  private static void requireSame(String before, String now, Path file) {
    List<String> old = linesThatMatter(before);
    List<String> current = linesThatMatter(now);
    for (int i = 0; i < Math.max(old.size(), current.size()); i++) {
      String was = i < old.size() ? old.get(i).strip() : "nothing";
      String is = i < current.size() ? current.get(i).strip() : "nothing";
      if (!was.equals(is)) {
        throw new InputException(
            "The run in %s has another configuration: its line %d was '%s', now it is '%s'. Go on with the old one, start anew in another directory, or give --force to go on with a run that no single configuration describes."
                .formatted(file.getParent(), i + 1, was, is));
      }
    }
  }

  /** Without the block that no result depends on. */
  private static List<String> linesThatMatter(String yaml) {
    List<String> lines = new ArrayList<>();
    boolean matters = true;
    for (String line : yaml.lines().toList()) {
      if (!line.startsWith(" ")) {
        matters = !line.startsWith("checkpoint:");
      }
      if (matters) {
        lines.add(line);
      }
    }
    return lines;
  }

  private static void create(Path directory, List<Path> created) throws IOException {
    Path parent = directory.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      create(parent, created);
    }
    Files.createDirectory(directory);
    created.add(directory);
  }

  private static OutputDirectory lock(Path directory) {
    @Nullable FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() != null) {
        return new OutputDirectory(directory, channel);
      }
    } catch (OverlappingFileLockException e) {
      // Held by another run of this process: the same answer as for another process.
    } catch (IOException e) {
      closeQuietly(channel);
      throw new InputException(
          "Output directory %s cannot be written: %s. Give another one with --out."
              .formatted(directory, reason(e)),
          e);
    }
    closeQuietly(channel);
    throw new InputException(
        "Another run is writing into %s. Wait for it, or give another directory with --out."
            .formatted(directory));
  }

  private static void undo(List<Path> created) {
    for (int i = created.size() - 1; i >= 0; i--) {
      try {
        Files.deleteIfExists(created.get(i));
      } catch (IOException e) {
        // Somebody else put something into it meanwhile; it is theirs now.
        return;
      }
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // The refusal that follows says what matters.
    }
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName().replace("Exception", "") + " " + e.getMessage();
  }
}
