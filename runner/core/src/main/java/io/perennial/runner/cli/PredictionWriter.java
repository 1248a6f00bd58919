package io.perennial.runner.cli;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** Writes answers, one a line. */
interface PredictionWriter {
  /** How answers are written. */
  enum Form {
    /** With a header; one column a class. */
    CSV,
    /** A JSON object a line. */
    JSONL
  }

  /**
   * Writes one answer.
   *
   * @param label the most probable class
   * @param expert the name of the task whose expert answered; empty if there is none
   * @param probabilities of the classes, from {@code offset} on
   */
  void write(int label, String expert, double[] probabilities, int offset);

  /** Writes what is still to be written. */
  void flush();

  /**
   * Begins.
   *
   * @param classes their names
   * @param experts whether there are any
   */
  static PredictionWriter of(Form form, Writer out, List<String> classes, boolean experts) {
    return form == Form.CSV ? new Csv(out, classes, experts) : new Json(out, classes, experts);
  }

  /** Six digits after the point. */
  static String digits(double probability) {
    // A format string would cost more than the network.
    long millionths = Math.round(probability * 1e6);
    char[] text = {'0', '.', '0', '0', '0', '0', '0', '0'};
    text[0] = (char) ('0' + millionths / 1_000_000);
    long rest = millionths % 1_000_000;
    for (int place = 7; rest > 0; place--, rest /= 10) {
      text[place] = (char) ('0' + rest % 10);
    }
    return new String(text);
  }

  /** Rows of a table. */
  final class Csv implements PredictionWriter {
    private final CsvWriter writer;
    private final List<String> classes;
    private final boolean experts;
    private final String[] cells;

    Csv(Writer out, List<String> classes, boolean experts) {
      this.writer = CsvWriter.builder().build(out);
      this.classes = classes;
      this.experts = experts;
      List<String> header = new ArrayList<>(List.of("label"));
      if (experts) {
        header.add("expert");
      }
      classes.forEach(name -> header.add("p(" + name + ")"));
      writer.writeRecord(header);
      this.cells = new String[header.size()];
    }

    @Override
    public void write(int label, String expert, double[] probabilities, int offset) {
      int at = 0;
      cells[at++] = classes.get(label);
      if (experts) {
        cells[at++] = expert;
      }
      for (int c = 0; c < classes.size(); c++) {
        cells[at++] = digits(probabilities[offset + c]);
      }
      writer.writeRecord(cells);
    }

    @Override
    public void flush() {
      try {
        writer.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** JSON objects. */
  final class Json implements PredictionWriter {
    private final Writer out;
    private final JsonGenerator json;
    private final List<String> classes;
    private final boolean experts;

    Json(Writer out, List<String> classes, boolean experts) {
      this.out = out;
      this.json = new JsonMapper().createGenerator(out);
      this.classes = classes;
      this.experts = experts;
    }

    @Override
    public void write(int label, String expert, double[] probabilities, int offset) {
      json.writeStartObject();
      json.writeStringProperty("label", classes.get(label));
      if (experts) {
        json.writeStringProperty("expert", expert);
      }
      json.writeObjectPropertyStart("probabilities");
      for (int c = 0; c < classes.size(); c++) {
        json.writeName(classes.get(c));
        json.writeNumber(digits(probabilities[offset + c]));
      }
      json.writeEndObject();
      json.writeEndObject();
      json.writeRaw('\n');
    }

    @Override
    public void flush() {
      json.flush();
      try {
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
