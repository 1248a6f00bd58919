package io.perennial.runner.data;

import io.perennial.api.Description;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * How the columns of a CSV file are read: settings shared by everything that reads one. Columns are
 * named by the header, or by their positions, from 1, where there is none. A column that is not
 * mentioned holds numbers.
 *
 * @param label the column with the class
 * @param header whether the first row names the columns
 * @param separator between two cells
 * @param categorical columns of categories
 * @param ignored columns to leave out
 * @param missing what to do with cells without a value
 * @param standardise whether numbers get mean 0 and deviation 1
 */
public record CsvColumns(
    @Description("name of the column with the class; its position, from 1, without a header")
        String label,
    @Description(value = "whether the first row names the columns", byDefault = "true")
        boolean header,
    @Description(value = "one character, or the word tab", byDefault = "','") String separator,
    @Description(
            value =
                "columns of categories: each becomes one feature a category that the first task"
                    + " has, 1 in the feature of the cell's own",
            byDefault = "[]")
        List<String> categorical,
    @Description(value = "columns to leave out, such as a running number", byDefault = "[]")
        List<String> ignored,
    @Description(
            value =
                "what to do with cells that are empty or NA, N/A, NaN, null or ?: refuse the file,"
                    + " or put the column's mean in the first task (of a category: none)",
            byDefault = "refused")
        MissingCells missing,
    @Description(
            value =
                "whether numbers are shifted and scaled, so that each column has mean 0 and"
                    + " standard deviation 1 in the first task",
            byDefault = "true")
        boolean standardise) {
  /** Checks the separator, and that no column has two roles. */
  public CsvColumns {
    if (separator.length() != 1 && !separator.equals("tab")) {
      throw new IllegalArgumentException(
          "separator must be one character or the word tab, not '" + separator + "'");
    }
    if ("\"\r\n".contains(separator)) {
      throw new IllegalArgumentException(
          "separator must not be a quotation mark or the end of a line");
    }
    categorical = List.copyOf(categorical);
    ignored = List.copyOf(ignored);
    List<String> named = new ArrayList<>(categorical);
    named.addAll(ignored);
    named.add(label);
    for (String name : new HashSet<>(named)) {
      named.remove(name);
    }
    if (!named.isEmpty()) {
      throw new IllegalArgumentException(
          "columns must have one role each, but '"
              + named.get(0)
              + "' is mentioned twice in label, categorical and ignored");
    }
  }

  /** Numbers only, comma-separated, with a header; refuses missing cells. */
  static CsvColumns of(String label) {
    return new CsvColumns(label, true, ",", List.of(), List.of(), MissingCells.REFUSED, true);
  }

  char separatorCharacter() {
    return separator.equals("tab") ? '\t' : separator.charAt(0);
  }
}
