package io.perennial.runner.cli;

import io.perennial.api.InputException;
import io.perennial.api.RunListener;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.Slug;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;

/** Runs configurations, shows how far they are, and prints what came out. */
final class Running {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  private final Engine engine;
  private final CommandLine command;
  private final RunningOptions options;

  Running(Engine engine, CommandLine command, RunningOptions options) {
    this.engine = engine;
    this.command = command;
    this.options = options;
  }

  int run(Path file, List<String> overrides, boolean resume) {
    Refused.tell(engine, command);
    RunConfiguration configuration = engine.read(file, overrides);
    Path out = out(configuration.name());
    RunSummary summary = new RunSummary(command.getOut());
    try {
      summary.print(run(configuration, out, resume), out);
    } catch (LoggedException e) {
      if (e.getCause() instanceof RunFailedException failed) {
        summary.print(failed.results(), out);
      }
      throw e;
    }
    return CommandLine.ExitCode.OK;
  }

  /** Runs one configuration into a directory. */
  Results run(RunConfiguration configuration, Path out, boolean resume) {
    try (RunLog log = new RunLog(out.resolve("run.log"));
        Progress progress = new Progress(configuration, options.quiet())) {
      List<RunListener> listeners = new ArrayList<>(List.of(log));
      progress.listener().ifPresent(listeners::add);
      return engine.run(configuration, new RunOptions(out, resume, listeners));
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException e) {
      Path log = out.resolve("run.log");
      if (e instanceof RunFailedException || Files.exists(log)) {
        throw new LoggedException(e, log);
      }
      throw e;
    }
  }

  /** Where the results of a run go: as given, or a new directory under {@code runs}. */
  Path out(String name) {
    Path given = options.out();
    return given != null
        ? given
        : Path.of(
            "runs",
            Slug.of(name) + "-" + LocalDateTime.now(ZoneId.systemDefault()).format(TIMESTAMP));
  }
}
