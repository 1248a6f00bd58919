package io.perennial.runner.cli;

import io.perennial.runner.LifelongModel;
import io.perennial.runner.data.UnlabelledData;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perennial predict}. */
@Command(
    name = "predict",
    description = "Answers for examples without labels, with the model that a run left.",
    mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();

  @Parameters(paramLabel = "DIR", description = "The directory of a run.")
  private @Nullable Path directory;

  @Parameters(
      paramLabel = "DATA",
      description = "A file of examples: images in the IDX format, a CSV file, texts.")
  private @Nullable Path data;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "What DATA holds: idx, csv, text, babi. Default: by its name")
  private UnlabelledData.Format format = UnlabelledData.Format.BY_NAME;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description =
          "The task of all examples, by its name or number from 1; needed in the task-incremental"
              + " setting.")
  private @Nullable String task;

  @Option(
      names = "--as",
      paramLabel = "FORM",
      description = "How answers are written: csv or jsonl. Default: csv")
  private PredictionWriter.Form form = PredictionWriter.Form.CSV;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where they are written, as a whole or not at all. Default: -, the output")
  private Path out = Path.of("-");

  @Mixin private final ThreadsOption threads = new ThreadsOption();
  @Mixin private final MemoryOption memory = new MemoryOption();

  @Override
  public Integer call() {
    CommandSpec own = Given.value(spec);
    try (Engine engine = Given.value(main).engine(threads.checked(own), plugins)) {
      Refused.tell(engine, own.commandLine());
      memory.limit(engine);
      try (LifelongModel model = engine.open(Given.value(directory))) {
        if (out.toString().equals("-")) {
          PrintWriter writer = own.commandLine().getOut();
          predict(model, writer, writer::checkError);
        } else {
          intoFile(model, out.toAbsolutePath());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(
            "The answers could not be written to %s (%s)".formatted(out, e.getMessage()), e);
      }
    }
    return ExitCode.OK;
  }

  private void intoFile(LifelongModel model, Path target) throws IOException {
    // A name that nobody has: a file beside it may be called anything else.
    Path unfinished =
        target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      try (Writer writer = Files.newBufferedWriter(unfinished, StandardCharsets.UTF_8)) {
        predict(model, writer, () -> false);
      }
      Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /**
   * Answers.
   *
   * @param broken whether the writer has failed without saying so
   */
  private void predict(LifelongModel model, Writer writer, BooleanSupplier broken) {
    List<String> classes = model.classes();
    List<String> tasks = model.tasks();
    int known = task == null ? -1 : model.task(task);
    PredictionWriter answers = PredictionWriter.of(form, writer, classes, model.hasExperts());
    int width = classes.size();
    long unused =
        model.predict(
            Given.value(data),
            format,
            known,
            (rows, probabilities, experts) -> {
              for (int n = 0; n < rows; n++) {
                answers.write(
                    best(probabilities, n * width, width),
                    experts[n] < 0 ? "" : tasks.get(experts[n]),
                    probabilities,
                    n * width);
              }
              if (broken.getAsBoolean()) {
                throw unwritten();
              }
            });
    answers.flush();
    if (broken.getAsBoolean()) {
      throw unwritten();
    }
  }

  private static UncheckedIOException unwritten() {
    String problem = "The answers could not be written: the output is closed or its disk is full";
    return new UncheckedIOException(problem, new IOException(problem));
  }

  private static int best(double[] probabilities, int offset, int classes) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      best = probabilities[offset + c] > probabilities[offset + best] ? c : best;
    }
    return best;
  }
}
