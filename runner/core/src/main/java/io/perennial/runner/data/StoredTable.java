package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A table in a file of derived data: the rows, then everything else about it, then the position
 * where that begins.
 */
final class StoredTable {
  private static final String KIND = "table 1";

  private StoredTable() {}

  static Table read(List<Path> files, CsvColumns columns, String group, DerivedData derived) {
    // The paths, too: they stand in messages about the rows.
    String settings = columns + " " + group + " " + files;
    try (DerivedFile file =
        derived.get(KIND, settings, files, out -> write(out, files, columns, group))) {
      return table(file);
    } catch (IOException e) {
      throw new InputException(
          "%s: the parsed table cannot be read back (%s). Try again.".formatted(files.get(0), e),
          e);
    }
  }

  private static void write(OutputStream out, List<Path> files, CsvColumns columns, String group)
      throws IOException {
    TableBuilder builder = new TableBuilder();
    TableLayout layout =
        new CsvTables(columns, group)
            .scan(files, builder, found -> new FloatRows.ToStream(out, found.width()));
    Table table =
        builder.table(layout, new FloatRows(builder.rows(), layout.width(), 1, List.of()));
    DataOutputStream data = new DataOutputStream(out);
    writeInts(data, table.starts());
    data.writeInt(table.columns().size());
    for (Table.Column column : table.columns()) {
      writeTexts(data, List.of(column.name()));
      data.writeBoolean(column.categorical());
      writeTexts(data, column.categories());
    }
    writeNames(data, table.labels());
    writeNames(data, table.groups());
    data.writeInt(table.size());
    data.writeLong((long) table.size() * layout.width() * Float.BYTES);
    data.flush();
  }

  private static Table table(DerivedFile file) throws IOException {
    long start = new DataInputStream(file.from(file.length() - Long.BYTES)).readLong();
    DataInputStream data = new DataInputStream(file.from(start));
    int[] starts = readInts(data);
    List<Table.Column> columns = new ArrayList<>();
    for (int left = data.readInt(); left > 0; left--) {
      columns.add(new Table.Column(readTexts(data).get(0), data.readBoolean(), readTexts(data)));
    }
    Names labels = readNames(data);
    Names groups = readNames(data);
    int size = data.readInt();
    Segments records = file.records(columns.size() * Float.BYTES, size);
    return new Table(List.copyOf(columns), FloatRows.of(records, size), labels, groups, starts);
  }

  private static void writeNames(DataOutputStream data, Names names) throws IOException {
    writeTexts(data, names.distinct());
    writeTexts(data, names.places());
    writeInts(data, names.codes());
  }

  private static Names readNames(DataInputStream data) throws IOException {
    return new Names(readTexts(data), readTexts(data), readInts(data));
  }

  private static void writeTexts(DataOutputStream data, List<String> texts) throws IOException {
    data.writeInt(texts.size());
    for (String text : texts) {
      // Not writeUTF, which takes 64 KiB at most.
      data.writeInt(text.length());
      data.writeChars(text);
    }
  }

  private static List<String> readTexts(DataInputStream data) throws IOException {
    List<String> texts = new ArrayList<>();
    for (int left = data.readInt(); left > 0; left--) {
      char[] text = new char[data.readInt()];
      for (int i = 0; i < text.length; i++) {
        text[i] = data.readChar();
      }
      texts.add(new String(text));
    }
    return List.copyOf(texts);
  }

  private static void writeInts(DataOutputStream data, int[] values) throws IOException {
    data.writeInt(values.length);
    for (int value : values) {
      data.writeInt(value);
    }
  }

  private static int[] readInts(DataInputStream data) throws IOException {
    int[] values = new int[data.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = data.readInt();
    }
    return values;
  }
}
