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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run, a directory each: {@code task-NNNN} after so many tasks, {@code
 * task-NNNN-step-S} in the middle of the next one after step S of the run. In it are {@code
 * tensors.safetensors}, {@code state.json}, and {@code manifest.json} with their SHA-256. The last
 * few are kept, and the latest that was written after a task. A checkpoint appears as a whole, when
 * all of it is on the disk; a write that is interrupted, or fails, leaves the one before in force.
 */
public final class CheckpointStore {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);

  private static final int KEPT = 2;
  private static final Pattern NAME = Pattern.compile("task-(\\d{4,9})(?:-step-(\\d{1,18}))?");
  private static final String UNFINISHED = ".new";
  private static final String REPLACED = ".old";

  private final Path directory;
  private final int kept;

  /** Where in a run; the order is that of the run. */
  private record Place(int tasksDone, long step) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int tasks = Integer.compare(tasksDone, other.tasksDone);
      return tasks != 0 ? tasks : Long.compare(step, other.step);
    }

    boolean isBetweenTasks() {
      return step == Checkpoint.BETWEEN_TASKS;
    }

    String directory() {
      String name = String.format(Locale.ROOT, "task-%04d", tasksDone);
      return isBetweenTasks() ? name : name + String.format(Locale.ROOT, "-step-%06d", step);
    }
  }

  /** The checkpoints of one run, of which two are kept. */
  public CheckpointStore(Path directory) {
    this(directory, KEPT);
  }

  /**
   * The checkpoints of one run. Creates nothing yet.
   *
   * @param directory for checkpoints only, such as {@code checkpoint/} in the run's directory,
   *     which must be there when one is written
   * @param kept how many, at least 1
   */
  public CheckpointStore(Path directory, int kept) {
    this.directory = directory;
    this.kept = kept;
  }

  /** Writes a checkpoint between two tasks; see {@link #write(int, long, State)}. */
  public void write(int tasksDone, State state) {
    write(tasksDone, Checkpoint.BETWEEN_TASKS, state);
  }

  /**
   * Writes a checkpoint. What it replaces, older than the last few, or newer (and so not what this
   * one followed from) is removed.
   *
   * @param tasksDone how many tasks are learned
   * @param step of the run in the middle of the next task, or {@link Checkpoint#BETWEEN_TASKS}
   * @param state the whole state; its tensors are copied
   * @throws IllegalArgumentException if the state holds what cannot be saved
   * @throws UncheckedIOException if it cannot be written; the earlier ones are as they were
   */
  public void write(int tasksDone, long step, State state) {
    Place place = new Place(tasksDone, step);
    Path temporary = directory.resolve(UNFINISHED);
    try {
      createDirectory();
      removeLeftovers();
      Files.createDirectory(temporary);
      CheckpointFiles.write(temporary, tasksDone, step, state);
      Path target = directory.resolve(place.directory());
      if (Files.exists(target)) {
        hide(target);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      AtomicFile.forceDirectory(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(failure(e), e);
    }
    try {
      delete(directory.resolve(REPLACED));
      prune(place);
    } catch (IOException e) {
      // The new one is in force; what is too many will be removed with the next.
      LOG.warn("Old checkpoints in {} cannot be removed: {}", directory, AtomicFile.reason(e));
    }
  }

  /** One level only: when the run's own directory is gone, so is all that was in it. */
  private void createDirectory() throws IOException {
    Path run = directory.toAbsolutePath().getParent();
    if (run != null && !Files.isDirectory(run)) {
      throw new IOException("the directory " + run + " is no longer there");
    }
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(directory);
    }
  }

  private String failure(IOException problem) {
    String kept;
    try {
      delete(directory.resolve(UNFINISHED)); // A full disk has use for the room.
      NavigableMap<Place, Path> found = found();
      kept =
          found.isEmpty()
              ? "There is none yet"
              : "The latest one is kept: %s".formatted(found.lastEntry().getValue().getFileName());
    } catch (IOException e) {
      kept = "Nor can those be listed that are there";
    }
    return "Cannot write a checkpoint into %s: %s. %s. Remedy that, and go on with --resume."
        .formatted(directory, AtomicFile.reason(problem), kept);
  }

  /**
   * The newest checkpoint that is intact; empty if there is none at all.
   *
   * @throws InputException if there are some, but all are damaged
   */
  public Optional<Checkpoint> latest() {
    return latest(place -> true);
  }

  /**
   * The newest one that was written after a task and is intact; empty if there is none at all. It
   * is always kept.
   *
   * @throws InputException if there are some, but all are damaged
   */
  public Optional<Checkpoint> latestBetweenTasks() {
    return latest(Place::isBetweenTasks);
  }

  private Optional<Checkpoint> latest(Predicate<Place> wanted) {
    List<String> damaged = new ArrayList<>();
    try {
      for (var entry : found().descendingMap().entrySet()) {
        if (!wanted.test(entry.getKey())) {
          continue;
        }
        try {
          Place place = entry.getKey();
          State state = CheckpointFiles.read(entry.getValue(), place.tasksDone(), place.step());
          return Optional.of(
              new Checkpoint(place.tasksDone(), place.step(), state, List.copyOf(damaged)));
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

  private void prune(Place newest) throws IOException {
    NavigableMap<Place, Path> found = found();
    NavigableMap<Place, Path> newestFirst = found.headMap(newest, true).descendingMap();
    Set<Path> latest =
        newestFirst.values().stream().limit(kept).collect(Collectors.toCollection(HashSet::new));
    newestFirst.entrySet().stream()
        .filter(entry -> entry.getKey().isBetweenTasks())
        .findFirst()
        .ifPresent(entry -> latest.add(entry.getValue()));
    for (Path checkpoint : found.values()) {
      if (!latest.contains(checkpoint)) {
        remove(checkpoint);
      }
    }
  }

  private NavigableMap<Place, Path> found() throws IOException {
    NavigableMap<Place, Path> found = new TreeMap<>();
    if (Files.isDirectory(directory)) {
      try (Stream<Path> entries = Files.list(directory)) {
        for (Path entry : entries.toList()) {
          Matcher name = NAME.matcher(String.valueOf(entry.getFileName()));
          if (name.matches()) {
            long step =
                name.group(2) == null ? Checkpoint.BETWEEN_TASKS : Long.parseLong(name.group(2));
            found.put(new Place(Integer.parseInt(name.group(1)), step), entry);
          }
        }
      }
    }
    return found;
  }

  private void remove(Path checkpoint) throws IOException {
    hide(checkpoint);
    delete(directory.resolve(REPLACED));
  }

  /** Out of sight: a checkpoint is never seen half removed. */
  private void hide(Path checkpoint) throws IOException {
    Files.move(checkpoint, directory.resolve(REPLACED), StandardCopyOption.ATOMIC_MOVE);
  }

  private void removeLeftovers() throws IOException {
    delete(directory.resolve(UNFINISHED));
    delete(directory.resolve(REPLACED));
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
