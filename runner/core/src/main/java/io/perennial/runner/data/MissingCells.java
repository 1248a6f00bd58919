package io.perennial.runner.data;

/** What to do with a cell of a table that has no value. */
public enum MissingCells {
  /** The file is refused; the message names the cell. */
  REFUSED,
  /** A number becomes its column's mean in the first task, a category none of the known ones. */
  MEAN
}
