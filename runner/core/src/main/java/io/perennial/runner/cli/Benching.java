package io.perennial.runner.cli;

import io.perennial.runner.bench.Bench;
import io.perennial.runner.bench.Measurement;
import io.perennial.runner.bench.Report;
import io.perennial.runner.bench.Scale;
import io.perennial.runner.bench.Section;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/** Measures, and prints what came out as tables or as JSON. */
final class Benching {
  private final Engine engine;
  private final CommandLine command;

  Benching(Engine engine, CommandLine command) {
    this.engine = engine;
    this.command = command;
  }

  int run(@Nullable Path data, int threads, boolean quick, boolean quiet, boolean json) {
    Refused.tell(engine, command);
    PrintWriter err = command.getErr();
    Report report =
        new Bench(
                engine.extensions(),
                quick ? Scale.QUICK : Scale.FULL,
                Optional.ofNullable(data),
                threads,
                what -> {
                  if (!quiet) {
                    err.println("measuring " + what + " …");
                    err.flush();
                  }
                })
            .run();
    print(report, command.getOut(), json);
    return CommandLine.ExitCode.OK;
  }

  static void print(Report report, PrintWriter out, boolean json) {
    if (json) {
      JsonMapper mapper = new JsonMapper();
      out.println(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(report.toMap()));
    } else {
      tables(report, out);
    }
    out.flush();
  }

  private static void tables(Report report, PrintWriter out) {
    report.environment().forEach((name, value) -> out.println(name + ": " + value));
    out.println("data: " + report.data());
    for (String warning : report.warnings()) {
      out.println();
      out.println("warning: " + warning);
    }
    for (Section section : report.sections()) {
      out.println();
      TextTable table = new TextTable(section.title(), "median", "least", "most", "unit", "times");
      for (Measurement measurement : section.measurements()) {
        table.row(
            measurement.name(),
            number(measurement.median()),
            number(measurement.least()),
            number(measurement.most()),
            measurement.unit(),
            Integer.toString(measurement.values().size()));
      }
      table.print(out);
      section.measurements().stream()
          .filter(measurement -> !measurement.reason().isEmpty())
          .forEach(
              measurement ->
                  out.println(measurement.name() + " was not measured: " + measurement.reason()));
    }
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "-";
  }
}
