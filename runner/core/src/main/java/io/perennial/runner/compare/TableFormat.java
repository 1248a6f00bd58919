package io.perennial.runner.compare;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How tables are written. */
public enum TableFormat {
  /** Aligned columns. */
  TEXT {
    @Override
    String write(Section section) {
      StringBuilder text = new StringBuilder(plain(section.title())).append("\n\n");
      List<List<String>> lines = new ArrayList<>(List.of(section.columns()));
      section.rows().forEach(row -> lines.add(cells(row, TableFormat::plain)));
      int columns = section.columns().size();
      for (List<String> line : lines) {
        StringBuilder row = new StringBuilder();
        for (int c = 0; c < columns; c++) {
          int column = c;
          int width = lines.stream().mapToInt(l -> length(l.get(column))).max().orElse(0);
          String blanks = " ".repeat(width - length(line.get(c)));
          boolean number = section.rows().stream().allMatch(r -> r.get(column) instanceof Number);
          row.append(c == 0 ? "" : "  ")
              .append(number ? blanks + line.get(c) : line.get(c) + blanks);
        }
        text.append(row.toString().stripTrailing()).append('\n');
      }
      return text
          + (section.notes().isEmpty() ? "" : "\n")
          + lines(section.notes().stream().map(TableFormat::plain).toList());
    }
  },

  /** Tables of GitHub and its kin. */
  MARKDOWN {
    @Override
    String write(Section section) {
      StringBuilder text = new StringBuilder("## " + markdown(section.title()) + "\n\n");
      if (!section.rows().isEmpty()) {
        text.append(row(section.columns().stream().map(TableFormat::markdown).toList()));
        text.append(row(section.columns().stream().map(column -> "---").toList()));
        section.rows().forEach(r -> text.append(row(cells(r, TableFormat::markdown))));
      }
      section.notes().forEach(note -> text.append("\n").append(markdown(note)).append("\n"));
      return text.toString();
    }

    private String row(List<String> cells) {
      return "| " + String.join(" | ", cells) + " |\n";
    }
  },

  /** Comma-separated values with all digits; each table after its title, notes left out. */
  CSV {
    @Override
    String write(Section section) {
      StringWriter text = new StringWriter();
      try (CsvWriter writer = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
        writer.writeRecord(section.title());
        writer.writeRecord(section.columns());
        for (List<Object> row : section.rows()) {
          writer.writeRecord(
              row.stream()
                  .map(cell -> cell instanceof Double d && d.isNaN() ? "" : plain(cell.toString()))
                  .toList());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return text.toString();
    }
  },

  /** Tables for papers; need the package booktabs. */
  LATEX {
    @Override
    String write(Section section) {
      StringBuilder text = new StringBuilder();
      text.append("\\begin{table}\n\\centering\n\\caption{")
          .append(latex(section.title()))
          .append("}\n\\begin{tabular}{");
      for (int c = 0; c < section.columns().size(); c++) {
        int column = c;
        text.append(
            section.rows().stream().allMatch(r -> r.get(column) instanceof Number) ? 'r' : 'l');
      }
      text.append("}\n\\toprule\n")
          .append(section.columns().stream().map(TableFormat::latex).collect(LATEX_ROW))
          .append("\\midrule\n");
      section
          .rows()
          .forEach(row -> text.append(cells(row, TableFormat::latex).stream().collect(LATEX_ROW)));
      text.append("\\bottomrule\n\\end{tabular}\n\\end{table}\n");
      section.notes().forEach(note -> text.append("% ").append(plain(note)).append('\n'));
      return text.toString();
    }
  };

  private static final java.util.stream.Collector<CharSequence, ?, String> LATEX_ROW =
      Collectors.joining(" & ", "", " \\\\\n");

  private static final int DIGITS = 4;

  private static final char REPLACEMENT = '\uFFFD';

  abstract String write(Section section);

  /** All tables, one after the other. */
  public String write(List<Section> sections) {
    return sections.stream().map(this::write).collect(Collectors.joining("\n"));
  }

  /** Escapes a text. */
  private interface Escape {
    String of(String text);
  }

  private static List<String> cells(List<Object> row, Escape escape) {
    return row.stream()
        .map(cell -> cell instanceof Double number ? number(number) : escape.of(cell.toString()))
        .toList();
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    if (value != 0 && Math.abs(value) < Math.pow(10, -DIGITS)) {
      return String.format(Locale.ROOT, "%.0e", value);
    }
    return String.format(Locale.ROOT, Math.abs(value) >= 1000 ? "%.0f" : "%.4f", value);
  }

  private static String lines(List<String> notes) {
    return notes.stream().map(note -> note + "\n").collect(Collectors.joining());
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  /** Names are free text; a terminal obeys control characters. */
  private static String plain(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", String.valueOf(REPLACEMENT));
  }

  private static String markdown(String text) {
    return plain(text).replaceAll("([\\\\`*_{}\\[\\]<>()#+!|~$&])", "\\\\$1");
  }

  private static String latex(String text) {
    StringBuilder escaped = new StringBuilder();
    for (char c : plain(text).toCharArray()) {
      switch (c) {
        case '\\' -> escaped.append("\\textbackslash{}");
        case '~' -> escaped.append("\\textasciitilde{}");
        case '^' -> escaped.append("\\textasciicircum{}");
        case '<' -> escaped.append("\\textless{}");
        case '>' -> escaped.append("\\textgreater{}");
        case '|' -> escaped.append("\\textbar{}");
        case '`' -> escaped.append("\\textasciigrave{}");
        // After the end of a row these would be arguments of it.
        case '[', ']', '*' -> escaped.append('{').append(c).append('}');
        // No font has it.
        case REPLACEMENT -> escaped.append('?');
        case '&', '%', '$', '#', '_', '{', '}' -> escaped.append('\\').append(c);
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
