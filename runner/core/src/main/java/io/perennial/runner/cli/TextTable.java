package io.perennial.runner.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A table in plain text; columns of numbers are aligned at the right. */
final class TextTable {
  private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9.]+( %| ± [0-9.]+)?|-|");
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  TextTable(String... headings) {
    row(headings);
  }

  TextTable(List<String> headings) {
    rows.add(List.copyOf(headings));
  }

  void row(String... cells) {
    rows.add(List.of(cells));
  }

  void row(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  void print(PrintWriter out) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    boolean[] numbers = new boolean[columns];
    for (int column = 0; column < columns; column++) {
      int index = column;
      widths[column] = rows.stream().mapToInt(row -> length(row.get(index))).max().orElse(0);
      numbers[column] =
          rows.stream().skip(1).allMatch(row -> NUMBER.matcher(row.get(index)).matches());
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String cell = row.get(column);
        String blanks = " ".repeat(widths[column] - length(cell));
        line.append(column == 0 ? "" : GAP).append(numbers[column] ? blanks + cell : cell + blanks);
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
