package io.perennial.runner.measure;

import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;

/** LCA: how fast each task was learned. */
@Description(
    value =
        "area under each task's accuracy over the steps of its own training, averaged over all"
            + " tasks",
    paper = "arXiv 1812.00420; there over the first steps only")
final class LearningCurveArea implements Metric {
  @Inject
  LearningCurveArea() {}

  @Override
  public String name() {
    return "learningCurveArea";
  }

  @Override
  public String formula() {
    return "LCA = 1/T * sum_{k=1..T} 1/(e_k - s_k) * integral of a_k from step s_k to e_k, by"
        + " trapezoids";
  }

  @Override
  public Value compute(Measurements measured) {
    return Points.mean(measured, 0, task -> Points.area(measured.curve(), task));
  }
}
