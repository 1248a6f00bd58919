package io.perennial.runner.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is gathered while the files of a table are read. */
final class TableBuilder {
  /** More distinct texts than this are no categories or classes. */
  private static final int MOST_DISTINCT = 10_000;

  final Faults faults = new Faults();
  final Names.Builder labels = new Names.Builder();
  final Names.Builder groups = new Names.Builder();
  final List<Names.Builder> categories = new ArrayList<>();
  private final List<Integer> starts = new ArrayList<>();
  private int rows;

  void beginFile() {
    starts.add(rows);
  }

  int rows() {
    return rows;
  }

  /** Makes room for the columns' categories. */
  void columns(int count) {
    while (categories.size() < count) {
      categories.add(new Names.Builder());
    }
  }

  void addRow(int label, int group) {
    if (label >= 0) {
      labels.addRow(label);
    }
    if (group >= 0) {
      groups.addRow(group);
    }
    rows++;
  }

  /** Whether a column has so many distinct texts that it cannot be what it was said to be. */
  static boolean tooMany(Names.Builder names) {
    return names.count() > MOST_DISTINCT;
  }

  static int mostDistinct() {
    return MOST_DISTINCT;
  }

  Table table(TableLayout layout, FloatRows floats) {
    List<Table.Column> columns = new ArrayList<>();
    for (int i = 0; i < layout.names().size(); i++) {
      if (layout.slots()[i] >= 0) {
        boolean categorical = layout.roles().get(i) == TableLayout.Role.CATEGORY;
        columns.add(
            new Table.Column(
                layout.names().get(i), categorical, categories.get(layout.slots()[i]).distinct()));
      }
    }
    int[] begins =
        Arrays.copyOf(starts.stream().mapToInt(Integer::intValue).toArray(), starts.size());
    return new Table(List.copyOf(columns), floats, labels.names(), groups.names(), begins);
  }
}
