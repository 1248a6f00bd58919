package io.perennial.runner.cli;

import io.perennial.runner.plugin.Refusal;
import java.io.PrintWriter;
import picocli.CommandLine;

/** Tells of refused plugins where they are not the subject: a run does without them. */
final class Refused {
  private Refused() {}

  static void tell(Engine engine, CommandLine command) {
    PrintWriter err = command.getErr();
    for (Refusal refusal : engine.extensions().refused()) {
      err.println("warning: plugin refused: " + refusal);
    }
    err.flush();
  }
}
