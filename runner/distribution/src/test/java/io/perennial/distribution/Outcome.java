package io.perennial.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** How a process ended, and what it said. */
record Outcome(int exitCode, String output, String errors) {
  /** Runs a process to its end; into files, because one that fills a pipe would stop. */
  static Outcome of(ProcessBuilder builder) {
    try {
      Path output = Files.createTempFile("output", ".txt");
      Path errors = Files.createTempFile("errors", ".txt");
      try {
        Process process =
            builder.redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
        boolean ended = waitFor(process);
        String said = Files.readString(output, UTF_8);
        String complained = Files.readString(errors, UTF_8);
        if (!ended) {
          throw new AssertionError(builder.command() + " hung: " + said + "\n" + complained);
        }
        return new Outcome(process.exitValue(), said, complained);
      } finally {
        Files.delete(output);
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean waitFor(Process process) {
    try {
      return process.waitFor(10, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      process.destroyForcibly();
    }
  }
}
