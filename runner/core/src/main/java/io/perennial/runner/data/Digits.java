package io.perennial.runner.data;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import io.perennial.api.Examples;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * The embedded data set: 1,797 handwritten digits of 8 × 8 pixels, scaled to [0, 1] (UCI, E.
 * Alpaydin and C. Kaynak, CC BY 4.0). Every fifth row, from the fifth on, is a test example.
 */
@Description("1,797 handwritten digits of 8 x 8 pixels, embedded (UCI, CC BY 4.0)")
final class Digits implements DataSource {
  private static final String RESOURCE = "digits.csv.gz";
  private static final int PIXELS = 64;
  private static final int BLACK = 16;
  private static final int TEST_EVERY = 5;

  @Inject
  Digits() {}

  @Override
  public DataSet load() {
    Part training = new Part();
    Part test = new Part();
    try (InputStream resource =
            Objects.requireNonNull(Digits.class.getResourceAsStream(RESOURCE), RESOURCE);
        CsvReader<CsvRecord> rows =
            CsvReader.builder().ofCsvRecord(new GZIPInputStream(resource))) {
      long row = 0;
      for (CsvRecord record : rows) {
        (++row % TEST_EVERY == 0 ? test : training).add(record);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The embedded " + RESOURCE + " cannot be read", e);
    }
    List<String> classes = IntStream.range(0, 10).mapToObj(Integer::toString).toList();
    return new DataSet(
        "digits", new long[] {1, 8, 8}, classes, training.examples(), test.examples());
  }

  private static final class Part {
    private final ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    private final ByteArrayOutputStream labels = new ByteArrayOutputStream();

    void add(CsvRecord row) {
      for (int pixel = 0; pixel < PIXELS; pixel++) {
        pixels.write(Integer.parseInt(row.getField(pixel)));
      }
      labels.write(Integer.parseInt(row.getField(PIXELS)));
    }

    Examples examples() {
      return ByteExamples.of(pixels.toByteArray(), labels.toByteArray(), PIXELS, BLACK);
    }
  }
}
