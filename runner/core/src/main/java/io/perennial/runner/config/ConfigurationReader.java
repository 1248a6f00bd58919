package io.perennial.runner.config;

import io.perennial.api.Configured;
import io.perennial.api.InputException;
import io.perennial.runner.plugin.Registry;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads configurations. Everything that is wrong is reported together, each problem with its place,
 * what was accepted and what may have been meant.
 *
 * <p>A block that names an extension ({@code {type: digits}}) may be shortened to the name ({@code
 * digits}). Relative paths start from the configuration file's directory; in overrides and in text
 * without a file, from the working directory.
 */
public final class ConfigurationReader {
  private static final List<String> TAUGHT =
      List.of("scenario", "training", "evaluate", "order", "measureOn", "firstTasks");

  private final Registry registry;

  /** Reads configurations made of these extensions. */
  public ConfigurationReader(Registry registry) {
    this.registry = registry;
  }

  /**
   * Reads a file.
   *
   * @param overrides values that replace or add to the file's, as {@code key.path=value}; the value
   *     is YAML, and items of lists are {@code strategies[0]} or {@code strategies.0}; {@code
   *     seeds} takes the place of the file's {@code seed}, {@code training.iterations} that of
   *     {@code epochs}, and the other way round
   * @throws InputException with all problems
   */
  public RunConfiguration read(Path file, List<String> overrides) {
    Problems problems = new Problems();
    Yaml written = new YamlReader(problems).read(file);
    Path directory = file.toAbsolutePath().getParent();
    return bind(
        new Overrides(problems).apply(written, overrides),
        directory == null ? workingDirectory() : directory,
        problems);
  }

  /**
   * Reads a text.
   *
   * @param sourceName what messages call it
   * @throws InputException with all problems
   */
  public RunConfiguration parse(String yaml, String sourceName) {
    Problems problems = new Problems();
    return bind(new YamlReader(problems).parse(yaml, sourceName), workingDirectory(), problems);
  }

  /**
   * Reads what a model is to be taught next: a file with a {@code scenario}, and, if they shall
   * differ from what they were, {@code training}, {@code evaluate}, {@code order}, {@code
   * measureOn} and {@code firstTasks}.
   *
   * @param before the configuration that everything else is taken from
   * @throws InputException with all problems
   */
  public RunConfiguration readTasks(Path file, RunConfiguration before) {
    Problems problems = new Problems();
    Path directory = file.toAbsolutePath().getParent();
    Yaml written = new YamlReader(problems).read(file);
    Yaml old = new YamlReader(problems).parse(new ConfigurationWriter().write(before), "before");
    if (!(written instanceof Yaml.Mapping tasks) || !(old instanceof Yaml.Mapping known)) {
      throw new InputException(
          file + ": a block with the key scenario was expected, not " + written.shown() + ".");
    }
    Map<String, Yaml.Entry> merged = new LinkedHashMap<>(known.entries());
    merged.remove("firstTasks");
    merged.remove("scenario");
    tasks
        .entries()
        .forEach(
            (key, entry) -> {
              if (TAUGHT.contains(key)) {
                merged.put(key, entry);
              } else {
                problems.add(
                    entry.key(),
                    "",
                    "'%s' cannot be changed for a model that was taught before; here may stand: %s. Remove it."
                        .formatted(key, String.join(", ", TAUGHT)));
              }
            });
    return bind(
        new Yaml.Mapping(tasks.position(), merged),
        directory == null ? workingDirectory() : directory,
        problems);
  }

  /**
   * Reads one block, such as {@code {type: ewc, lambda: 100}}, for those who compose a run in code.
   *
   * @throws InputException with all problems
   */
  public <T> Configured<T> block(Class<T> kind, String yaml) {
    Problems problems = new Problems();
    Yaml written = new YamlReader(problems).parse(yaml, "block");
    Optional<Configured<T>> block = binder(workingDirectory(), problems).slot(kind, written, "");
    problems.throwIfAny();
    return block.orElseThrow();
  }

  private RunConfiguration bind(Yaml written, Path directory, Problems problems) {
    Exclusion.ALL.forEach(pair -> pair.check(written, problems));
    Optional<RunConfiguration> configuration =
        binder(directory, problems).bind(RunConfiguration.class, written, "", "the configuration");
    problems.throwIfAny();
    return configuration.orElseThrow();
  }

  private RecordBinder binder(Path directory, Problems problems) {
    return new RecordBinder(registry, problems, new ScalarBinder(directory, problems));
  }

  private static Path workingDirectory() {
    return Path.of("").toAbsolutePath();
  }
}
