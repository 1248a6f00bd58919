package io.perennial.runner.bench;

import io.perennial.models.NativeSetup;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Measures this machine and this build. Runs are written to a temporary directory, which is removed
 * at the end.
 */
public final class Bench {
  /** How many times fewer training images there are where only single steps are timed. */
  private static final int FEWER = 4;

  private final Registry registry;
  private final Scale scale;
  private final Optional<Path> data;
  private final int threads;
  private final Consumer<String> progress;

  /**
   * Prepares it; nothing is measured yet.
   *
   * @param registry what can be measured
   * @param scale how much of it
   * @param data a directory with the four MNIST files for the standard job; otherwise images of
   *     that kind are generated
   * @param threads that are compared with one, at least 1
   * @param progress told what is measured next
   */
  public Bench(
      Registry registry, Scale scale, Optional<Path> data, int threads, Consumer<String> progress) {
    this.registry = registry;
    this.scale = scale;
    this.data = data;
    this.threads = threads;
    this.progress = progress;
  }

  /**
   * Measures everything.
   *
   * @throws io.perennial.api.InputException if the data cannot be used
   */
  public Report run() {
    NativeSetup.Report natives = NativeSetup.ensure();
    List<String> warnings = new ArrayList<>();
    natives.advice().ifPresent(warnings::add);
    if (threads > Runtime.getRuntime().availableProcessors()) {
      warnings.add(
          "%d threads, but only %d processors: give at most so many with --threads."
              .formatted(threads, Runtime.getRuntime().availableProcessors()));
    }
    return new Report(
        new Environment(natives.nd4jVersion(), natives.blas(), natives.cpu(), threads).toMap(),
        data.map(Path::toString).orElse("generated, %d images".formatted(scale.jobImages())),
        sections(),
        warnings);
  }

  private List<Section> sections() {
    Path scratch = temporary();
    try (Jobs jobs = new Jobs(registry, scratch, threads)) {
      List<Section> sections = new ArrayList<>();
      String job =
          Jobs.idx(
              data.orElseGet(
                  () ->
                      GeneratedImages.write(
                          scratch.resolve("job"), scale.jobImages(), scale.testImages())));
      // First, because it reads the data of the user, which may be at fault.
      add(
          sections,
          "the standard job",
          () -> new WholeJob(registry, scale, threads, jobs).measure(job));
      StepSections steps = new StepSections(registry, scale, threads);
      add(sections, "matrix products", steps::products);
      add(sections, "steps of mlp 100", () -> steps.perceptron(100, 10));
      add(sections, "steps of mlp 256", () -> steps.perceptron(256, 128));
      add(sections, "steps of mlp 400", () -> steps.perceptron(400, 128));
      add(sections, "steps of mlp 1000", () -> steps.perceptron(1000, 128));
      add(sections, "steps of a convolutional network", () -> steps.convolutional(64));
      StrategyCosts costs = costs(jobs, scratch);
      add(sections, "Fisher information", costs::fisher);
      add(sections, "generative replay", costs::replay);
      add(sections, "routing", () -> costs.routing(scale.testImages()));
      add(sections, "a stream of many tasks", costs::stream);
      add(
          sections,
          "checkpoints",
          () -> new CheckpointCosts(scale, jobs, Jobs.idx(scratch.resolve("few"))).measure());
      return sections;
    } finally {
      delete(scratch);
    }
  }

  private StrategyCosts costs(Jobs jobs, Path scratch) {
    int images = scale.ratioImages();
    Path many = GeneratedImages.write(scratch.resolve("many"), images, scale.testImages());
    Path few = GeneratedImages.write(scratch.resolve("few"), images / FEWER, scale.testImages());
    return new StrategyCosts(registry, scale, jobs, Jobs.idx(many), Jobs.idx(few));
  }

  private void add(List<Section> sections, String what, Supplier<Section> measurement) {
    progress.accept(what);
    sections.add(measurement.get());
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("perennial-bench-");
    } catch (IOException e) {
      throw new UncheckedIOException("No temporary directory can be made", e);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("What was measured with is left in " + directory, e);
    }
  }
}
