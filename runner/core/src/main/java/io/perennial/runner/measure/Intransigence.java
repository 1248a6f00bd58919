package io.perennial.runner.measure;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Description;
import io.perennial.api.InputException;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import io.perennial.runner.result.ResultsReader;
import io.perennial.runner.result.RunResult;
import jakarta.inject.Inject;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** I: how much worse each task was learned than by training on all tasks so far together. */
@Description(
    value = "how much less accurate each task was learned than in a joint run on the same stream",
    paper = "arXiv 1801.10112")
public final class Intransigence implements Metric {
  /** The formula; also where the joint run is found by other means than settings. */
  public static final String FORMULA =
      "I = 1/T * sum_{j=1..T} (R*[j][j] - R[j][j]), R* of the joint run with the same stream and"
          + " seed";

  private final List<RunResult> joint;
  private final String directory;

  /**
   * What to compare with.
   *
   * @param joint a results' directory
   */
  public record Settings(
      @Description(
              "Directory of a run of the strategy joint on the same scenario: of the same seed, or"
                  + " of several seeds among which it is.")
          String joint) {}

  @Inject
  Intransigence(Settings settings) {
    directory = settings.joint();
    try {
      joint = new ResultsReader().readAll(Path.of(directory)).runs();
    } catch (InvalidPathException e) {
      throw new InputException("'%s' is no path: %s".formatted(directory, e.getReason()), e);
    }
  }

  @Override
  public String name() {
    return "intransigence";
  }

  @Override
  public String formula() {
    return FORMULA;
  }

  @Override
  public Value compute(Measurements measured) {
    Optional<RunResult> reference =
        joint.stream()
            .filter(run -> run.seed() == measured.seed())
            .filter(run -> run.status() == RunResult.Status.COMPLETE)
            .filter(run -> measured.scenario().equals(RunResult.stream(run.conventions())))
            .findFirst();
    return reference.isPresent()
        ? of(measured.accuracy(), reference.get().accuracy())
        : Value.missing(
            "%s has no complete run with seed %d on the same stream of tasks"
                .formatted(directory, measured.seed()));
  }

  /**
   * The value.
   *
   * @param accuracy R
   * @param joint R*, of the same stream
   */
  public static Value of(AccuracyMatrix accuracy, AccuracyMatrix joint) {
    int tasks = accuracy.size();
    Value reference = Cells.mean(joint, 0, tasks, (cells, j) -> cells.at(j, j));
    Value own = Cells.mean(accuracy, 0, tasks, (cells, j) -> cells.at(j, j));
    if (!reference.present()) {
      return Value.missing("of the joint run, " + reference.reason());
    }
    return own.present() ? Value.of(reference.number() - own.number()) : own;
  }
}
