package io.perennial.runner.measure;

import io.perennial.api.Calibration;
import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;

/** ECE: how far confidence is from being right. */
@Description(
    value = "distance of the final model's confidence in its predictions from their accuracy",
    paper = "arXiv 1706.04599, eq. 3")
final class CalibrationError implements Metric {
  @Inject
  CalibrationError() {}

  @Override
  public String name() {
    return "calibrationError";
  }

  @Override
  public String formula() {
    return "ECE = sum_{m=1..15} |B_m|/n * |acc(B_m) - conf(B_m)|, bins of confidence of equal"
        + " width, test examples of all tasks";
  }

  @Override
  public Value compute(Measurements measured) {
    Calibration calibration = measured.calibration();
    long count = calibration.count();
    if (count == 0) {
      return Value.missing("no probabilities were measured");
    }
    double sum = 0;
    for (Calibration.Bin bin : calibration.bins()) {
      if (bin.count() > 0) {
        sum += bin.count() * Math.abs(bin.accuracy() - bin.confidence());
      }
    }
    return Value.of(sum / count);
  }
}
