package io.perennial.gate;

import io.perennial.api.Configured;
import io.perennial.api.Expansion;
import io.perennial.api.Extensions;
import io.perennial.api.Finding;
import io.perennial.api.GradientTransform;
import io.perennial.api.LossTerm;
import io.perennial.api.Objective;
import io.perennial.api.Readout;
import io.perennial.api.Regularizer;
import io.perennial.api.Rehearsal;
import io.perennial.api.Router;
import io.perennial.api.Sampling;
import io.perennial.api.State;
import io.perennial.api.Strategy;
import io.perennial.models.RestingState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The regularisers inside the experts. Each expert has a state of them of its own: at the end of a
 * task it is set aside, and an expert that starts from a related one starts with that one's, so
 * that what mattered there is guarded. Any other expert starts with none.
 */
final class InsideExperts {
  private static final List<Class<? extends Strategy>> REFUSED =
      List.of(
          Expansion.class,
          GradientTransform.class,
          LossTerm.class,
          Objective.class,
          Readout.class,
          Rehearsal.class,
          Router.class,
          Sampling.class);

  private final List<Strategy> strategies = new ArrayList<>();
  private final List<RestingState> states = new ArrayList<>();
  private final RestingState unused;

  InsideExperts(List<Configured<Strategy>> blocks, Extensions extensions) {
    for (Configured<Strategy> block : blocks) {
      strategies.add(extensions.create(block, "inside " + strategies.size() + " " + block.type()));
    }
    unused = RestingState.write(current());
  }

  List<Strategy> all() {
    return strategies;
  }

  List<Regularizer> regularizers() {
    return strategies.stream()
        .filter(Regularizer.class::isInstance)
        .map(Regularizer.class::cast)
        .toList();
  }

  void check(List<Configured<Strategy>> blocks, Consumer<Finding> findings) {
    for (int i = 0; i < strategies.size(); i++) {
      Strategy strategy = strategies.get(i);
      boolean other = REFUSED.stream().anyMatch(role -> role.isInstance(strategy));
      if (!(strategy instanceof Regularizer) || other) {
        findings.accept(
            Finding.error(
                "expert-gate, inside " + blocks.get(i).type(),
                "only a strategy that does nothing but guard parameters can work inside an expert:"
                    + " it is the only kind that has something to keep when an expert starts from a"
                    + " related one, and an expert sees a single task.",
                "Put it beside expert-gate, or leave it out; ewc can be inside."));
      }
    }
  }

  /** The task at hand starts from the expert of an older one, or (-1) without a guard. */
  void begin(int related) {
    if (!strategies.isEmpty()) {
      State start = (related < 0 ? unused : states.get(related)).read();
      for (int i = 0; i < strategies.size(); i++) {
        strategies.get(i).restore(start.part(Integer.toString(i)));
      }
      RestingState.free(start);
    }
  }

  /** The task at hand is done. */
  void end() {
    if (!strategies.isEmpty()) {
      states.add(RestingState.write(current()));
    }
  }

  private State current() {
    State.Builder state = State.builder();
    for (int i = 0; i < strategies.size(); i++) {
      state.part(Integer.toString(i), strategies.get(i).save());
    }
    return state.build();
  }

  State save() {
    State.Builder state =
        State.builder().value("count", (long) states.size()).part("current", current());
    for (int t = 0; t < states.size(); t++) {
      state.part(Integer.toString(t), states.get(t).read());
    }
    return state.build();
  }

  void restore(State state) {
    State current = state.part("current");
    for (int i = 0; i < strategies.size(); i++) {
      strategies.get(i).restore(current.part(Integer.toString(i)));
    }
    states.clear();
    for (int t = 0; t < state.integer("count"); t++) {
      states.add(RestingState.write(state.part(Integer.toString(t))));
    }
  }
}
