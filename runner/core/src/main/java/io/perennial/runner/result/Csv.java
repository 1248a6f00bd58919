package io.perennial.runner.result;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Tables as comma-separated values. */
final class Csv {
  private Csv() {}

  /** One line a row; a missing number is an empty field. */
  static byte[] bytes(List<List<?>> rows) {
    StringWriter text = new StringWriter();
    try (CsvWriter writer = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      for (List<?> row : rows) {
        writer.writeRecord(row.stream().map(Csv::field).toList());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String field(Object value) {
    boolean missing =
        (value instanceof Double number && number.isNaN())
            || (value instanceof Float single && single.isNaN());
    return missing ? "" : value.toString();
  }
}
