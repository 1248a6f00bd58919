package io.perennial.api;

import java.util.List;
import java.util.OptionalLong;

/**
 * What was measured in a run so far: all that a {@link Metric} may use. Components may be added;
 * metrics read, and do not construct.
 *
 * @param seed of the run
 * @param scenario a number in hexadecimal that only equal streams of tasks share; empty if unknown
 * @param accuracy R and R0
 * @param curve accuracies on the way
 * @param calibration of the predictions in the latest measured row of R
 * @param parameters what the model cost to keep after each task, frozen parameters included
 * @param multiplyAccumulates of the latest model's prediction for one example; empty if the model
 *     does not tell
 * @param strategyBytes the tensors that the strategies would save after each task: memories,
 *     importances, generators, gates; a network that is part of the model is among its parameters
 */
public record Measurements(
    long seed,
    String scenario,
    AccuracyMatrix accuracy,
    AccuracyCurve curve,
    Calibration calibration,
    List<Long> parameters,
    OptionalLong multiplyAccumulates,
    List<Long> strategyBytes) {
  /** Takes copies of the lists. */
  public Measurements {
    parameters = List.copyOf(parameters);
    strategyBytes = List.copyOf(strategyBytes);
  }

  /** Accuracies and nothing else, as for the test of a metric that needs no more. */
  public static Measurements of(AccuracyMatrix accuracy) {
    return new Measurements(
        0,
        "",
        accuracy,
        new AccuracyCurve(accuracy.size(), 0),
        Calibration.NONE,
        List.of(),
        OptionalLong.empty(),
        List.of());
  }
}
