package io.perennial.runner.data;

import io.perennial.api.Examples;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows of a table as examples, encoded when they are read. */
final class TableExamples implements Examples {
  private final Table table;
  private final int[] rows;
  private final int[] classes;
  private final TableFit fit;

  private final Slot[] slots;
  private final ThreadLocal<float[]> cells;

  /**
   * Makes them without copying.
   *
   * @param rows of the table, one an example
   * @param classes the class of each of the table's distinct labels
   * @param fit learns another encoding
   */
  TableExamples(Table table, int[] rows, int[] classes, Encoding encoding, TableFit fit) {
    this.table = table;
    this.rows = rows;
    this.classes = classes;
    this.fit = fit;
    int width = table.columns().size();
    this.slots = new Slot[width];
    int start = 0;
    for (int column = 0; column < width; column++) {
      Encoding.Feature feature = encoding.features().get(column);
      slots[column] = Slot.of(feature, start, table.columns().get(column).categories());
      start += feature.width();
    }
    this.cells = ThreadLocal.withInitial(() -> new float[width]);
  }

  /** An encoding learned from some of these examples. */
  Encoding refitted(int[] examples) {
    int[] chosen = new int[examples.length];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = rows[examples[i]];
    }
    return fit.fit(table, chosen);
  }

  TableExamples with(Encoding other) {
    return new TableExamples(table, rows, classes, other, fit);
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public int label(int index) {
    return classes[table.labels().codes()[rows[index]]];
  }

  @Override
  public int missing(int index) {
    float[] values = cells.get();
    table.rows().read(rows[index], values, 0);
    int missing = 0;
    for (float value : values) {
      missing += Float.isNaN(value) ? 1 : 0;
    }
    return missing;
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    float[] values = cells.get();
    table.rows().read(rows[index], values, 0);
    for (int column = 0; column < values.length; column++) {
      slots[column].write(values[column], destination, offset);
    }
  }

  /**
   * Where a column's features go.
   *
   * @param start of the features
   * @param width how many there are
   * @param categorical whether the column holds categories, of which there may be none
   * @param places for each code the feature that becomes 1, -1 for none; empty for numbers
   */
  record Slot(
      int start,
      int width,
      boolean categorical,
      int[] places,
      double shift,
      double scale,
      float instead) {
    static Slot of(Encoding.Feature feature, int start, List<String> categories) {
      if (feature instanceof Encoding.Scaled number) {
        return new Slot(
            start, 1, false, new int[0], number.shift(), number.scale(), number.instead());
      }
      List<String> known = ((Encoding.OneHot) feature).known();
      Map<String, Integer> positions = new HashMap<>();
      known.forEach(name -> positions.put(name, positions.size()));
      int[] places =
          categories.stream().mapToInt(name -> positions.getOrDefault(name, -1)).toArray();
      return new Slot(start, known.size(), true, places, 0, 1, 0);
    }

    void write(float value, float[] destination, int offset) {
      int at = offset + start;
      if (!categorical) {
        destination[at] = Float.isNaN(value) ? instead : (float) ((value - shift) / scale);
        return;
      }
      Arrays.fill(destination, at, at + width, 0);
      // A code beyond them is a category that was not there when the places were made.
      boolean known = !Float.isNaN(value) && value < places.length;
      int place = known ? places[(int) value] : -1;
      if (place >= 0) {
        destination[at + place] = 1;
      }
    }
  }
}
