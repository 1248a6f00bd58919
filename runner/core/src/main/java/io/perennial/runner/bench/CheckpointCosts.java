package io.perennial.runner.bench;

import io.perennial.api.State;
import io.perennial.runner.result.CheckpointStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What it costs to save a run, and how large that is, of a network trained with Adam. */
final class CheckpointCosts {
  private static final int BATCH = 128;

  /** Of an epoch of 60,000 images. */
  private static final int STEPS = 469;

  /** Seconds of training between two checkpoints in the middle of a task, unless one asks. */
  private static final double INTERVAL = 60;

  private final Scale scale;
  private final Jobs jobs;
  private final String images;

  /**
   * @param images a data set's block; some are enough, because every step is saved
   */
  CheckpointCosts(Scale scale, Jobs jobs, String images) {
    this.scale = scale;
    this.jobs = jobs;
    this.images = images;
  }

  /** A step that is saved takes longer by what saving it takes. */
  Section measure() {
    List<Double> epochs = new ArrayList<>();
    List<Double> each = new ArrayList<>();
    List<Double> sizes = new ArrayList<>();
    for (int round = 0; round <= scale.rounds(); round++) {
      TaskTimes.Task unsaved = jobs.run(yaml(0)).times().tasks().get(0);
      Jobs.Outcome saved = jobs.run(yaml(1));
      if (round > 0) {
        epochs.add(unsaved.step() * STEPS);
        each.add(Math.max(1e-9, saved.times().tasks().get(0).step() - unsaved.step()));
        sizes.add(size(saved.directory().resolve("checkpoint")));
      }
    }
    return new Section(
        "checkpoints: mlp 784-400-400-10, batch %d, Adam".formatted(BATCH),
        List.of(
            Measurement.of("a checkpoint", "s", each),
            Measurement.of(
                "one a minute / training",
                Measurement.RATIO,
                each.stream().map(one -> one / INTERVAL).toList()),
            Measurement.of(
                "one after each epoch of MNIST / training",
                Measurement.RATIO,
                StepSections.quotients(each, epochs)),
            Measurement.of("files / state", Measurement.RATIO, sizes)));
  }

  private String yaml(int everySteps) {
    return Jobs.yaml(
            images, 1, "model: {type: mlp, hidden: [400, 400]}", BATCH, "evaluate: final", "")
        .replace("{type: sgd, learningRate: 0.05}", "{type: adam, learningRate: 0.001}")
        .concat("checkpoint: {everyMinutes: 0, everySteps: %d}\n".formatted(everySteps));
  }

  /** Of all files of the latest checkpoint, over the numbers in them. */
  private static double size(Path checkpoints) {
    try (State state = new CheckpointStore(checkpoints).latest().orElseThrow().state();
        Stream<Path> files = Files.walk(checkpoints.resolve("task-0001"))) {
      long bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return (double) bytes / bytes(state);
    } catch (IOException e) {
      throw new UncheckedIOException("What was saved cannot be measured", e);
    }
  }

  private static long bytes(State state) {
    long own =
        state.tensors().values().stream()
            .mapToLong(tensor -> tensor.length() * tensor.dataType().width())
            .sum();
    return own + state.parts().values().stream().mapToLong(CheckpointCosts::bytes).sum();
  }
}
