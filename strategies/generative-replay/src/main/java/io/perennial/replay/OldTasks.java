package io.perennial.replay;

import io.perennial.api.Expansion;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import io.perennial.api.Task;
import io.perennial.models.VariationalAutoencoder;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is kept of the old tasks: a generator of examples like theirs, the solver as the last of
 * them left it, and which classes they had.
 */
final class OldTasks implements Stateful {
  private final ReplaySettings settings;
  private final RandomSource random;
  private final Workers workers;
  private final Requests requests = new Requests();
  private @Nullable Generator generator;
  private @Nullable PreviousSolver solver;

  /** What was restored, until there is a model to make it of. */
  private State restored = State.EMPTY;

  OldTasks(ReplaySettings settings, RandomSource random, Workers workers) {
    this.settings = settings;
    this.random = random;
    this.workers = workers;
  }

  /** Before the first step of the next task, or of what is left of a restored one. */
  void begin(Learner learner) {
    Model model = learner.model();
    Generator taught = generator;
    if (taught == null) {
      RandomSource first = random.child("generator");
      taught =
          new Generator(
              settings.generator(model),
              model.dataType(),
              settings.generatorLearningRate(),
              first,
              workers);
      generator = taught;
      if (!restored.isEmpty()) {
        taught.restore(restored.part("generator"));
        if (restored.parts().containsKey("solver")) {
          Model previous = model.copy();
          previous.restore(restored.part("solver"));
          solver = new PreviousSolver(previous, requests);
        }
        restored = State.EMPTY;
      }
    }
    taught.grow(model.classes());
    List<Task> seen = learner.seen();
    prepare(seen.subList(0, seen.size() - 1), learner);
  }

  private void prepare(List<Task> old, Learner learner) {
    requests.prepare(old, learner.setting());
    if (solver != null) {
      solver.prepare();
    }
  }

  /** Whether this is the first task. */
  boolean isEmpty() {
    return solver == null;
  }

  Generator generator() {
    return started(generator);
  }

  /** The solver that says what generated examples are. */
  PreviousSolver solver() {
    return started(solver);
  }

  Requests requests() {
    return requests;
  }

  /** After the last step of a task: from now on it is an old one, too. */
  void end(Learner learner) {
    generator().taskDone();
    if (solver != null) {
      solver.close();
    }
    solver = new PreviousSolver(learner.model().copy(), requests);
    prepare(learner.seen(), learner);
  }

  private static <T> T started(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("generative-replay was not told that a task begins");
    }
    return part;
  }

  /** Two generators, a gradient and two moments of one, and the previous solver. */
  long bytesKept(Model model, Expansion.Size parameters) {
    RandomSource any = new RandomSource(0);
    try (VariationalAutoencoder trial =
        new VariationalAutoencoder(settings.generator(model), model.dataType(), any, workers)) {
      return (5 * trial.parameters().length() + parameters.all()) * model.dataType().width();
    }
  }

  @Override
  public State save() {
    if (generator == null) {
      return restored;
    }
    State.Builder state = State.builder().part("generator", generator.save());
    if (solver != null) {
      state.part("solver", solver.model().save());
    }
    return state.build();
  }

  @Override
  public void restore(State state) {
    restored = copyOf(state);
    generator = null;
    solver = null;
  }

  private static State copyOf(State state) {
    State.Builder copy = State.builder();
    state.tensors().forEach((name, tensor) -> copy.tensor(name, Vectors.copyOf(tensor)));
    state.values().forEach(copy::value);
    state.parts().forEach((name, part) -> copy.part(name, copyOf(part)));
    return copy.build();
  }
}
