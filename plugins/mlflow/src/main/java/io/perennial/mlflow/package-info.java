/**
 * Tracks runs with MLflow, through version 2.0 of its REST interface: an experiment named after the
 * configuration, a run for each seed, all settings as parameters, losses and accuracies as metrics.
 */
@NullMarked
package io.perennial.mlflow;

import org.jspecify.annotations.NullMarked;
