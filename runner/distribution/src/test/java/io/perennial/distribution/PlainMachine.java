package io.perennial.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A machine that has a Java runtime and what every system has, but no compiler, no Maven and no
 * setting: processes see a {@code PATH} with nothing but that runtime and the programs named here.
 */
final class PlainMachine {
  /** What the launcher may call; the shell itself is found by its absolute path. */
  private static final List<String> PROGRAMS =
      List.of("cksum", "cut", "dirname", "head", "mv", "readlink", "rm", "sed");

  private final String path;

  private PlainMachine(String path) {
    this.path = path;
  }

  /** Made in an empty directory. */
  static PlainMachine in(Path directory) throws IOException {
    PlainMachine machine = withoutJava(directory);
    return new PlainMachine(machine.path + ":" + JavaRuntime.home().resolve("bin"));
  }

  /** The same before Java is installed. */
  static PlainMachine withoutJava(Path directory) throws IOException {
    for (String program : PROGRAMS) {
      Path found =
          Stream.of("/usr/bin", "/bin")
              .map(place -> Path.of(place, program))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("this system has no " + program));
      Path script = directory.resolve(program);
      Files.writeString(script, "#!/bin/sh\nexec " + found + " \"$@\"\n");
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return new PlainMachine(directory.toString());
  }

  /** Runs a command to its end, with these variables beside {@code PATH}. */
  Outcome run(Path workingDirectory, Map<String, String> environment, List<String> command) {
    return Outcome.of(builder(workingDirectory, environment, command));
  }

  private ProcessBuilder builder(
      Path workingDirectory, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(workingDirectory.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", path);
    // The encoding of what it prints.
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().putAll(environment);
    return builder;
  }

  /** Runs the launcher of an unpacked archive, there. */
  Outcome perennial(Path archive, String... arguments) {
    return run(archive, Map.of(), command(archive, arguments));
  }

  /** Starts it, and does not wait for the end; its errors go into a file. */
  Process start(Path archive, Path errors, String... arguments) throws IOException {
    return builder(archive, Map.of(), command(archive, arguments))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(errors.toFile())
        .start();
  }

  private static List<String> command(Path archive, String... arguments) {
    List<String> command = new ArrayList<>(List.of(archive.resolve("bin/perennial").toString()));
    command.addAll(List.of(arguments));
    return command;
  }
}
