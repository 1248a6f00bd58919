package io.perennial.runner.result;

import io.perennial.api.InputException;
import io.perennial.api.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run, a directory {@code task-NNNN} each: {@code tensors.safetensors}, {@code
 * state.json}, and {@code manifest.json} with their SHA-256. The last two are kept. A checkpoint
 * appears as a whole, when all of it is on the disk; a write that is interrupted leaves the one
 * before in force.
 */
public final class CheckpointStore {
  private static final int KEPT = 2;
  private static final Pattern NAME = Pattern.compile("task-(\\d{4,9})");

  private final Path directory;

  /**
   * The checkpoints of one run. Creates nothing yet.
   *
   * @param directory for checkpoints only, such as {@code checkpoint/} in the run's directory
   */
  public CheckpointStore(Path directory) {
    this.directory = directory;
  }

  /**
   * Writes a checkpoint. What it replaces, older than the last two, or newer (and so not what this
   * one followed from) is removed.
   *
   * @param tasksDone how many tasks are learned
   * @param state the whole state; its tensors are copied
   * @throws IllegalArgumentException if the state holds what cannot be saved
   */
  public void write(int tasksDone, State state) {
    try {
      Files.createDirectories(directory);
      removeLeftovers();
      Path temporary = Files.createDirectory(directory.resolve(".new"));
      CheckpointFiles.write(temporary, tasksDone, state);
      Path target = directory.resolve("task-%04d".formatted(tasksDone));
      if (Files.exists(target)) {
        hide(target);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      AtomicFile.forceDirectory(directory);
      delete(directory.resolve(".old"));
      prune(tasksDone);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a checkpoint into " + directory, e);
    }
  }

  /**
   * The newest checkpoint that is intact; empty if there is none at all.
   *
   * @throws InputException if there are some, but all are damaged
   */
  public Optional<Checkpoint> latest() {
    List<String> damaged = new ArrayList<>();
    try {
      for (var entry : found().descendingMap().entrySet()) {
        try {
          State state = CheckpointFiles.read(entry.getValue(), entry.getKey());
          return Optional.of(new Checkpoint(entry.getKey(), state, List.copyOf(damaged)));
        } catch (InputException e) {
          damaged.addAll(e.problems());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot look for checkpoints in " + directory, e);
    }
    if (damaged.isEmpty()) {
      return Optional.empty();
    }
    damaged.add(
        "No intact checkpoint is left in " + directory + ". Start again, in a new directory.");
    throw new InputException(damaged);
  }

  private void prune(int newest) throws IOException {
    NavigableMap<Integer, Path> found = found();
    List<Path> kept =
        found.headMap(newest, true).descendingMap().values().stream().limit(KEPT).toList();
    for (Path checkpoint : found.values()) {
      if (!kept.contains(checkpoint)) {
        remove(checkpoint);
      }
    }
  }

  private NavigableMap<Integer, Path> found() throws IOException {
    NavigableMap<Integer, Path> found = new TreeMap<>();
    if (Files.isDirectory(directory)) {
      try (Stream<Path> entries = Files.list(directory)) {
        for (Path entry : entries.toList()) {
          Matcher name = NAME.matcher(String.valueOf(entry.getFileName()));
          if (name.matches()) {
            found.put(Integer.parseInt(name.group(1)), entry);
          }
        }
      }
    }
    return found;
  }

  private void remove(Path checkpoint) throws IOException {
    hide(checkpoint);
    delete(directory.resolve(".old"));
  }

  /** Out of sight: a checkpoint is never seen half removed. */
  private void hide(Path checkpoint) throws IOException {
    Files.move(checkpoint, directory.resolve(".old"), StandardCopyOption.ATOMIC_MOVE);
  }

  private void removeLeftovers() throws IOException {
    delete(directory.resolve(".new"));
    delete(directory.resolve(".old"));
  }

  private static void delete(Path tree) throws IOException {
    if (Files.exists(tree)) {
      try (Stream<Path> all = Files.walk(tree)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
