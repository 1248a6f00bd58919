package io.perennial.runner;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Configured;
import io.perennial.api.Finding;
import io.perennial.api.Setting;
import io.perennial.runner.config.ConfigurationWriter;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.plugin.SettingType;
import io.perennial.runner.result.AtomicFile;
import io.perennial.runner.result.History;
import io.perennial.runner.result.RunResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a model is, for whoever finds its directory: what it was taught, from what, how well it
 * knows it, with which settings, how to use it. Equal runs have equal cards, times and machines
 * apart.
 */
final class ModelCard {
  static final String FILE = "MODEL.md";

  /** More tasks or classes than this are counted instead of listed. */
  private static final int LISTED = 50;

  private static final int NAMED = 10;

  private final RunConfiguration configuration;
  private final History history;
  private final RunResult result;
  private final StringBuilder text = new StringBuilder();

  /**
   * @param configuration of the newest generation
   * @param result of all tasks
   */
  ModelCard(RunConfiguration configuration, History history, RunResult result) {
    this.configuration = configuration;
    this.history = history;
    this.result = result;
  }

  /** Writes it into the run's directory. */
  void write(Path directory) {
    text.setLength(0);
    title();
    known();
    sources();
    settings();
    limits();
    usage();
    AtomicFile.write(directory.resolve(FILE), text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void title() {
    line("# %s", escaped(result.name()));
    line("");
    line(
        "A `%s` network that was taught %s one after the other, with %s, in the %s setting.",
        configuration.model().type(),
        counted(history.tasks().size(), "task"),
        result.strategies().stream()
            .map(name -> "`" + name + "`")
            .collect(Collectors.joining(", ")),
        SettingType.Choice.kebab(result.setting()));
    List<Long> parameters = result.parameters();
    line(
        "It has %s parameters. Seed %d. Perennial %s.",
        String.format(Locale.ROOT, "%,d", parameters.get(parameters.size() - 1)),
        result.seed(),
        result.environment().getOrDefault("perennial", "of an unknown version"));
    line("");
  }

  private void known() {
    line("## What it knows");
    line("");
    List<History.TaskEntry> tasks = history.tasks();
    if (tasks.size() <= LISTED) {
      line("| task | classes | training examples | accuracy just after it | accuracy now |");
      line("|---|---|---|---|---|");
      for (int t = 0; t < tasks.size(); t++) {
        AccuracyMatrix accuracy = result.accuracy();
        line(
            "| %s | %s | %d | %s | %s |",
            escaped(tasks.get(t).name()),
            classes(tasks.get(t)),
            tasks.get(t).training(),
            percent(accuracy.at(t, t)),
            percent(accuracy.at(tasks.size() - 1, t)));
      }
      line("");
    } else {
      line("%s; `accuracy.csv` has the accuracy on each.", counted(tasks.size(), "task"));
      line("");
    }
    result
        .metrics()
        .forEach(
            (name, value) -> {
              if (value.present()) {
                line(
                    "- %s: %s (%s)",
                    name,
                    String.format(
                        Locale.ROOT,
                        Math.abs(value.number()) >= 1000 ? "%,.0f" : "%.4f",
                        value.number()),
                    result.formulas().getOrDefault(name, ""));
              }
            });
    line("");
  }

  private String classes(History.TaskEntry task) {
    List<String> names = history.latest().classNames();
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(NAMED, task.classes().length); i++) {
      shown.append(i == 0 ? "" : ", ").append(escaped(names.get(task.classes()[i])));
    }
    return task.classes().length > NAMED
        ? shown + ", … (" + task.classes().length + " in all)"
        : shown.toString();
  }

  private void sources() {
    line("## What it was taught from");
    line("");
    int number = 0;
    for (History.Generation generation : history.generations()) {
      line(
          "%d. %s, %s; fingerprint of the data `%s`",
          ++number,
          counted(generation.tasks().size(), "task"),
          generation.configuration().isEmpty()
              ? "handed over by a program"
              : "as `" + generation.configuration() + "` says",
          generation.dataSha256());
    }
    line("");
  }

  private void settings() {
    line("## Settings");
    line("");
    line("```yaml");
    ConfigurationWriter writer = new ConfigurationWriter();
    block("scenario", writer.write(configuration.scenario()));
    block("model", writer.write(configuration.model()));
    block("optimizer", writer.write(configuration.training().optimizer()));
    for (Configured<?> strategy : configuration.strategies()) {
      block("strategy", writer.write(strategy));
    }
    line("```");
    line("");
  }

  private void block(String name, String yaml) {
    line("%s:", name);
    yaml.lines().forEach(each -> line("  %s", each));
  }

  private void limits() {
    if (result.warnings().isEmpty()) {
      return;
    }
    line("## Mind");
    line("");
    for (Finding warning : result.warnings()) {
      line("- %s", escaped(warning.toString()));
    }
    line("");
  }

  private void usage() {
    boolean known = result.setting() == Setting.TASK_INCREMENTAL;
    line("## How to use it");
    line("");
    line("```sh");
    line("perennial predict . DATA%s", known ? " --task TASK" : "");
    line("perennial continue . TASKS");
    line("perennial export . --out model.onnx%s", known ? " --task TASK" : "");
    line("```");
    line("");
    line("From Java: `LifelongModel.open(directory)`.");
    if (known) {
      line("The task of an example must be known: its name or its number in the table, from 1.");
    }
  }

  private static String counted(int count, String what) {
    return count == 1 ? "1 " + what : count + " " + what + "s";
  }

  private static String percent(double accuracy) {
    return Double.isNaN(accuracy)
        ? "not measured"
        : String.format(Locale.ROOT, "%.1f %%", 100 * accuracy);
  }

  /** Names are anybody's: they must not become markup. */
  private static String escaped(String name) {
    return name.replaceAll("\\s+", " ").replaceAll("([\\\\`*_{}\\[\\]<>|#])", "\\\\$1");
  }

  @SuppressWarnings("AnnotateFormatMethod") // The annotation would be a dependency of its own.
  private void line(String format, Object... values) {
    text.append(values.length == 0 ? format : format.formatted(values)).append('\n');
  }
}
