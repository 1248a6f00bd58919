package io.perennial.runner.bench;

import static io.perennial.runner.bench.StepSections.quotients;

import io.perennial.api.InputException;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.Seconds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The standard job: permuted MNIST in five tasks, MLP 784-256-256-10, SGD, batches of 128, one
 * epoch, all test sets measured after each task; in turns with and without elastic weight
 * consolidation.
 */
final class WholeJob {
  private static final String NAIVE = "naive";
  private static final int TASKS = 5;
  private static final int BATCH = 128;
  private static final String MODEL = "{type: mlp, hidden: [256, 256]}";
  private static final List<Integer> WIDTHS = List.of(784, 256, 256, 10);

  /** Plain training and what is compared to it, by name: the strategy's block. */
  private static final Map<String, String> JOBS = jobs();

  private final Registry registry;
  private final Scale scale;
  private final int threads;
  private final Jobs jobs;
  private final List<Measurement> measurements = new ArrayList<>();

  WholeJob(Registry registry, Scale scale, int threads, Jobs jobs) {
    this.registry = registry;
    this.scale = scale;
    this.threads = threads;
    this.jobs = jobs;
  }

  private static Map<String, String> jobs() {
    Map<String, String> jobs = new LinkedHashMap<>();
    jobs.put(NAIVE, "");
    jobs.put("ewc, Fisher of batches", "{type: ewc, lambda: 100, fisher: batch}");
    jobs.put("ewc, empirical Fisher", "{type: ewc, lambda: 100, fisher: empirical}");
    return Collections.unmodifiableMap(jobs);
  }

  /** Measures on a data set, given as the configuration's block. */
  Section measure(String dataset) {
    Map<String, List<Jobs.Outcome>> outcomes = new LinkedHashMap<>();
    Map<String, InputException> missing = new LinkedHashMap<>();
    JOBS.keySet().forEach(name -> outcomes.put(name, new ArrayList<>()));
    List<Double> bare = new ArrayList<>();
    List<Double> products = new ArrayList<>();
    try (StandardStep step = new StandardStep(registry, MODEL, BATCH, threads);
        Products ofStep = Products.ofStep(BATCH, WIDTHS)) {
      for (int round = 0; round <= scale.rounds(); round++) {
        outcomes.forEach(
            (name, all) -> {
              if (!missing.containsKey(name)) {
                run(dataset, name, missing).ifPresent(all::add);
              }
            });
        bare.add(1e3 * scale.secondsAfterAWhile(step::run));
        products.add(scale.seconds(ofStep::run));
      }
    }
    // The first round is the one in which the code is still interpreted.
    List<Jobs.Outcome> naive = outcomes.getOrDefault(NAIVE, List.of());
    measurements.add(
        Measurement.of("naive, the first time", "s", List.of(naive.get(0).seconds().total())));
    List<Double> plain = later(naive, Seconds::total);
    long steps = naive.get(0).times().tasks().stream().mapToLong(TaskTimes.Task::steps).sum();
    List<Double> arithmetic =
        products.subList(1, products.size()).stream().map(seconds -> steps * seconds).toList();
    measurements.add(Measurement.of("products of its steps, 1 thread", "s", arithmetic));
    outcomes.forEach(
        (name, all) -> {
          InputException reason = missing.get(name);
          if (reason != null) {
            measurements.add(Measurement.missing(name, "s", reason));
          } else {
            strategy(name, all, plain);
            measurements.add(
                Measurement.of(
                    name + " / products of naive's steps",
                    Measurement.RATIO,
                    quotients(later(all, Seconds::total), arithmetic)));
          }
        });
    data(naive, bare.subList(1, bare.size()));
    return new Section(
        "standard job: permuted, %d tasks, mlp 784-256-256-10, %d threads"
            .formatted(TASKS, threads),
        measurements);
  }

  private Optional<Jobs.Outcome> run(
      String dataset, String name, Map<String, InputException> missing) {
    String strategy = JOBS.getOrDefault(name, "");
    try {
      return Optional.of(
          jobs.run(Jobs.yaml(dataset, TASKS, "model: " + MODEL, BATCH, "evaluate: all", strategy)));
    } catch (InputException e) {
      if (strategy.isEmpty()) {
        throw e; // Nothing needs to be installed for it: it is the data.
      }
      missing.put(name, e);
      return Optional.empty();
    }
  }

  private void strategy(String name, List<Jobs.Outcome> all, List<Double> plain) {
    List<Double> total = later(all, Seconds::total);
    measurements.add(Measurement.of(name, "s", total));
    measurements.add(Measurement.of(name + ": training", "s", later(all, Seconds::train)));
    if (name.equals(NAIVE)) {
      measurements.add(Measurement.of(name + ": evaluation", "s", later(all, Seconds::evaluate)));
    } else {
      measurements.add(
          Measurement.of(name + ": consolidation", "s", later(all, Seconds::consolidate)));
      measurements.add(
          Measurement.of(name + " / naive", Measurement.RATIO, quotients(total, plain)));
    }
  }

  /** What the data cost a step: how fast rows are made, and how much longer a run's step is. */
  private void data(List<Jobs.Outcome> naive, List<Double> bare) {
    List<Double> rates = new ArrayList<>();
    List<Double> steps = new ArrayList<>();
    for (Jobs.Outcome outcome : naive.subList(Math.min(1, naive.size()), naive.size())) {
      rates.add(1e-6 / outcome.times().assembly());
      List<TaskTimes.Task> tasks = outcome.times().tasks();
      steps.add(1e3 * Measurement.median(tasks.stream().map(TaskTimes.Task::step).toList()));
    }
    List<Double> wait = new ArrayList<>();
    for (int i = 0; i < Math.min(steps.size(), bare.size()); i++) {
      wait.add(steps.get(i) - bare.get(i));
    }
    measurements.add(Measurement.of("rows made for batches", "million/s", rates));
    measurements.add(Measurement.of("step of the run", "ms", steps));
    measurements.add(Measurement.of("step on a batch that is there", "ms", bare));
    measurements.add(Measurement.of("step's wait: the difference", "ms", wait));
  }

  private interface Part {
    double of(Seconds seconds);
  }

  private static List<Double> later(List<Jobs.Outcome> outcomes, Part part) {
    return outcomes.stream().skip(1).map(outcome -> part.of(outcome.seconds())).toList();
  }
}
