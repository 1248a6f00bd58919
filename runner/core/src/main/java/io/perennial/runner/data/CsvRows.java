package io.perennial.runner.data;

import ch.randelshofer.fastdoubleparser.JavaFloatParser;
import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.RecordType;
import io.perennial.api.InputException;
import io.perennial.runner.data.TableLayout.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Turns the cells of one CSV file into rows of a table. It gets each cell as a piece of the
 * reader's own buffer, so that a number never becomes a String.
 */
final class CsvRows extends AbstractBaseCsvCallbackHandler<Boolean> {
  private static final int MOST_COLUMNS = 100_000;
  private static final int LONGEST_QUOTED = 40;
  private static final Set<String> NO_VALUE = Set.of("", "na", "n/a", "nan", "null", "?");

  private final String file;
  private final CsvColumns columns;
  private final TableBuilder table;
  private final Function<List<String>, TableLayout> layouts;
  private final Function<TableLayout, FloatRows.Sink> sinks;
  private final List<String> first = new ArrayList<>();

  private @Nullable TableLayout layout;
  private Role[] roles = {};
  private int[] slots = {};
  private float[] row = {};
  private FloatRows.@Nullable Sink sink;
  private long line;
  private int label;
  private int group;
  private boolean faulty;

  /**
   * For one file.
   *
   * @param layouts gives the columns named in the header their roles, or refuses them
   * @param sinks gives the place for rows of that layout
   */
  CsvRows(
      String file,
      CsvColumns columns,
      TableBuilder table,
      Function<List<String>, TableLayout> layouts,
      Function<TableLayout, FloatRows.Sink> sinks) {
    this.file = file;
    this.columns = columns;
    this.table = table;
    this.layouts = layouts;
    this.sinks = sinks;
  }

  @Override
  protected void handleBegin(long startingLine) {
    line = startingLine;
    label = -1;
    group = -1;
    faulty = false;
  }

  @Override
  protected void handleField(int column, char[] buffer, int offset, int length, boolean quoted) {
    if (layout == null) {
      if (column == MOST_COLUMNS) {
        throw new InputException(
            "%s, line %d: more than %d columns; at most so many are read. Is the separator right ('%s'), and are there line ends?"
                .formatted(file, line, MOST_COLUMNS, columns.separator()));
      }
      first.add(new String(buffer, offset, length));
    } else if (column < roles.length) {
      cell(column, buffer, offset, length);
    }
  }

  @Override
  protected Boolean buildRecord() {
    if (getRecordType() != RecordType.DATA) {
      return true;
    }
    if (layout == null) {
      begin();
      if (columns.header()) {
        return true;
      }
      for (int column = 0; column < first.size(); column++) {
        char[] text = first.get(column).toCharArray();
        cell(column, text, 0, text.length);
      }
    }
    endRow();
    return true;
  }

  private void begin() {
    if (!first.isEmpty() && first.get(0).startsWith("\uFEFF")) {
      first.set(0, first.get(0).substring(1));
    }
    List<String> names =
        columns.header()
            ? first.stream().map(String::strip).toList()
            : IntStream.rangeClosed(1, first.size()).mapToObj(Integer::toString).toList();
    TableLayout found = layouts.apply(names);
    layout = found;
    roles = found.roles().toArray(Role[]::new);
    slots = found.slots();
    row = new float[found.width()];
    table.columns(found.width());
    sink = sinks.apply(found);
  }

  private void endRow() {
    if (getFieldCount() != roles.length) {
      fault(
          "%s, line %d: %d cells, but there are %d columns. Is a separator missing or too many, or a text with '%s' in it not quoted?"
              .formatted(file, line, getFieldCount(), roles.length, columns.separator()));
    }
    if (faulty || sink == null || !table.faults.none()) {
      return;
    }
    if (table.rows() == Table.MOST_ROWS) {
      throw new InputException(
          "%s, line %d: more than %d rows. Divide the data into several sets."
              .formatted(file, line, Table.MOST_ROWS));
    }
    sink.add(row);
    table.addRow(label, group);
  }

  /** Reads a cell without the white space around it. */
  private void cell(int column, char[] buffer, int offset, int length) {
    int from = offset;
    int to = offset + length;
    while (from < to && Character.isWhitespace(buffer[from])) {
      from++;
    }
    while (to > from && Character.isWhitespace(buffer[to - 1])) {
      to--;
    }
    switch (roles[column]) {
      case NUMBER -> row[slots[column]] = number(column, buffer, from, to - from);
      case CATEGORY -> row[slots[column]] = category(column, buffer, from, to - from);
      case LABEL -> label = name(column, table.labels, buffer, from, to - from);
      case GROUP -> group = name(column, table.groups, buffer, from, to - from);
      case IGNORED -> {}
    }
  }

  private float number(int column, char[] buffer, int from, int length) {
    char start = length == 0 ? ' ' : buffer[from];
    if (length == 1 && start >= '0' && start <= '9') {
      return start - '0'; // Most cells of images are 0, and parsing would cost the most.
    }
    boolean plain = start <= '9' && start >= '+' && start != ',' && start != '/';
    if (!plain && isMissing(buffer, from, length)) {
      return missing(column);
    }
    float value = Float.NaN;
    // Java's own "1f" and "1d" are no numbers to anybody else.
    if (length > 0 && !Character.isLetter(buffer[from + length - 1])) {
      try {
        value = JavaFloatParser.parseFloat(buffer, from, length);
      } catch (NumberFormatException e) {
        value = Float.NaN;
      }
    }
    if (!Float.isFinite(value)) {
      fault(
          "%s: '%s' is no finite number (with a decimal point, at most about 3.4e38). Correct it, or list the column under categorical or ignored."
              .formatted(place(column), shown(buffer, from, length)));
    }
    return value;
  }

  private float category(int column, char[] buffer, int from, int length) {
    return isMissing(buffer, from, length)
        ? missing(column)
        : name(column, table.categories.get(slots[column]), buffer, from, length);
  }

  private int name(int column, Names.Builder names, char[] buffer, int from, int length) {
    if (length == 0) {
      fault(
          "%s: empty, but each row needs its %s. Fill it in, or remove the row."
              .formatted(place(column), roles[column] == Role.GROUP ? "task" : "class"));
      return -1;
    }
    int code = names.code(new String(buffer, from, length), file, line);
    if (TableBuilder.tooMany(names)) {
      throw new InputException(
          "%s: more than %d different values. Is it a number or a running number? List it under ignored, or under nothing if it is a number."
              .formatted(place(column), TableBuilder.mostDistinct()));
    }
    return code;
  }

  private float missing(int column) {
    if (columns.missing() == MissingCells.REFUSED) {
      fault(
          "%s: no value. Fill it in, remove the row, or say missing: mean to put the column's mean there."
              .formatted(place(column)));
    }
    return Float.NaN;
  }

  private static boolean isMissing(char[] buffer, int from, int length) {
    return length <= 4
        && NO_VALUE.contains(new String(buffer, from, length).toLowerCase(Locale.ROOT));
  }

  private void fault(String problem) {
    faulty = true;
    table.faults.add(problem);
  }

  private String place(int column) {
    String name = layout == null ? "" : layout.names().get(column);
    return "%s, line %d, column %s"
        .formatted(file, line, columns.header() ? "'" + name + "'" : name);
  }

  private static String shown(char[] buffer, int from, int length) {
    return length <= LONGEST_QUOTED
        ? new String(buffer, from, length)
        : new String(buffer, from, LONGEST_QUOTED) + "…";
  }
}
