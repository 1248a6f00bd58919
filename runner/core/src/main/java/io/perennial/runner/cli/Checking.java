package io.perennial.runner.cli;

import io.perennial.api.Finding;
import io.perennial.runner.config.RunConfiguration;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;

/** The pre-flight, printed. */
final class Checking {
  private final Engine engine;
  private final CommandLine command;

  Checking(Engine engine, CommandLine command) {
    this.engine = engine;
    this.command = command;
  }

  int check(Path file, List<String> overrides) {
    Refused.tell(engine, command);
    RunConfiguration configuration = engine.read(file, overrides);
    List<Finding> findings = engine.check(configuration);
    PrintWriter out = command.getOut();
    for (Finding finding : findings) {
      out.println(finding.severity().name().toLowerCase(Locale.ROOT) + ": " + finding);
    }
    boolean sound =
        findings.stream().noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    out.println(file + (sound ? ": can run." : ": cannot run."));
    out.flush();
    return sound ? CommandLine.ExitCode.OK : CommandLine.ExitCode.USAGE;
  }
}
