package io.perennial.runner.training;

import io.perennial.api.Model;
import io.perennial.api.Optimizer;
import io.perennial.api.RandomSource;
import io.perennial.api.RunListener;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.models.Workers;
import io.perennial.runner.config.CurveSettings;
import io.perennial.runner.config.Evaluation;
import io.perennial.runner.config.TrainingSettings;
import java.util.List;

/**
 * Everything a run is made of.
 *
 * @param stream the tasks, in the order they are learned
 * @param boundaries what is announced of the tasks' ends
 * @param setting what is known at test time
 * @param model as it starts; the run takes it over and closes it
 * @param optimizer makes the steps
 * @param stages the strategies, in configured order
 * @param settings of the training
 * @param evaluation when to measure
 * @param curves what to measure on the way
 * @param listeners follow the run; their state is part of it
 * @param random for drawing examples and for new weights
 * @param workers the threads
 */
public record Plan(
    TaskStream stream,
    Scenario.Boundaries boundaries,
    Setting setting,
    Model model,
    Optimizer optimizer,
    List<Stage> stages,
    TrainingSettings settings,
    Evaluation evaluation,
    CurveSettings curves,
    List<RunListener> listeners,
    RandomSource random,
    Workers workers) {}
