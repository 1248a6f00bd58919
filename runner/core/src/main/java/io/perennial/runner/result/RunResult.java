package io.perennial.runner.result;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Artefact;
import io.perennial.api.Finding;
import io.perennial.api.Metric;
import io.perennial.api.Pipeline;
import io.perennial.api.Setting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that is known about one run with one seed. Maps keep their order in the files.
 *
 * @param name free text, from the configuration
 * @param status how far it got
 * @param seed its seed
 * @param pipeline the chosen pipeline
 * @param setting what was known at test time
 * @param accuracy R and R0; its tasks are the stream's, in the order they were learned
 * @param curve accuracies on the way
 * @param strategies the types of the strategies, in configured order
 * @param metrics the values by the metrics' names
 * @param formulas the metrics' formulas by their names
 * @param parameters what the model cost to keep after each task so far
 * @param parametersSha256 over the final parameters' bytes, in hexadecimal; empty before the end
 * @param seconds where the time went
 * @param environment where it ran, see {@link Environment#toMap}; text, numbers, truth values
 * @param conventions what differs between frameworks, such as {@code ewc.fisher}
 * @param warnings of the pre-flight
 * @param failure why it failed; empty if it did not
 * @param artefacts tables and pictures by the strategy they come from; the runner's own under
 *     {@link #MEASURES}
 */
public record RunResult(
    String name,
    Status status,
    long seed,
    Pipeline pipeline,
    Setting setting,
    AccuracyMatrix accuracy,
    AccuracyCurve curve,
    List<String> strategies,
    Map<String, Metric.Value> metrics,
    Map<String, String> formulas,
    List<Long> parameters,
    String parametersSha256,
    Seconds seconds,
    Map<String, Object> environment,
    Map<String, String> conventions,
    List<Finding> warnings,
    String failure,
    Map<String, List<Artefact>> artefacts) {

  /** The same with one more metric. */
  public RunResult withMetric(String metric, Metric.Value value, String formula) {
    Map<String, Metric.Value> values = new LinkedHashMap<>(metrics);
    values.put(metric, value);
    Map<String, String> texts = new LinkedHashMap<>(formulas);
    texts.put(metric, formula);
    return new RunResult(
        name,
        status,
        seed,
        pipeline,
        setting,
        accuracy,
        curve,
        strategies,
        values,
        texts,
        parameters,
        parametersSha256,
        seconds,
        environment,
        conventions,
        warnings,
        failure,
        artefacts);
  }

  /** The convention that tells which stream of tasks the first generation learned. */
  public static final String SCENARIO = "scenario.sha256";

  /** The convention that tells which stream of tasks a generation learned, from 0. */
  public static String scenario(int generation) {
    return generation == 0 ? SCENARIO : "scenario.%d.sha256".formatted(generation + 1);
  }

  /** What only runs that learned the same tasks share; empty if it is not known. */
  public static String stream(Map<String, String> conventions) {
    StringBuilder all = new StringBuilder();
    for (int g = 0; conventions.containsKey(scenario(g)); g++) {
      all.append(g == 0 ? "" : "+").append(conventions.get(scenario(g)));
    }
    return all.toString();
  }

  /** The source of the runner's own artefacts. */
  public static final String MEASURES = "measures";

  /** How far a run got. */
  public enum Status {
    /** It is still going on, or was ended from outside. */
    RUNNING,
    /** It ended with an error. */
    FAILED,
    /** It learned all tasks. */
    COMPLETE
  }
}
