package io.perennial.runner.data;

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
   * Reads files, in memory.
   *
   * @param files of the same header
   * @param group a column that is no feature but tells the rows' task, say; empty for none
   * @throws io.perennial.api.InputException with what is wrong with them
   */
  static Table read(List<Path> files, CsvColumns columns, String group) {
    return new CsvTables(columns, group).read(files);
  }

  int size() {
    return rows.size();
  }
}
