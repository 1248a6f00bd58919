package io.perennial.runner.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The command line with which a run goes on, for a shell: the configuration is the one in its own
 * directory, so that it does not matter how the run was started.
 */
final class ResumeCommand {
  private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

  private ResumeCommand() {}

  static String of(Path out, RunningOptions options, PluginOptions plugins) {
    return of(
        List.of("run", out.resolve("config.yaml").toString(), "--out", out.toString(), "--resume"),
        options.threads(),
        plugins);
  }

  /** Of a run that was being taught further tasks: the same tasks go on where they were stopped. */
  static String ofTeaching(Path run, Path tasks, int threads, PluginOptions plugins) {
    return of(List.of("continue", run.toString(), tasks.toString()), threads, plugins);
  }

  private static String of(List<String> command, int threads, PluginOptions plugins) {
    List<String> words = new ArrayList<>(List.of("perennial"));
    words.addAll(command);
    if (threads > 0) {
      words.addAll(List.of("--threads", Integer.toString(threads)));
    }
    for (Path directory : plugins.given()) {
      words.addAll(List.of("--plugins", directory.toString()));
    }
    if (plugins.locked()) {
      words.add("--locked");
    }
    return words.stream().map(ResumeCommand::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
