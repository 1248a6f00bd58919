package io.perennial.runner.bench;

import static io.perennial.runner.bench.StepSections.quotients;

import io.perennial.api.InputException;
import io.perennial.runner.plugin.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What strategies cost beside plain training of the same network on the same images. */
final class StrategyCosts {
  private static final String LARGE_BLOCK = "{type: mlp, hidden: [400, 400]}";
  private static final String LARGE = "model: " + LARGE_BLOCK;
  private static final int BATCH = 128;
  private static final int GATES = 3;

  /** Hidden units of a gate. */
  private static final int GATE = 32;

  /** Tasks at either end of a long stream. */
  private static final int COMPARED = 50;

  /** Tasks until a stream's code is compiled. */
  private static final int SETTLED = 20;

  private final Registry registry;
  private final Scale scale;
  private final Jobs jobs;
  private final String images;
  private final String few;

  /**
   * @param images a data set's block
   * @param few another one's, whose training images are fewer
   */
  StrategyCosts(Registry registry, Scale scale, Jobs jobs, String images, String few) {
    this.registry = registry;
    this.scale = scale;
    this.jobs = jobs;
    this.images = images;
    this.few = few;
  }

  Section fisher() {
    List<Measurement> all = new ArrayList<>();
    List<Double> epoch = tasks("", TaskTimes.Task::training);
    all.add(Measurement.of("an epoch of training", "s", epoch));
    try {
      List<Double> exact = fisher("exact");
      all.add(ratio("exact / epoch", exact, epoch));
      all.add(ratio("empirical / epoch", fisher("empirical"), epoch));
      all.add(ratio("of batches / epoch", fisher("batch"), epoch));
      all.add(ratio("exact, one example and label at a time / exact", loop(), exact));
    } catch (InputException e) {
      all.add(Measurement.missing("exact / epoch", Measurement.RATIO, e));
    }
    return new Section("Fisher information: mlp 784-400-400-10", all);
  }

  /** Seconds for as many images as an epoch has. */
  private List<Double> loop() {
    List<Double> seconds = new ArrayList<>();
    try (StandardStep one = new StandardStep(registry, LARGE_BLOCK, 1, 1)) {
      for (int round = -1; round < scale.rounds(); round++) {
        double image = scale.seconds(one::squareGradients);
        if (round >= 0) {
          seconds.add(image * scale.ratioImages());
        }
      }
    }
    return seconds;
  }

  private static Measurement ratio(String name, List<Double> dividends, List<Double> divisors) {
    return Measurement.of(name, Measurement.RATIO, quotients(dividends, divisors));
  }

  private List<Double> fisher(String variant) {
    return tasks("{type: ewc, fisher: %s}".formatted(variant), TaskTimes.Task::rest);
  }

  /** One value a task, without the first, which warms up, and the last, which is evaluated. */
  private List<Double> tasks(String strategy, ToDoubleFunction<TaskTimes.Task> value) {
    List<TaskTimes.Task> tasks =
        jobs.run(Jobs.yaml(images, scale.rounds() + 2, LARGE, BATCH, "evaluate: final", strategy))
            .times()
            .tasks();
    return tasks.subList(1, tasks.size() - 1).stream().map(value::applyAsDouble).toList();
  }

  Section replay() {
    List<Double> solver = new ArrayList<>();
    List<Double> both = new ArrayList<>();
    List<Double> shallow = new ArrayList<>();
    List<Double> large = new ArrayList<>();
    List<Double> replaying = new ArrayList<>();
    String name = "(solver + generator) / solver, the same batch";
    try {
      for (int round = 0; round <= scale.rounds(); round++) {
        List<TaskTimes.Task> replay = replayed(BATCH, "{type: generative-replay}");
        List<TaskTimes.Task> plain = replayed(BATCH, "");
        List<TaskTimes.Task> one = replayed(BATCH, "{type: generative-replay, hidden: [400]}");
        List<TaskTimes.Task> doubled = replayed(2 * BATCH, "");
        if (round > 0) {
          both.add(replay.get(0).step());
          shallow.add(one.get(0).step());
          replaying.add(replay.get(1).step());
          solver.add(plain.get(0).step());
          large.add(doubled.get(1).step());
        }
      }
    } catch (InputException e) {
      return new Section(
          "generative replay", List.of(Measurement.missing(name, Measurement.RATIO, e)));
    }
    return new Section(
        "generative replay: mlp 784-400-400-10, generator 784-400-400-100",
        List.of(
            ratio(name, both, solver),
            ratio("the same, with a generator 784-400-100", shallow, solver),
            ratio("with generating and labelling as many rows", replaying, large)));
  }

  private List<TaskTimes.Task> replayed(int batch, String strategy) {
    return jobs.run(Jobs.yaml(few, 2, LARGE, batch, "evaluate: final", strategy)).times().tasks();
  }

  Section routing(int testImages) {
    String name = "digits routed and answered";
    String unit = "thousand/s";
    List<Double> rates = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    String model = "pipeline: model-expansion\nmodel: {type: mlp, hidden: [256, 256]}";
    String gates =
        "{type: expert-gate, gateHidden: %d, gateIterations: 60, expertsInMemory: %d}"
            .formatted(GATE, GATES + 1);
    try (Products gate = Products.forward(BATCH, List.of(784, GATE, 784));
        Products expert = Products.forward(BATCH, List.of(784, 256, 256, 10))) {
      for (int round = 0; round <= scale.rounds(); round++) {
        double seconds =
            jobs.run(Jobs.yaml(few, GATES, model, BATCH, "evaluate: final", gates))
                .seconds()
                .evaluate();
        double digits = GATES * testImages;
        double products = GATES * scale.seconds(gate::run) + scale.seconds(expert::run);
        if (round > 0) {
          rates.add(1e-3 * digits / seconds);
          ratios.add(seconds / (digits / BATCH * products));
        }
      }
    } catch (InputException e) {
      return new Section("expert gate", List.of(Measurement.missing(name, unit, e)));
    }
    return new Section(
        "expert gate: %d experts, mlp 784-256-256-10".formatted(GATES),
        List.of(
            Measurement.of(name, unit, rates),
            Measurement.of("their time / their products, 1 thread", Measurement.RATIO, ratios)));
  }

  /** Whether a task costs more the more tasks there were. */
  Section stream() {
    String title = "stream of %d tasks: permuted digits, ewc".formatted(scale.streamTasks());
    String name = "last tasks / first tasks";
    try {
      List<Double> tasks =
          jobs
              .run(
                  Jobs.yaml(
                      "digits",
                      scale.streamTasks(),
                      "model: {type: mlp, hidden: [100]}",
                      BATCH,
                      "evaluate: final",
                      "{type: ewc}"))
              .times()
              .tasks()
              .stream()
              .map(TaskTimes.Task::whole)
              .toList();
      int from = Math.min(SETTLED, tasks.size() / 2);
      int part = Math.min(COMPARED, Math.max(1, (tasks.size() - from) / 4));
      List<Double> first = tasks.subList(from, from + part);
      // The very last one is evaluated.
      List<Double> last = tasks.subList(tasks.size() - 1 - part, tasks.size() - 1);
      return new Section(
          title, List.of(Measurement.of("a task", "s", last), ratio(name, last, first)));
    } catch (InputException e) {
      return new Section(title, List.of(Measurement.missing(name, Measurement.RATIO, e)));
    }
  }
}
