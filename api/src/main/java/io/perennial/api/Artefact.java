package io.perennial.api;

import java.util.List;

/** Data for a picture or a table in the results. A strategy says what, never how it looks. */
public sealed interface Artefact {
  /** Kebab-case, unique within the strategy. */
  String name();

  /** One sentence for people. */
  String title();

  /**
   * Rows of text and numbers.
   *
   * @param rows each as long as {@code columns}
   */
  record Table(String name, String title, List<String> columns, List<List<Object>> rows)
      implements Artefact {}

  /**
   * Numbers with named rows and columns; NaN where there is none.
   *
   * @param values {@code [rows][columns]}
   */
  record Matrix(
      String name, String title, List<String> rows, List<String> columns, double[][] values)
      implements Artefact {}

  /**
   * A grey image, 0 (black) to 1 (white).
   *
   * @param pixels {@code [height][width]}
   */
  record Image(String name, String title, float[][] pixels) implements Artefact {}
}
