package io.perennial.runner.report;

import io.perennial.api.InputException;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.ResultsReader;
import io.perennial.runner.result.ResultsWriter;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the results below the directories that were given: those of a run or of its seeds are one
 * entry, those of several orders one each, and a directory of result directories is all of them.
 */
final class EntryReader {
  private static final Pattern PART = Pattern.compile("(seed|order)-(-?\\d{1,19})");

  /** Results lie in the run's directory, a seed's, an order's, or a seed's within an order's. */
  private static final int LEVELS = 3;

  private final List<Entry> entries = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * Reads them all.
   *
   * @throws InputException with everything that is wrong with any of them
   */
  static List<Entry> read(List<Path> directories) {
    EntryReader reader = new EntryReader();
    for (Path directory : directories) {
      reader.add(directory);
    }
    if (!reader.problems.isEmpty()) {
      throw new InputException(reader.problems);
    }
    return reader.entries;
  }

  /** Another text whenever results below a run's directory were written. */
  static String version(Path directory) {
    StringBuilder version = new StringBuilder();
    try (Stream<Path> files = Files.walk(directory, LEVELS)) {
      for (Path file : files.filter(f -> name(f).equals(ResultsWriter.RESULTS)).sorted().toList()) {
        version
            .append(Files.getLastModifiedTime(file).toMillis())
            .append('-')
            .append(Files.size(file))
            .append(' ');
      }
    } catch (IOException | UncheckedIOException e) {
      // It is not there yet, or a file was replaced just now: the next look will tell.
      return "";
    }
    return version.toString();
  }

  private void add(Path directory) {
    if (!Files.isDirectory(directory)) {
      problems.add(
          directory
              + (Files.exists(directory) ? " is no directory." : ": there is no such directory.")
              + " Give directories that runs wrote into.");
      return;
    }
    try {
      if (hasResults(directory)) {
        addRun(directory);
      } else {
        addAllIn(directory);
      }
    } catch (InputException e) {
      problems.addAll(e.problems());
    } catch (IOException e) {
      problems.add("%s cannot be read (%s).".formatted(directory, e));
    }
  }

  private void addAllIn(Path directory) throws IOException {
    List<Path> runs = withResults(directory);
    if (runs.isEmpty()) {
      boolean begun = Files.exists(directory.resolve(ResultsWriter.CONFIGURATION));
      throw new InputException(
          begun
              ? "%s has no results: its run ended before it measured anything. Run it again."
                  .formatted(directory)
              : "%s has no %s, nor has a directory in it. Give directories that runs wrote into."
                  .formatted(directory, ResultsWriter.RESULTS));
    }
    runs.forEach(this::add);
  }

  private void addRun(Path directory) throws IOException {
    refuseLinks(directory);
    List<Path> parts = parts(directory);
    if (parts.stream().anyMatch(EntryReader::isOrder)) {
      parts.stream().filter(EntryReader::isOrder).forEach(this::add);
      return;
    }
    ResultsReader reader = new ResultsReader();
    Results ended = reader.readAll(directory);
    List<RunResult> runs = new ArrayList<>(ended.runs());
    // Seeds that are still running: the summary has them only when they end.
    for (Path part : parts) {
      RunResult run = reader.read(part);
      if (runs.stream().noneMatch(listed -> listed.seed() == run.seed())) {
        runs.add(run);
      }
    }
    if (runs.isEmpty()) {
      throw new InputException(
          "%s has no results of any seed%s"
              .formatted(
                  directory,
                  ended.failed().isEmpty() ? " yet; wait for the first." : ": " + ended.failed()));
    }
    List<String> notes = new ArrayList<>();
    ended.failed().forEach((seed, why) -> notes.add("Seed %d failed: %s".formatted(seed, why)));
    refuseMixture(directory, runs);
    RunResult shown = firstComplete(runs);
    Path seed = directory.resolve(ResultsWriter.seedDirectory(shown.seed()));
    List<Picture> pictures =
        new PictureReader(parts.contains(seed) ? seed : directory, notes).read();
    String configuration = text(directory.resolve(ResultsWriter.CONFIGURATION), notes);
    Results results = Results.of(runs, ended.failed());
    entries.add(new Entry(directory, results, configuration, shown, pictures, notes));
  }

  /** The seeds of one configuration learn the same number of tasks; the classes may differ. */
  private static void refuseMixture(Path directory, List<RunResult> runs) {
    int tasks = runs.get(0).accuracy().size();
    for (RunResult run : runs) {
      if (run.accuracy().size() != tasks) {
        throw new InputException(
            "%s: seed %d has %d tasks and seed %d has %d; they are not of one configuration. Give each directory by itself."
                .formatted(
                    directory, runs.get(0).seed(), tasks, run.seed(), run.accuracy().size()));
      }
    }
  }

  private static RunResult firstComplete(List<RunResult> runs) {
    return runs.stream()
        .filter(run -> run.status() == RunResult.Status.COMPLETE)
        .findFirst()
        .orElse(runs.get(0));
  }

  /** The directories of its seeds or orders that have results, by number. */
  private static List<Path> parts(Path directory) throws IOException {
    return withResults(directory).stream()
        .filter(part -> PART.matcher(name(part)).matches())
        .sorted(Comparator.comparingLong(EntryReader::number))
        .toList();
  }

  private static List<Path> withResults(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children
          .filter(child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))
          .filter(EntryReader::hasResults)
          .sorted()
          .toList();
    }
  }

  private static boolean hasResults(Path directory) {
    return Files.isRegularFile(directory.resolve(ResultsWriter.RESULTS), LinkOption.NOFOLLOW_LINKS);
  }

  private static void refuseLinks(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      for (Path child : children.filter(Files::isSymbolicLink).toList()) {
        if (PART.matcher(name(child)).matches()) {
          throw new InputException(
              child + " is a symbolic link, which a report does not follow. Give its target.");
        }
      }
    }
  }

  /** Whether it is the directory of one of several orders. */
  static boolean isOrder(Path directory) {
    Matcher matcher = PART.matcher(name(directory));
    return matcher.matches() && matcher.group(1).equals("order");
  }

  private static String name(Path path) {
    return Optional.ofNullable(path.getFileName()).map(Path::toString).orElse("");
  }

  private static long number(Path part) {
    Matcher matcher = PART.matcher(name(part));
    return matcher.matches() ? Long.parseLong(matcher.group(2)) : 0;
  }

  private static String text(Path file, List<String> notes) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      notes.add("There is no %s, so its settings are not shown.".formatted(file.getFileName()));
      return "";
    }
    try {
      return Files.readString(file);
    } catch (MalformedInputException e) {
      notes.add("%s is no text, so its settings are not shown.".formatted(file.getFileName()));
      return "";
    }
  }
}
