package io.perennial.runner.training;

import io.perennial.api.Expansion;
import io.perennial.api.GradientTransform;
import io.perennial.api.LossTerm;
import io.perennial.api.Objective;
import io.perennial.api.Readout;
import io.perennial.api.Regularizer;
import io.perennial.api.Rehearsal;
import io.perennial.api.Router;
import io.perennial.api.Sampling;
import io.perennial.api.Strategy;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The strategies of a run by what they do, each list in its order of work. */
final class Roles {
  /** The roles that only one strategy of a run may have. */
  static final List<Class<? extends Strategy>> EXCLUSIVE =
      List.of(Sampling.class, Objective.class, Expansion.class, Router.class, Readout.class);

  final List<Stage> stages;
  final Optional<Sampling> sampling;
  final List<Rehearsal> rehearsals;
  final Optional<Objective> objective;
  final List<LossTerm> lossTerms;
  final List<Regularizer> regularizers;
  final List<GradientTransform> transforms;
  final Optional<Expansion> expansion;
  final Optional<Router> router;
  final Optional<Readout> readout;
  private boolean[] frozen = {};

  Roles(List<Stage> configured) {
    stages = configured.stream().sorted(Stage.ORDER).toList();
    sampling = first(Sampling.class);
    rehearsals = all(Rehearsal.class);
    objective = first(Objective.class);
    lossTerms = all(LossTerm.class);
    regularizers = all(Regularizer.class);
    transforms = all(GradientTransform.class);
    expansion = first(Expansion.class);
    router = first(Router.class);
    readout = first(Readout.class);
  }

  private <R> List<R> all(Class<R> role) {
    return stages.stream().map(Stage::strategy).filter(role::isInstance).map(role::cast).toList();
  }

  private <R> Optional<R> first(Class<R> role) {
    return all(role).stream().findFirst();
  }

  /** The parameters that any transform froze. */
  Optional<boolean[]> frozen() {
    Optional<boolean[]> result = Optional.empty();
    for (GradientTransform transform : transforms) {
      Optional<boolean[]> more = transform.frozen();
      if (more.isPresent()) {
        result = result.isPresent() ? Optional.of(union(result.get(), more.get())) : more;
      }
    }
    return result;
  }

  private boolean[] union(boolean[] a, boolean[] b) {
    if (frozen != a) {
      frozen = Arrays.copyOf(a, a.length);
    }
    for (int i = 0; i < frozen.length; i++) {
      frozen[i] |= b[i];
    }
    return frozen;
  }
}
