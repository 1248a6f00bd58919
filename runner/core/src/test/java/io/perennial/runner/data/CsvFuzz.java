package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Any bytes as a CSV file, in memory and mapped; both must agree. */
public final class CsvFuzz {
  private static final int LARGEST = 1 << 20;
  private static final CsvColumns COLUMNS =
      new CsvColumns("y", true, ",", List.of("c"), List.of(), MissingCells.MEAN, true);

  private CsvFuzz() {}

  /** Called by the fuzzer; throws what should not happen. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    try (FuzzFiles files = new FuzzFiles()) {
      Path file = files.write("table.csv", data);
      Table table;
      Encoding encoding;
      int[] all;
      try {
        table = Table.read(List.of(file), COLUMNS, "", files.derived(LARGEST));
        all = IntStream.range(0, table.size()).toArray();
        encoding = Encoding.fit(table, all, true);
      } catch (InputException e) {
        return;
      }
      Table mapped = Table.read(List.of(file), COLUMNS, "", files.derived(-1));
      int[] classes = IntStream.range(0, table.labels().distinct().size()).toArray();
      float[] values = new float[encoding.width()];
      float[] others = new float[encoding.width()];
      TableFit fit = new TableFit(COLUMNS, new Preparation());
      for (int row : all) {
        new TableExamples(table, all, classes, encoding, fit).read(row, values, 0);
        new TableExamples(mapped, all, classes, encoding, fit).read(row, others, 0);
        if (!Arrays.equals(values, others)) {
          throw new IllegalStateException("row " + row + " depends on where it is kept");
        }
        for (float value : values) {
          if (!Float.isFinite(value)) {
            throw new IllegalStateException("row " + row + " has the value " + value);
          }
        }
      }
    }
  }
}
