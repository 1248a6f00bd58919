package io.perennial.runner.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.perennial.api.InputException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The labelled texts of one file: a header, then a text and its class in each row.
 *
 * @param texts the words of each
 * @param labels as they stand there, without blanks around them
 * @param places each row's, for messages
 */
record TextRows(List<List<String>> texts, List<String> labels, List<String> places) {
  /**
   * Reads a file in UTF-8.
   *
   * @param faults where everything is reported that is wrong with its rows
   */
  static TextRows read(Path file, TextFiles.Settings settings, Faults faults) {
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "%s: %s. Give a file with a header and a text in each row."
              .formatted(file, Files.exists(file) ? "is no file" : "does not exist"));
    }
    TextRows rows = new TextRows(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
        CsvReader<CsvRecord> reader =
            CsvReader.builder()
                .fieldSeparator(separator(file, settings))
                .skipEmptyLines(true)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowUnclosedQuote(false)
                .detectBomHeader(true)
                .ofCsvRecord(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
      rows.take(reader, file, settings, faults);
    } catch (CsvParseException e) {
      throw new InputException(
          "%s: %s. Is a quotation mark missing, or not doubled within a text?"
              .formatted(file, e.getMessage()),
          e);
    } catch (CharacterCodingException e) {
      throw notUtf8(file, rows, e);
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof CharacterCodingException
          ? notUtf8(file, rows, e)
          : unreadable(file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    if (rows.texts.isEmpty() && faults.none()) {
      faults.add("%s: no row after the header. At least one is needed.".formatted(file));
    }
    return rows;
  }

  private static char separator(Path file, TextFiles.Settings settings) {
    return switch (settings.separator()) {
      case COMMA -> ',';
      case SEMICOLON -> ';';
      case TAB -> '\t';
      case BY_NAME -> file.toString().endsWith(".tsv") ? '\t' : ',';
    };
  }

  private void take(
      Iterable<CsvRecord> records, Path file, TextFiles.Settings settings, Faults faults) {
    List<String> header = null;
    int label = -1;
    int text = -1;
    for (CsvRecord record : records) {
      if (header == null) {
        header = record.getFields().stream().map(String::strip).toList();
        label = column(header, settings.label(), file, faults);
        text = column(header, settings.text(), file, faults);
        if (label < 0 || text < 0) {
          return;
        }
        continue;
      }
      String place = file + ", line " + record.getStartingLineNumber();
      if (record.getFieldCount() != header.size()) {
        faults.add(
            "%s: %d cells, but the header has %d. Is a text with the separator in it not quoted?"
                .formatted(place, record.getFieldCount(), header.size()));
        continue;
      }
      add(place, record.getField(label).strip(), record.getField(text), settings, faults);
    }
  }

  private void add(
      String place, String label, String text, TextFiles.Settings settings, Faults faults) {
    if (label.isEmpty()) {
      faults.add(
          "%s, column '%s': empty, but each text needs its class. Fill it in, or remove the row."
              .formatted(place, settings.label()));
    }
    List<String> words = Vocabulary.words(text);
    if (words.isEmpty()) {
      faults.add(
          "%s, column '%s': no word in it. Fill it in, or remove the row."
              .formatted(place, settings.text()));
    }
    texts.add(List.copyOf(words.subList(0, Math.min(words.size(), settings.words()))));
    labels.add(label);
    places.add(place);
  }

  private static int column(List<String> header, String name, Path file, Faults faults) {
    int column = header.indexOf(name);
    if (column < 0) {
      faults.add(
          "%s, line 1: no column '%s'; there are %s. Name the columns with 'label' and 'text', and check 'separator'."
              .formatted(file, name, shown(header)));
    } else if (header.lastIndexOf(name) != column) {
      faults.add("%s, line 1: two columns '%s'. Rename one.".formatted(file, name));
    }
    return column;
  }

  private static String shown(List<String> header) {
    String all = header.subList(0, Math.min(20, header.size())).toString();
    return all.length() <= 300 ? all : all.substring(0, 300) + "…";
  }

  private static InputException notUtf8(Path file, TextRows rows, Exception e) {
    String after = rows.places.isEmpty() ? "" : " after " + rows.places.get(rows.places.size() - 1);
    return new InputException(
        "%s: bytes that are not UTF-8%s. Save the file in UTF-8.".formatted(file, after), e);
  }

  private static InputException unreadable(Path file, Exception e) {
    return new InputException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
  }
}
