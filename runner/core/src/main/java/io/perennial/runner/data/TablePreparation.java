package io.perennial.runner.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.perennial.api.InputException;
import io.perennial.models.OperatorGraph;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * How rows of a table become features.
 *
 * @param header whether the first row of a file names its columns
 * @param separator between two cells
 * @param missing whether cells without a value are admitted
 * @param label the column with the class
 * @param columns the names of the columns with features, in the files' order
 * @param encoding what each of them becomes
 */
record TablePreparation(
    boolean header,
    String separator,
    boolean missing,
    String label,
    List<String> columns,
    Encoding encoding) {
  private static final Pattern NUMBER = Pattern.compile("[-+0-9.eE]+");

  TablePreparation {
    columns = List.copyOf(columns);
    if (columns.size() != encoding.features().size()) {
      throw new IllegalArgumentException("each column needs to be said what it becomes");
    }
  }

  static TablePreparation of(CsvColumns settings, Table table, Encoding encoding) {
    return new TablePreparation(
        settings.header(),
        settings.separator(),
        settings.missing() != MissingCells.REFUSED,
        settings.label(),
        table.columns().stream().map(Table.Column::name).toList(),
        encoding);
  }

  /**
   * The encoding, for a table of further tasks.
   *
   * @throws InputException if it has other columns
   */
  Encoding encodingOf(Table table) {
    List<String> found = table.columns().stream().map(Table.Column::name).toList();
    if (!found.equals(columns)) {
      throw new InputException(
          "The table has the columns of features %s, but the model was taught with %s. Bring it to the same columns in the same order, or list others under ignored."
              .formatted(found, columns));
    }
    for (int i = 0; i < columns.size(); i++) {
      boolean categorical = encoding.features().get(i) instanceof Encoding.OneHot;
      if (table.columns().get(i).categorical() != categorical) {
        throw new InputException(
            "The column '%s' holds %s, but the model was taught with %s in it. %s"
                .formatted(
                    columns.get(i),
                    categorical ? "numbers" : "categories",
                    categorical ? "categories" : "numbers",
                    categorical
                        ? "List it under categorical."
                        : "Remove it from those listed under categorical."));
      }
    }
    return encoding;
  }

  /**
   * A file of features as they are, separated by commas.
   *
   * @param width how many there are
   */
  static TablePreparation plain(Path file, int width) {
    List<String> names;
    try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(file)) {
      names = reader.stream().findFirst().map(CsvRecord::getFields).orElse(List.of());
    } catch (IOException | UncheckedIOException | CsvParseException e) {
      throw new InputException("%s: cannot be read (%s).".formatted(file, e), e);
    }
    if (names.size() != width) {
      throw new InputException(
          "%s, line 1: %d columns, but the model takes %d features, one a column. Leave out what is no feature."
              .formatted(file, names.size(), width));
    }
    boolean header = names.stream().anyMatch(name -> !NUMBER.matcher(name.strip()).matches());
    List<String> columns =
        header
            ? names.stream().map(String::strip).toList()
            : IntStream.rangeClosed(1, width).mapToObj(Integer::toString).toList();
    return new TablePreparation(
        header,
        ",",
        false,
        "",
        columns,
        new Encoding(Collections.nCopies(width, new Encoding.Scaled(0, 1, 0))));
  }

  /** How a CSV file is read whose columns have these roles. */
  CsvColumns reading() {
    return new CsvColumns(
        label,
        header,
        separator,
        List.of(),
        List.of(),
        missing ? MissingCells.MEAN : MissingCells.REFUSED,
        true);
  }

  static TablePreparation of(Map<?, ?> saved) {
    List<String> names = new ArrayList<>();
    List<Encoding.Feature> features = new ArrayList<>();
    if (!(saved.get("columns") instanceof List<?> columns)) {
      throw new IllegalArgumentException("the columns are missing");
    }
    for (Object entry : columns) {
      Map<?, ?> column = (Map<?, ?>) entry;
      names.add((String) column.get("name"));
      features.add(
          column.containsKey("categories")
              ? new Encoding.OneHot(Preparation.texts(column.get("categories")))
              : new Encoding.Scaled(
                  Preparation.number(column.get("shift")).doubleValue(),
                  Preparation.number(column.get("scale")).doubleValue(),
                  Preparation.number(column.get("instead")).floatValue()));
    }
    return new TablePreparation(
        Boolean.TRUE.equals(saved.get("header")),
        String.valueOf(saved.get("separator")),
        Boolean.TRUE.equals(saved.get("missing")),
        String.valueOf(saved.get("label")),
        names,
        new Encoding(List.copyOf(features)));
  }

  List<Map<String, Object>> describeColumns() {
    List<Map<String, Object>> described = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Map<String, Object> column = new LinkedHashMap<>();
      column.put("name", columns.get(i));
      if (encoding.features().get(i) instanceof Encoding.OneHot categories) {
        column.put("categories", categories.known());
      }
      described.add(column);
    }
    return described;
  }

  String describe(OperatorGraph graph, String cells) {
    String[] parts = new String[columns.size()];
    for (int i = 0; i < parts.length; i++) {
      String cell = graph.add("Gather", Map.of("axis", 1L), cells, graph.integers("column", i));
      if (encoding.features().get(i) instanceof Encoding.Scaled number) {
        String shifted = graph.add("Sub", cell, graph.scalar("shift", number.shift()));
        String scaled = graph.add("Div", shifted, graph.scalar("scale", number.scale()));
        String instead = graph.scalar("instead", number.instead());
        parts[i] = graph.add("Where", graph.add("IsNaN", cell), instead, scaled);
      } else {
        int count = encoding.features().get(i).width();
        float[] places = new float[count];
        for (int c = 0; c < count; c++) {
          places[c] = c;
        }
        String known = graph.constant("categories", new long[] {1, count}, places);
        parts[i] = graph.add("Cast", Map.of("to", 1L), graph.add("Equal", cell, known));
      }
    }
    return graph.add("Concat", Map.of("axis", 1L), parts);
  }

  Map<String, Object> save() {
    List<Map<String, Object>> features = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Map<String, Object> column = new LinkedHashMap<>();
      column.put("name", columns.get(i));
      if (encoding.features().get(i) instanceof Encoding.Scaled number) {
        column.put("shift", number.shift());
        column.put("scale", number.scale());
        column.put("instead", (double) number.instead());
      } else {
        column.put("categories", ((Encoding.OneHot) encoding.features().get(i)).known());
      }
      features.add(column);
    }
    Map<String, Object> saved = new LinkedHashMap<>();
    saved.put("header", header);
    saved.put("separator", separator);
    saved.put("missing", missing);
    saved.put("label", label);
    saved.put("columns", features);
    return saved;
  }
}
