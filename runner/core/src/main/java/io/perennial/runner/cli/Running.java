package io.perennial.runner.cli;

import io.perennial.api.InputException;
import io.perennial.api.RunListener;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.RunStoppedException;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.report.LiveServer;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.Slug;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Runs configurations, shows how far they are, and prints what came out. */
final class Running {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  private final Engine engine;
  private final CommandLine command;
  private final RunningOptions options;
  private final PluginOptions plugins;
  private final Optional<InetSocketAddress> live;

  Running(Engine engine, CommandLine command, RunningOptions options, PluginOptions plugins) {
    this(engine, command, options, plugins, Optional.empty());
  }

  /**
   * Runs with a live report.
   *
   * @param live where; empty for none, port 0 for any that is free
   */
  Running(
      Engine engine,
      CommandLine command,
      RunningOptions options,
      PluginOptions plugins,
      Optional<InetSocketAddress> live) {
    this.engine = engine;
    this.command = command;
    this.options = options;
    this.plugins = plugins;
    this.live = live;
  }

  int run(Path file, List<String> overrides, boolean resume, boolean force) {
    Refused.tell(engine, command);
    RunConfiguration configuration = engine.read(file, overrides);
    Path out = out(configuration.name());
    RunSummary summary = new RunSummary(command.getOut());
    try {
      summary.print(run(configuration, out, resume, force), out);
    } catch (LoggedException e) {
      if (e.getCause() instanceof RunFailedException failed) {
        summary.print(failed.results(), out);
      }
      throw e;
    }
    return CommandLine.ExitCode.OK;
  }

  /**
   * Runs one configuration into a directory.
   *
   * @throws StoppedException if a signal came and the run is saved
   */
  Results run(RunConfiguration configuration, Path out, boolean resume, boolean force) {
    try (Signals signals = new Signals(engine::stop, command.getErr())) {
      try {
        return logged(configuration, out, resume, force);
      } catch (RunStoppedException e) {
        throw new StoppedException(
            e,
            signals.exitCode().orElse(CommandLine.ExitCode.SOFTWARE),
            ResumeCommand.of(out, options, plugins));
      }
    }
  }

  private Results logged(RunConfiguration configuration, Path out, boolean resume, boolean force) {
    try (RunLog log = new RunLog(out.resolve("run.log"));
        Progress progress = new Progress(configuration.allSeeds(), options.quiet());
        LiveServer server = serve(out, progress)) {
      if (server != null) {
        tell(server);
      }
      List<RunListener> listeners = new ArrayList<>(List.of(log));
      progress.listeners().stream().map(LeadingRun::new).forEach(listeners::add);
      return engine.run(configuration, new RunOptions(out, resume, force, listeners));
    } catch (InputException | RunStoppedException e) {
      throw e;
    } catch (RuntimeException e) {
      Path log = out.resolve("run.log");
      if (e instanceof RunFailedException || Files.exists(log)) {
        throw new LoggedException(e, log);
      }
      throw e;
    }
  }

  private @Nullable LiveServer serve(Path out, Progress progress) {
    return live.map(address -> LiveServer.start(out, progress::line, address)).orElse(null);
  }

  private void tell(LiveServer server) {
    PrintWriter err = command.getErr();
    err.println("Live report: " + server.address());
    if (!server.isPrivate()) {
      err.println(
          "Warning: this address is not for this machine alone. Whoever reaches it reads the"
              + " report, names and settings included: there is no password, and nothing is"
              + " encrypted.");
    }
    err.flush();
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
