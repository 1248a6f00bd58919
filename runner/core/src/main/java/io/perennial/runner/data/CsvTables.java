package io.perennial.runner.data;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.perennial.api.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads CSV files of the same columns, in UTF-8 with or without a byte order mark. */
final class CsvTables {
  private final CsvColumns columns;
  private final String group;

  CsvTables(CsvColumns columns, String group) {
    this.columns = columns;
    this.group = group;
  }

  /** Reads files into memory. */
  Table read(List<Path> files) {
    TableBuilder table = new TableBuilder();
    InMemorySinks sinks = new InMemorySinks();
    TableLayout layout = scan(files, table, sinks);
    return table.table(layout, sinks.rows());
  }

  /**
   * Reads files row by row.
   *
   * @param sinks gives the place for rows of a layout; called once a file
   */
  TableLayout scan(
      List<Path> files, TableBuilder table, Function<TableLayout, FloatRows.Sink> sinks) {
    Header header = new Header();
    for (Path file : files) {
      table.beginFile();
      int before = table.rows();
      CsvRows rows =
          new CsvRows(file.toString(), columns, table, names -> header.layout(names, file), sinks);
      read(file, rows);
      if (table.rows() == before && table.faults.none()) {
        table.faults.add(
            "%s: holds no rows%s. At least one is needed."
                .formatted(file, columns.header() ? " beside its header" : ""));
      }
    }
    table.faults.refuse();
    return header.found().orElseThrow();
  }

  /** Reads a file. */
  void read(Path file, CsvRows rows) {
    try (InputStream in = Files.newInputStream(file);
        Reader text = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
        CsvReader<Boolean> reader =
            CsvReader.builder()
                .fieldSeparator(columns.separatorCharacter())
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowUnclosedQuote(false)
                .build(rows, text);
        CloseableIterator<Boolean> records = reader.iterator()) {
      while (records.hasNext()) {
        records.next();
      }
    } catch (CsvParseException e) {
      throw refused(file, e);
    } catch (CharacterCodingException e) {
      throw notUtf8(file, e);
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof CharacterCodingException
          ? notUtf8(file, e)
          : unreadable(file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private InputException refused(Path file, CsvParseException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof InputException ours) {
        return ours;
      } else if (cause instanceof CharacterCodingException) {
        return notUtf8(file, e);
      }
    }
    return new InputException(
        "%s: %s. Quote texts that hold separators, quotation marks or line ends, and double the quotation marks in them."
            .formatted(file, reason(e)),
        e);
  }

  private static String reason(Throwable e) {
    StringBuilder text = new StringBuilder();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      text.append(text.isEmpty() ? "" : ": ").append(cause.getMessage());
    }
    return text.toString();
  }

  private static InputException unreadable(Path file, Exception e) {
    return new InputException(
        "%s: cannot be read (%s). Check its permissions and its disk.".formatted(file, e), e);
  }

  private static InputException notUtf8(Path file, Exception e) {
    return new InputException(
        "%s%s: not UTF-8 text. Save it as UTF-8; if it is compressed, unpack it."
            .formatted(file, placeOfBadBytes(file)),
        e);
  }

  /** The reader is ahead of the rows, so the place is looked for again. */
  private static String placeOfBadBytes(Path file) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    CharBuffer text = CharBuffer.allocate(1 << 16);
    long line = 1;
    try (InputStream in = Files.newInputStream(file)) {
      int read = 0;
      while (read >= 0) {
        read = in.read(bytes.array(), bytes.position(), bytes.remaining());
        bytes.position(bytes.position() + Math.max(read, 0)).flip();
        CoderResult result = decoder.decode(bytes, text.clear(), read < 0);
        line += text.flip().chars().filter(c -> c == '\n').count();
        if (result.isError()) {
          return ", line %d, byte %02X".formatted(line, bytes.get(bytes.position()));
        }
        bytes.compact();
      }
    } catch (IOException e) {
      return "";
    }
    return "";
  }

  /** All files must have the first one's header. */
  private final class Header {
    private @Nullable TableLayout layout;
    private @Nullable Path from;

    Optional<TableLayout> found() {
      return Optional.ofNullable(layout);
    }

    TableLayout layout(List<String> names, Path file) {
      String place = file + ", line 1";
      if (layout == null) {
        layout = TableLayout.of(names, columns, group, place);
        from = file;
      } else if (!layout.names().equals(names)) {
        throw new InputException(
            "%s: other columns than those of %s: %s. All files must have the same, in the same order."
                .formatted(place, from, difference(layout.names(), names)));
      }
      return layout;
    }

    private String difference(List<String> expected, List<String> names) {
      for (int i = 0; i < Math.min(expected.size(), names.size()); i++) {
        if (!expected.get(i).equals(names.get(i))) {
          return "column %d is '%s', not '%s'".formatted(i + 1, names.get(i), expected.get(i));
        }
      }
      return "%d columns, not %d".formatted(names.size(), expected.size());
    }
  }

  /** One place for the rows of all files. */
  private static final class InMemorySinks implements Function<TableLayout, FloatRows.Sink> {
    private FloatRows.@Nullable InMemory rows;

    @Override
    public FloatRows.Sink apply(TableLayout layout) {
      if (rows == null) {
        rows = new FloatRows.InMemory(layout.width());
      }
      return rows;
    }

    FloatRows rows() {
      return rows == null ? new FloatRows.InMemory(1).rows() : rows.rows();
    }
  }
}
