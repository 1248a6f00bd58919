package io.perennial.runner.config;

/**
 * Where something stands.
 *
 * @param source a file's name, or the option it was given with
 * @param line from 1; 0 if the source has no lines
 * @param column from 1; 0 if the source has no lines
 */
record Position(String source, int line, int column) {
  /** A place without lines, such as an option or a whole file. */
  static Position of(String source) {
    return new Position(source, 0, 0);
  }

  @Override
  public String toString() {
    return line == 0 ? source : source + ":" + line + ":" + column;
  }
}
