package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import io.perennial.api.RandomSource;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows of a CSV file. Numbers are standardised and categories expanded by what the first task shows
 * ({@link Encoding}); a scenario that does not say which rows those are gets all training rows'.
 */
@Description("rows of CSV files: numeric and categorical columns, one column with the class")
public final class CsvFile implements DataSource {
  private final Settings settings;
  private final RandomSource random;
  private final DerivedData derived;
  private final Preparation preparation;

  /**
   * The settings.
   *
   * @param path the file
   * @param test files with the test rows
   * @param testShare the share of each class that is held out when there are no such files
   * @param columns how the columns are read
   */
  public record Settings(
      @Description("the CSV file, in UTF-8") Path path,
      @Description(
              value = "CSV files with the test rows, of the same columns; empty to hold rows out",
              byDefault = "[]")
          List<Path> test,
      @Description(
              value =
                  "share of each class's rows that is held out for testing when 'test' is empty;"
                      + " which ones is a function of the seed",
              byDefault = "0.2",
              min = 0,
              max = 1,
              aboveMin = true,
              belowMax = true)
          double testShare,
      @Description("what the columns are") CsvColumns columns) {
    /** Copies the list. */
    public Settings {
      test = List.copyOf(test);
    }
  }

  @Inject
  CsvFile(Settings settings, RandomSource random, DerivedData derived, Preparation preparation) {
    this.settings = settings;
    this.random = random;
    this.derived = derived;
    this.preparation = preparation;
  }

  @Override
  public DataSet load() {
    List<Path> files = new ArrayList<>();
    files.add(settings.path());
    files.addAll(settings.test());
    Table table = Table.read(files, settings.columns(), "", derived);
    Holdout parts = parts(table);
    Names labels = table.labels();
    refuseUntrained(labels, parts);
    List<String> names = labels.sorted();
    int[] classes = labels.distinct().stream().mapToInt(names::indexOf).toArray();
    TableFit fit = new TableFit(settings.columns(), preparation);
    Encoding encoding = fit.fit(table, parts.training());
    return new DataSet(
        String.valueOf(settings.path().getFileName()),
        new long[] {encoding.width()},
        names,
        new TableExamples(table, parts.training(), classes, encoding, fit),
        new TableExamples(table, parts.validation(), classes, encoding, fit));
  }

  private Holdout parts(Table table) {
    if (settings.test().isEmpty()) {
      return Holdout.ofEachClass(table.labels().codes(), settings.testShare(), random);
    }
    int firstTest = table.starts()[1];
    return new Holdout(
        IntStream.range(0, firstTest).toArray(),
        IntStream.range(firstTest, table.size()).toArray());
  }

  private static void refuseUntrained(Names labels, Holdout parts) {
    boolean[] trained = new boolean[labels.distinct().size()];
    for (int row : parts.training()) {
      trained[labels.codes()[row]] = true;
    }
    Faults faults = new Faults();
    for (int label = 0; label < trained.length; label++) {
      if (!trained[label]) {
        faults.add(
            "%s: class '%s', which no training row has; a class that is never trained cannot be tested. Correct it, or remove its rows."
                .formatted(labels.places().get(label), labels.distinct().get(label)));
      }
    }
    faults.refuse();
  }
}
