package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * How a table's rows become features. Everything in it (means, deviations, which categories there
 * are) was learned from given rows, those of the first task: a stream's later tasks are not known
 * when its first is learned.
 *
 * @param features in the order of the table's columns
 */
record Encoding(List<Feature> features) {
  /** What a column becomes. */
  sealed interface Feature {
    /** How many features. */
    int width();
  }

  /**
   * One feature, {@code (x - shift) / scale}.
   *
   * @param instead of a missing value
   */
  record Scaled(double shift, double scale, float instead) implements Feature {
    @Override
    public int width() {
      return 1;
    }
  }

  /**
   * One feature a category, all 0 for a missing or unknown one.
   *
   * @param known the categories
   */
  record OneHot(List<String> known) implements Feature {
    @Override
    public int width() {
      return known.size();
    }
  }

  /**
   * Learns from rows.
   *
   * @param rows of the table, at least one
   * @param standardise whether numbers get mean 0 and deviation 1; a column that is constant there
   *     is only shifted
   */
  static Encoding fit(Table table, int[] rows, boolean standardise) {
    Statistics statistics = Statistics.of(table, rows);
    List<Feature> features = new ArrayList<>();
    for (int column = 0; column < table.columns().size(); column++) {
      features.add(
          table.columns().get(column).categorical()
              ? new OneHot(statistics.categories(column))
              : number(statistics.mean(column), statistics.deviation(column), standardise));
    }
    Encoding encoding = new Encoding(List.copyOf(features));
    if (encoding.width() == 0) {
      throw new InputException(
          "The table has columns of categories only, and in the first task no cell of them has a value: there is nothing to learn from. Fill them in, or list other columns.");
    }
    return encoding;
  }

  private static Feature number(double mean, double deviation, boolean standardise) {
    return standardise
        ? new Scaled(mean, deviation > 0 ? deviation : 1, 0)
        : new Scaled(0, 1, (float) mean);
  }

  /**
   * A data set as the first task's examples would have it encoded. Data that learns nothing from
   * its examples, images say, stays as it is. A scenario calls this once it knows the first task,
   * and uses what it gets in the place of what the source gave; the width of the examples may
   * change.
   *
   * @param firstTask indices of training examples
   */
  static DataSet fitted(DataSet data, int[] firstTask) {
    if (!(data.training() instanceof TableExamples training) || firstTask.length == 0) {
      return data;
    }
    Encoding encoding = training.refitted(firstTask);
    return new DataSet(
        data.name(),
        new long[] {encoding.width()},
        data.classes(),
        training.with(encoding),
        data.test() instanceof TableExamples test ? test.with(encoding) : data.test());
  }

  /** How many features an example has. */
  int width() {
    return features.stream().mapToInt(Feature::width).sum();
  }
}
