package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.perennial.api.Expansion;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.Regularizer;
import io.perennial.api.Widening;
import io.perennial.models.Vectors;
import java.util.List;
import java.util.function.Supplier;

/** What is kept for each parameter follows when the parameters change in number. */
final class GrowthLaws {
  private static final double TOLERANCE = 1e-9;

  static final List<Law> ALL =
      List.of(
          Law.of("growth keeps the penalty", Regularizer.class, GrowthLaws::penalty)
              .where(subject -> !subject.has(Expansion.class)));

  private GrowthLaws() {}

  private static void penalty(Subject subject) {
    RandomSource random = new RandomSource(5);
    try (Bench bench = Bench.of(subject, Conditions.IN_DOUBLE).run()) {
      Model model = bench.model();
      Vectors.write(Doubles.near(model.parameters(), random), model.parameters());
      grow(bench, "new outputs", () -> model.growClasses(model.classes() + 2, random));
      if (model instanceof Widening network) {
        int wider = network.width(0) + 5;
        grow(bench, "a wider layer", () -> network.widen(0, wider, 0, random));
      }
    }
  }

  private static void grow(Bench bench, String how, Supplier<ParameterMap> growth) {
    Penalty penalty = new Penalty((Regularizer) bench.strategy());
    Model model = bench.model();
    double before = penalty.value(Doubles.of(model.parameters()));
    ParameterMap map = growth.get();
    bench.strategy().remap(map);
    double[] theta = Doubles.of(model.parameters());
    double after = penalty.value(theta);
    if (!(Math.abs(after - before) <= TOLERANCE * Math.abs(before))) {
      fail(
          "With "
              + how
              + " the penalty changed from "
              + before
              + " to "
              + after
              + ". Expected: remap maps anchors as PARAMETER and importances as IMPORTANCE.");
    }
    double[] gradient = penalty.at(theta).gradient();
    Derivatives.check("After " + how + " the penalty's gradient", theta, penalty::value, gradient);
  }
}
