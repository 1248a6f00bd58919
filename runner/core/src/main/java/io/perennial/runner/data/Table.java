package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The rows of one or more CSV files of the same columns, as they stand there: nothing is scaled and
 * no category is expanded, because that is learned from the first task ({@link Encoding}), and what
 * the first task is only a scenario knows.
 *
 * @param columns the features, in the files' order
 * @param rows one float a feature: a number, or a position among the column's categories; NaN where
 *     there is no value
 * @param labels each row's class, as the file writes it
 * @param groups each row's text in the column that was asked for; without distinct texts if none
 *     was
 * @param starts the row with which each file begins
 */
record Table(List<Column> columns, FloatRows rows, Names labels, Names groups, int[] starts) {
  /** How many rows a table may have: one array must hold their indices. */
  static final int MOST_ROWS = Integer.MAX_VALUE - 8;

  /**
   * A column of features.
   *
   * @param name from the header, or the position
   * @param categorical whether it holds categories
   * @param categories in the order in which they first occur; empty for numbers
   */
  record Column(String name, boolean categorical, List<String> categories) {}

  /**
   * Reads files; into memory if they are small, and otherwise, once, into a mapped file.
   *
   * @param files of the same header
   * @param group a column that is no feature but tells the rows' task, say; empty for none
   * @param derived where tables that are too large for the memory are kept
   * @throws InputException with what is wrong with the files
   */
  static Table read(List<Path> files, CsvColumns columns, String group, DerivedData derived) {
    long bytes = bytes(files);
    return derived.fitsInMemory(bytes)
        ? new CsvTables(columns, group).read(files)
        : StoredTable.read(files, columns, group, derived);
  }

  private static long bytes(List<Path> files) {
    Faults faults = new Faults();
    long sum = 0;
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        faults.add(
            "%s: %s. Give the path of a CSV file."
                .formatted(file, Files.exists(file) ? "not a regular file" : "does not exist"));
      } else {
        sum += file.toFile().length();
      }
    }
    faults.refuse();
    return sum;
  }

  int size() {
    return rows.size();
  }
}
