package io.perennial.runner.report;

import java.util.List;

/** An artefact as a run left it on the disk. */
sealed interface Picture {
  /** Whose it is, such as a strategy. */
  String source();

  /** One sentence for people. */
  String title();

  /**
   * Rows of text.
   *
   * @param rows each as long as {@code columns}
   * @param total how many there are in the file
   */
  record Table(
      String source, String title, List<String> columns, List<List<String>> rows, int total)
      implements Picture {}

  /**
   * Numbers with named rows and columns, NaN where there is none.
   *
   * @param values {@code [rows][columns]}
   */
  record Matrix(
      String source, String title, List<String> rows, List<String> columns, double[][] values)
      implements Picture {}

  /**
   * A picture.
   *
   * @param png the file
   */
  record Image(String source, String title, byte[] png) implements Picture {}
}
