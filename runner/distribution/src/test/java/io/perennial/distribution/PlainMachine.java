package io.perennial.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * A machine that has a Java runtime and what every system has, but no compiler, no Maven and no
 * setting: processes see a {@code PATH} of one directory, whose programs are named here.
 */
final class PlainMachine {
  /** What the launcher may call; the shell itself is found by its absolute path. */
  private static final List<String> PROGRAMS =
      List.of("cksum", "cut", "dirname", "head", "mv", "readlink", "rm", "sed");

  private final Path programs;
  private final Path directory;

  private PlainMachine(Path directory, Path programs) {
    this.directory = directory;
    this.programs = programs;
  }

  /** How a process ended, and what it said. */
  record Outcome(int exitCode, String output, String errors) {}

  /** Made in an empty directory; its Java is linked from the modules of the one that runs this. */
  static PlainMachine in(Path directory) throws IOException {
    PlainMachine machine = withoutJava(directory);
    Path runtime = directory.resolve("jre");
    StringWriter messages = new StringWriter();
    PrintWriter writer = new PrintWriter(messages);
    int status =
        ToolProvider.findFirst("jlink")
            .orElseThrow(() -> new IllegalStateException("these tests need a JDK with jlink"))
            .run(
                writer,
                writer,
                "--add-modules",
                "java.se,jdk.unsupported",
                "--strip-debug",
                "--output",
                runtime.toString());
    if (status != 0) {
      throw new IllegalStateException("jlink: " + messages);
    }
    Files.createSymbolicLink(machine.programs.resolve("java"), runtime.resolve("bin/java"));
    // A runtime that is installed as such comes with its own archive of classes.
    Outcome dump = machine.run(directory, Map.of(), List.of(runtime + "/bin/java", "-Xshare:dump"));
    if (dump.exitCode() != 0) {
      throw new IllegalStateException("no archive of classes: " + dump);
    }
    return machine;
  }

  /** The same before Java is installed. */
  static PlainMachine withoutJava(Path directory) throws IOException {
    PlainMachine machine =
        new PlainMachine(directory, Files.createDirectories(directory.resolve("programs")));
    for (String program : PROGRAMS) {
      Path found =
          Stream.of("/usr/bin", "/bin")
              .map(place -> Path.of(place, program))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("this system has no " + program));
      Path script = machine.programs.resolve(program);
      Files.writeString(script, "#!/bin/sh\nexec " + found + " \"$@\"\n");
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return machine;
  }

  /** Runs a command to its end. */
  Outcome run(Path workingDirectory, Map<String, String> environment, List<String> command) {
    try {
      Path output = Files.createTempFile(directory, "output", ".txt");
      Path errors = Files.createTempFile(directory, "errors", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(workingDirectory.toFile())
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile());
      builder.environment().clear();
      builder.environment().put("PATH", programs.toString());
      // The encoding of what it prints.
      builder.environment().put("LC_ALL", "C.UTF-8");
      builder.environment().putAll(environment);
      Process process = builder.start();
      Optional<Integer> exitCode = exitCode(process);
      String said = Files.readString(output, UTF_8);
      String complained = Files.readString(errors, UTF_8);
      return new Outcome(
          exitCode.orElseThrow(
              () -> new AssertionError(command + " hung: " + said + "\n" + complained)),
          said,
          complained);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs the launcher of an unpacked archive, there. */
  Outcome perennial(Path archive, String... arguments) {
    List<String> command = new ArrayList<>(List.of(archive.resolve("bin/perennial").toString()));
    command.addAll(List.of(arguments));
    return run(archive, Map.of(), command);
  }

  private static Optional<Integer> exitCode(Process process) {
    try {
      if (process.waitFor(5, TimeUnit.MINUTES)) {
        return Optional.of(process.exitValue());
      }
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      process.destroyForcibly();
    }
  }
}
