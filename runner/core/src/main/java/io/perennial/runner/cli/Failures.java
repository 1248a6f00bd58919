package io.perennial.runner.cli;

import io.perennial.api.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns what a command throws into a message for people and an exit code. */
final class Failures implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(
      Exception exception, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (exception instanceof ParameterException usage) {
      throw usage;
    }
    if (exception instanceof StoppedException stopped) {
      err.println(stopped.getMessage() + " Go on with");
      err.println("  " + stopped.command());
      err.flush();
      return stopped.exitCode();
    }
    if (exception instanceof InputException input) {
      for (String problem : input.problems()) {
        err.println(error(command, problem));
      }
      int count = input.problems().size();
      if (count > 1) {
        err.println(count + " problems; nothing was started.");
      }
      err.flush();
      return CommandLine.ExitCode.USAGE;
    }
    if (exception instanceof LoggedException logged) {
      err.println(error(command, logged.message()));
      logged.log().ifPresent(log -> err.println("The log is " + log));
    } else {
      err.println(error(command, "unexpected error: " + exception));
      trace(exception).ifPresent(log -> err.println("The details are in " + log));
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static String error(CommandLine command, String message) {
    return command.getColorScheme().errorText("error: ") + message;
  }

  private static Optional<Path> trace(Exception exception) {
    try {
      Path log = Files.createTempFile("perennial-", ".log");
      try (PrintWriter writer = new PrintWriter(Files.newBufferedWriter(log))) {
        exception.printStackTrace(writer);
      }
      return Optional.of(log);
    } catch (IOException e) {
      exception.addSuppressed(e);
      return Optional.empty();
    }
  }
}
