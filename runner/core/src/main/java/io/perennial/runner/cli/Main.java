package io.perennial.runner.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of the command line. */
@Command(
    name = "perennial",
    description = "Lifelong learning: one model learns task after task and keeps what it knew.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      CompareCommand.class,
      ContinueCommand.class,
      PredictCommand.class,
      ExportCommand.class,
      CheckCommand.class,
      DataCommand.class,
      ListCommand.class,
      DescribeCommand.class,
      SchemaCommand.class,
      ReportCommand.class,
      LockCommand.class,
      BenchCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the run failed",
      "2:the input was wrong; nothing was started or written",
      "130:SIGINT (Ctrl-C) stopped the run, which is saved",
      "143:SIGTERM stopped the run, which is saved"
    })
public final class Main {
  private static final String LOG_FACTORY = "log4j2.configurationFactory";

  /** Its name, because the class loads Log4j, which help does without. */
  private static final String TERMINAL_LOG = "io.perennial.runner.cli.TerminalLog";

  private final EngineSource engines;

  /** With the engine of this installation. */
  public Main() {
    this((threads, plugins) -> PerennialEngine.start(threads, plugins));
  }

  Main(EngineSource engines) {
    this.engines = engines;
  }

  /** Starts the command line and ends the process with its exit code. */
  public static void main(String[] args) {
    configureLog();
    NativeAhead libraries = NativeAhead.start(args);
    int exitCode = commandLine(new Main()).execute(args);
    libraries.await();
    System.exit(exitCode);
  }

  /** Has Log4j ask {@link TerminalLog}, if nobody names another one. */
  static void configureLog() {
    if (System.getProperty(LOG_FACTORY) == null) {
      System.setProperty(LOG_FACTORY, TERMINAL_LOG);
    }
  }

  static CommandLine commandLine(Main main) {
    return new CommandLine(main)
        .setExecutionExceptionHandler(new Failures())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true);
  }

  /** Starts the engine; 0 threads stands for one a processor. */
  Engine engine(int threads, PluginOptions plugins) {
    return engines.start(
        threads > 0 ? threads : Runtime.getRuntime().availableProcessors(), plugins);
  }
}
