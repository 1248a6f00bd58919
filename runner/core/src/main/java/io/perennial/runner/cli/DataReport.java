package io.perennial.runner.cli;

import io.perennial.api.Finding;
import io.perennial.api.InputException;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.inspection.Inspection;
import io.perennial.runner.inspection.TaskSummary;
import io.perennial.runner.inspection.TaskSummary.ClassCount;
import io.perennial.runner.inspection.ThumbnailSheet;
import io.perennial.runner.result.AtomicFile;
import io.perennial.runner.result.Png;
import io.perennial.runner.result.Slug;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** What is in the tasks, printed. */
final class DataReport {
  private static final int VALUES_SHOWN = 8;
  private static final int CLASSES_SHOWN = 20;

  private final Engine engine;
  private final CommandLine command;

  DataReport(Engine engine, CommandLine command) {
    this.engine = engine;
    this.command = command;
  }

  int report(Path file, List<String> overrides, boolean json, @Nullable Path directory) {
    Refused.tell(engine, command);
    RunConfiguration configuration = engine.read(file, overrides);
    Inspection inspection = engine.inspect(configuration);
    PrintWriter out = command.getOut();
    String document = InspectionJson.of(configuration.name(), inspection);
    if (json) {
      out.println(document);
    } else {
      print(inspection, out);
    }
    if (directory != null) {
      write(directory, document, inspection);
      if (!json) {
        out.println();
        out.println("Written to " + directory);
      }
    }
    out.flush();
    return inspection.hasErrors() ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.OK;
  }

  private static void print(Inspection inspection, PrintWriter out) {
    out.printf(
        "%d %s, %s, %s%n%n",
        inspection.tasks().size(),
        inspection.tasks().size() == 1 ? "task" : "tasks",
        InspectionJson.word(inspection.setting()),
        switch (inspection.boundaries()) {
          case SHARP -> "sharp borders";
          case BLURRED -> "blurred borders";
          case NONE -> "no boundaries: a part of the stream a line";
        });
    overview(inspection.summaries(), out);
    for (TaskSummary task : inspection.summaries()) {
      out.println();
      out.println("task '" + task.name() + "', examples of each class:");
      classes(inspection, task, out);
      if (!task.images()) {
        out.println("its first training examples:");
        firstRows(inspection, task, out);
      }
    }
    out.println();
    for (Finding finding : inspection.findings()) {
      out.println(finding.severity().name().toLowerCase(Locale.ROOT) + ": " + finding);
    }
    if (inspection.findings().isEmpty()) {
      out.println("No mistake was found.");
    }
  }

  private static void overview(List<TaskSummary> tasks, PrintWriter out) {
    TextTable table =
        new TextTable(
            "task",
            "training",
            "validation",
            "test",
            "classes",
            "shape",
            "smallest",
            "largest",
            "missing",
            "not finite",
            "constant");
    for (TaskSummary task : tasks) {
      table.row(
          task.name(),
          Integer.toString(task.training()),
          Integer.toString(task.validation()),
          Integer.toString(task.test()),
          Integer.toString(task.classes().size()),
          Arrays.toString(task.shape()),
          number(task.minimum()),
          number(task.maximum()),
          Long.toString(task.missing()),
          Long.toString(task.notFinite()),
          Integer.toString(task.constant().length));
    }
    table.print(out);
  }

  private static void classes(Inspection inspection, TaskSummary task, PrintWriter out) {
    TextTable table = new TextTable("class", "training", "share", "validation", "test");
    for (ClassCount count : task.classes().stream().limit(CLASSES_SHOWN).toList()) {
      double share = 100.0 * count.training() / Math.max(1, task.training());
      table.row(
          inspection.className(count.label()),
          Integer.toString(count.training()),
          String.format(Locale.ROOT, "%.1f %%", share),
          Integer.toString(count.validation()),
          Integer.toString(count.test()));
    }
    table.print(out);
    int more = task.classes().size() - CLASSES_SHOWN;
    if (more > 0) {
      out.println("… and " + more + " more");
    }
  }

  private static void firstRows(Inspection inspection, TaskSummary task, PrintWriter out) {
    for (TaskSummary.Example example : task.first()) {
      float[] values = example.values();
      String start =
          IntStream.range(0, Math.min(VALUES_SHOWN, values.length))
              .mapToObj(k -> number(values[k]))
              .collect(Collectors.joining(", "));
      out.printf(
          "  %s: %s%s%n",
          inspection.className(example.label()), start, values.length > VALUES_SHOWN ? ", …" : "");
    }
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4g", value) : "-";
  }

  private static void write(Path directory, String document, Inspection inspection) {
    try {
      AtomicFile.write(
          directory.resolve("data.json"), (document + "\n").getBytes(StandardCharsets.UTF_8));
      for (int t = 0; t < inspection.tasks().size(); t++) {
        TaskSummary summary = inspection.summaries().get(t);
        if (summary.images()) {
          float[][] sheet =
              ThumbnailSheet.of(inspection.tasks().get(t), summary.minimum(), summary.maximum());
          String name = "task-%d-%s.png".formatted(t + 1, Slug.of(summary.name()));
          AtomicFile.write(directory.resolve(name), Png.bytes(sheet));
        }
      }
    } catch (UncheckedIOException e) {
      throw new InputException(
          "--out %s: cannot be written (%s). Give a directory that can."
              .formatted(directory, e.getCause()),
          e);
    }
  }
}
