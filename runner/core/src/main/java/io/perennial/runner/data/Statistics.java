package io.perennial.runner.data;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What some rows of a table show, column by column: mean and standard deviation of the numbers
 * (Welford's recurrence, Technometrics 4, 1962), and which categories occur. Missing values do not
 * count.
 */
final class Statistics {
  private final Table table;
  private final long[] counts;
  private final double[] means;
  private final double[] squares;
  private final boolean[][] occurs;

  private Statistics(Table table) {
    this.table = table;
    int width = table.columns().size();
    this.counts = new long[width];
    this.means = new double[width];
    this.squares = new double[width];
    this.occurs =
        table.columns().stream()
            .map(column -> new boolean[column.categories().size()])
            .toArray(boolean[][]::new);
  }

  static Statistics of(Table table, int[] rows) {
    Statistics statistics = new Statistics(table);
    float[] values = new float[table.columns().size()];
    for (int row : rows) {
      table.rows().read(row, values, 0);
      statistics.add(values);
    }
    return statistics;
  }

  private void add(float[] values) {
    for (int column = 0; column < values.length; column++) {
      float value = values[column];
      if (Float.isNaN(value)) {
        continue;
      }
      if (occurs[column].length > 0) {
        occurs[column][(int) value] = true;
      } else {
        counts[column]++;
        double difference = value - means[column];
        means[column] += difference / counts[column];
        squares[column] += difference * (value - means[column]);
      }
    }
  }

  /** 0 if no value is there. */
  double mean(int column) {
    return means[column];
  }

  /** Of the rows as a population; 0 if no value is there. */
  double deviation(int column) {
    return counts[column] == 0 ? 0 : Math.sqrt(squares[column] / counts[column]);
  }

  /** Those that occur, in the table's order. */
  List<String> categories(int column) {
    List<String> all = table.columns().get(column).categories();
    return IntStream.range(0, all.size())
        .filter(code -> occurs[column][code])
        .mapToObj(all::get)
        .toList();
  }
}
