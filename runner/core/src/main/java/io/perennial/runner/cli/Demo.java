package io.perennial.runner.cli;

import io.perennial.api.Metric;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.report.Report;
import io.perennial.runner.result.Results;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import picocli.CommandLine;

/** Runs three of the examples with several seeds and compares them. */
final class Demo {
  private static final List<String> STRATEGIES = List.of("naive", "ewc", "joint");
  private static final List<Long> SEEDS = List.of(1L, 2L, 3L);

  private final Engine engine;
  private final CommandLine command;
  private final Running running;

  Demo(Engine engine, CommandLine command, RunningOptions options, PluginOptions plugins) {
    this.engine = engine;
    this.command = command;
    this.running = new Running(engine, command, options, plugins);
  }

  int run() {
    Refused.tell(engine, command);
    PrintWriter out = command.getOut();
    Path directory = running.out("demo");
    out.println(
        "Handwritten digits under five permutations of their pixels, learned one after the other,"
            + " with"
            + " %d seeds".formatted(SEEDS.size()));
    out.flush();
    TextTable table =
        new TextTable("strategy", "average accuracy", "forgetting", "seconds", "what it does");
    for (String strategy : STRATEGIES) {
      RunConfiguration configuration =
          engine.parse(example("permuted-digits-" + strategy + ".yaml")).withSeeds(SEEDS);
      Results results = running.run(configuration, directory.resolve(strategy), false, false);
      table.row(
          strategy,
          metric(results, "averageAccuracy"),
          metric(results, "forgetting"),
          String.format(
              Locale.ROOT,
              "%.2f",
              results.runs().stream().mapToDouble(run -> run.seconds().total()).sum()),
          meaning(strategy));
    }
    out.println();
    table.print(out);
    out.println();
    out.println("(mean ± standard error; forgetting is the loss from a task's best accuracy)");
    out.println("Results: " + directory);
    if (Files.isDirectory(directory)) {
      Path report = directory.resolve(Report.FILE);
      Report.of(List.of(directory)).write(report);
      out.println("Report: " + report.toAbsolutePath().normalize().toUri());
    }
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private static String metric(Results results, String name) {
    Metric.Value missing = Metric.Value.missing("not measured");
    return RunSummary.value(
        results.mean().getOrDefault(name, missing),
        results.standardError().getOrDefault(name, missing));
  }

  private static String meaning(String strategy) {
    return switch (strategy) {
      case "naive" -> "just goes on: the lower bound";
      case "joint" -> "keeps all data: the upper bound";
      default -> "keeps no data, holds what mattered";
    };
  }

  private static String example(String name) {
    try (InputStream stream = Demo.class.getResourceAsStream("examples/" + name)) {
      return new String(
          Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The example " + name + " cannot be read", e);
    }
  }
}
