package io.perennial.runner.report;

import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import java.nio.file.Path;
import java.util.List;

/**
 * One configuration's results, over all its seeds.
 *
 * @param directory where they stand
 * @param results its runs, at least one
 * @param configuration the resolved YAML; empty if it is not there
 * @param picturesOf whose artefacts are shown
 * @param artefacts of that run
 * @param notes what is missing or odd, for the reader of the report
 */
record Entry(
    Path directory,
    Results results,
    String configuration,
    RunResult picturesOf,
    List<Picture> artefacts,
    List<String> notes) {

  /** The run that stands for what all have in common: tasks, strategies, conventions. */
  RunResult first() {
    return results.runs().get(0);
  }
}
