package io.perennial.runner.measure;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;

/** AAA: how good the model was all along, not in the end only. */
@Description(
    value = "accuracy over the tasks seen so far, averaged over all measured steps",
    paper = "arXiv 2104.05025")
final class AnytimeAccuracy implements Metric {
  @Inject
  AnytimeAccuracy() {}

  @Override
  public String name() {
    return "anytimeAccuracy";
  }

  @Override
  public String formula() {
    return "AAA = mean over measured steps s of (mean over tasks j seen by s of a_j(s))";
  }

  @Override
  public Value compute(Measurements measured) {
    AccuracyCurve curve = measured.curve();
    int points = 0;
    double sum = 0;
    for (int point = 0; point < curve.size(); point++) {
      // Before the first task's first step there is nothing learned to be measured.
      if (curve.step(point) > 0) {
        sum += Points.meanAt(measured, point);
        points++;
      }
    }
    return points == 0 ? Value.missing("nothing was measured yet") : Value.of(sum / points);
  }
}
