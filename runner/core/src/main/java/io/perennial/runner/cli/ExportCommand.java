package io.perennial.runner.cli;

import io.perennial.runner.LifelongModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perennial export}. */
@Command(
    name = "export",
    description = "Writes the model that a run left for other software.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  /** What a model can be written as. */
  enum Format {
    /** The whole computation, from the data to labels and probabilities. */
    ONNX,
    /** The parameters. */
    SAFETENSORS
  }

  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();

  @Parameters(paramLabel = "DIR", description = "The directory of a run.")
  private @Nullable Path directory;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "onnx: the computation, data preparation included; safetensors: the weights. Default:"
              + " onnx")
  private Format format = Format.ONNX;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description =
          "The task to export, by its name or number from 1; needed in the task-incremental"
              + " setting.")
  private @Nullable String task;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where it is written; must not be there. Default: DIR/model.onnx and the like")
  private @Nullable Path out;

  @Override
  public Integer call() {
    CommandSpec own = Given.value(spec);
    Path run = Given.value(directory);
    try (Engine engine = Given.value(main).engine(1, plugins)) {
      Refused.tell(engine, own.commandLine());
      try (LifelongModel model = engine.open(run)) {
        Path file = out != null ? out : run.resolve(name());
        if (format == Format.ONNX) {
          model.exportOnnx(file, task == null ? -1 : model.task(task));
        } else {
          model.exportWeights(file);
        }
        own.commandLine().getOut().println(file);
        own.commandLine().getOut().flush();
      } catch (IOException e) {
        throw new UncheckedIOException("The model could not be written", e);
      }
    }
    return ExitCode.OK;
  }

  private String name() {
    return format == Format.ONNX ? "model.onnx" : "model.safetensors";
  }
}
