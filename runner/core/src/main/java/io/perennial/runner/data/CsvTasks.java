package io.perennial.runner.data;

import io.perennial.api.Description;
import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Tables as they come in production: each CSV file of a directory is a task, in the order of their
 * names, or a column of one file tells the task. Everything is learned from the first task's
 * training rows (means, deviations, categories), classes are numbered in the order in which the
 * stream brings them, and what is held out of a task depends on the seed and the task's name only:
 * files that come later leave the tasks before them as they were.
 */
@Description(
    "CSV files, one a task in the order of their names, or one file with a column of tasks")
public final class CsvTasks implements Scenario {
  private final Settings settings;
  private final RandomSource random;
  private final DerivedData derived;
  private final Preparation preparation;
  private List<String> classNames = List.of();

  /**
   * The settings.
   *
   * @param path a directory of CSV files, or a CSV file
   * @param taskColumn tells the task of a row
   * @param columns how the columns are read
   * @param setting what is known at test time
   * @param testShare the share of each task's rows that is held out to measure with
   * @param validation the fraction of each task's training rows that is held out
   */
  public record Settings(
      @Description(
              "a directory whose .csv files are one task each, all with the same columns; or one"
                  + " CSV file with a column of tasks")
          Path path,
      @Description(
              value =
                  "the column that tells a row's task; tasks come in the order in which their first"
                      + " rows do. Empty: each file is a task",
              byDefault = "''")
          String taskColumn,
      @Description("what the columns are") CsvColumns columns,
      @Description(value = "what is known at test time", byDefault = "domain-incremental")
          Setting setting,
      @Description(
              value =
                  "share of each class's rows of a task that is held out to measure with; at least"
                      + " one row of every class that has two",
              byDefault = "0.2",
              min = 0,
              max = 1,
              aboveMin = true,
              belowMax = true)
          double testShare,
      @Description(
              value =
                  "fraction of each task's training rows held out for validation; at least one when"
                      + " above 0",
              byDefault = "0.0",
              min = 0,
              max = 1,
              belowMax = true)
          double validation) {}

  @Inject
  CsvTasks(Settings settings, RandomSource random, DerivedData derived, Preparation preparation) {
    this.settings = settings;
    this.random = random;
    this.derived = derived;
    this.preparation = preparation;
  }

  @Override
  public Setting setting() {
    return settings.setting();
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public List<Task> tasks() {
    List<Path> files = files();
    Table table = Table.read(files, settings.columns(), settings.taskColumn(), derived);
    classNames = table.labels().distinct();
    List<Rows> parts = settings.taskColumn().isEmpty() ? byFile(table, files) : byColumn(table);
    List<Division> divisions = parts.stream().map(part -> divide(part, table)).toList();
    TableFit fit = new TableFit(settings.columns(), preparation);
    Encoding encoding = fit.fit(table, divisions.get(0).learned().training());
    // Codes count in the order of first occurrence, which rows that come later do not change.
    int[] classes = IntStream.range(0, table.labels().distinct().size()).toArray();
    BitSet seen = new BitSet();
    List<Task> tasks = new ArrayList<>();
    for (int index = 0; index < parts.size(); index++) {
      Division division = divisions.get(index);
      tasks.add(
          new Task(
              index,
              parts.get(index).name(),
              new long[] {encoding.width()},
              classes(parts.get(index).rows(), table, seen),
              new TableExamples(table, division.learned().training(), classes, encoding, fit),
              new TableExamples(table, division.learned().validation(), classes, encoding, fit),
              new TableExamples(table, division.test(), classes, encoding, fit)));
    }
    return List.copyOf(tasks);
  }

  private List<Path> files() {
    if (!settings.taskColumn().isEmpty()) {
      return List.of(settings.path());
    }
    if (Files.isRegularFile(settings.path())) {
      throw new InputException(
          "scenario.path: %s is one file, and nothing tells its tasks apart. Name the column that does with taskColumn, or give a directory with a file a task."
              .formatted(settings.path()));
    }
    return TaskEntries.of(
        settings.path(),
        "CSV file",
        entry -> TaskEntries.name(entry).toLowerCase(Locale.ROOT).endsWith(".csv"));
  }

  private static List<Rows> byFile(Table table, List<Path> files) {
    List<Rows> parts = new ArrayList<>();
    for (int f = 0; f < files.size(); f++) {
      int end = f + 1 < files.size() ? table.starts()[f + 1] : table.size();
      String name = TaskEntries.name(files.get(f));
      parts.add(
          new Rows(
              name.substring(0, name.lastIndexOf('.')),
              IntStream.range(table.starts()[f], end).toArray()));
    }
    return parts;
  }

  private static List<Rows> byColumn(Table table) {
    int[] codes = table.groups().codes();
    List<Rows> parts = new ArrayList<>();
    for (int group = 0; group < table.groups().distinct().size(); group++) {
      int code = group;
      parts.add(
          new Rows(
              table.groups().distinct().get(group),
              IntStream.range(0, codes.length).filter(row -> codes[row] == code).toArray()));
    }
    return parts;
  }

  private Division divide(Rows part, Table table) {
    RandomSource own = random.child(part.name());
    int[] rows = part.rows();
    int[] labels = Arrays.stream(rows).map(row -> table.labels().codes()[row]).toArray();
    Holdout test = Holdout.ofEachClass(labels, settings.testShare(), own.child("test"));
    if (test.validation().length == 0) {
      throw new InputException(
          "Task %s has one row of each of its classes, so none can be held out to measure with. Give it more rows."
              .formatted(part.name()));
    }
    Holdout learned =
        Holdout.of(
            at(rows, test.training()), settings.validation(), own.child("validation"), part.name());
    return new Division(learned, at(rows, test.validation()));
  }

  private static int[] at(int[] rows, int[] positions) {
    return Arrays.stream(positions).map(position -> rows[position]).toArray();
  }

  /**
   * The classes of a task. Where all tasks are to have the same ones, a class that was there before
   * counts as missing rather than as gone, so that the pre-flight can tell.
   *
   * @param seen of the tasks before; the task's own are added
   */
  private int[] classes(int[] rows, Table table, BitSet seen) {
    BitSet own = new BitSet();
    for (int row : rows) {
      own.set(table.labels().codes()[row]);
    }
    seen.or(own);
    return (settings.setting() == Setting.DOMAIN_INCREMENTAL ? seen : own).stream().toArray();
  }

  /** The rows of a task in the table, ascending. */
  private record Rows(String name, int[] rows) {}

  /** A task's rows by what they are for. */
  private record Division(Holdout learned, int[] test) {}
}
