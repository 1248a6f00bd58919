package io.perennial.runner.cli;

import io.perennial.api.InputException;
import io.perennial.runner.compare.Comparison;
import io.perennial.runner.compare.Section;
import io.perennial.runner.compare.TableFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code perennial compare}. */
@Command(
    name = "compare",
    description = {
      "Compares finished runs: means with intervals, costs, paired tests over seeds with Holm's"
          + " correction and effect sizes, and ranks over scenarios.",
      "Runs are paired where they had the same seed, scenario and setting."
    },
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "2..*",
      paramLabel = "DIR",
      description = "Results of a run, of several seeds or of several orders.")
  private final List<Path> directories = new ArrayList<>();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}",
      defaultValue = "text")
  private @Nullable TableFormat format;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      description =
          "What to compare; may be repeated, the first one ranks. Default: averageAccuracy")
  private final List<String> metrics = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Writes there instead, replacing what it holds.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    List<Section> sections =
        Comparison.of(directories)
            .sections(metrics.isEmpty() ? List.of("averageAccuracy") : metrics);
    String text = Given.value(format).write(sections);
    Path file = out;
    if (file == null) {
      Given.value(spec).commandLine().getOut().print(text);
      Given.value(spec).commandLine().getOut().flush();
    } else {
      try {
        Files.writeString(file, text);
      } catch (IOException e) {
        throw new InputException("%s cannot be written (%s).".formatted(file, e), e);
      }
    }
    return ExitCode.OK;
  }
}
