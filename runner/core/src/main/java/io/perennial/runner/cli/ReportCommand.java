package io.perennial.runner.cli;

import io.perennial.runner.report.Report;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code perennial report}. */
@Command(
    name = "report",
    description = "Shows the results of one or several runs as one page.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "DIR",
      arity = "1..*",
      description =
          "What runs wrote into: of one run, of several seeds or orders, or with such directories in it.")
  private final List<Path> directories = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The page. Default: report.html in DIR; with several, in the working directory")
  private @Nullable Path out;

  @Option(
      names = "--figures",
      paramLabel = "DIR",
      description = "Writes each chart as SVG and PNG, too.")
  private @Nullable Path figures;

  @Override
  public Integer call() {
    Report report = Report.of(directories);
    Path file = out;
    if (file == null) {
      file =
          directories.size() == 1 ? directories.get(0).resolve(Report.FILE) : Path.of(Report.FILE);
    }
    report.write(file);
    PrintWriter printer = Given.value(spec).commandLine().getOut();
    printer.println("Report: " + file);
    if (figures != null) {
      List<Path> files = report.writeFigures(figures);
      printer.println("Figures: %d files in %s".formatted(files.size(), figures));
      boolean drawn =
          files.stream()
              .map(Path::toString)
              .filter(picture -> picture.endsWith(".svg"))
              .allMatch(svg -> files.contains(Path.of(svg.replaceFirst("svg$", "png"))));
      if (!drawn) {
        printer.println(
            "There are no PNG: Java finds no fonts here. Install fontconfig and a font.");
      }
    }
    printer.flush();
    return CommandLine.ExitCode.OK;
  }
}
