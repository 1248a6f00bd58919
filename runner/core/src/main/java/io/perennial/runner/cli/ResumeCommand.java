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
    List<String> words = new ArrayList<>(List.of("perennial", "run"));
    words.add(out.resolve("config.yaml").toString());
    words.addAll(List.of("--out", out.toString(), "--resume"));
    if (options.threads() > 0) {
      words.addAll(List.of("--threads", Integer.toString(options.threads())));
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
