package io.perennial.runner.measure;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Metric;
import io.perennial.api.Plugin;

/** Registers the built-in metrics. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class MeasurePlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(Metric.class, "average-accuracy", AverageAccuracy.class)
        .register(Metric.class, "backward-transfer", BackwardTransfer.class)
        .register(Metric.class, "forward-transfer", ForwardTransfer.class)
        .register(Metric.class, "forgetting", Forgetting.class)
        .register(Metric.class, "plasticity", Plasticity.class)
        .register(Metric.class, "intransigence", Intransigence.class, Intransigence.Settings.class)
        .register(Metric.class, "learning-curve-area", LearningCurveArea.class)
        .register(Metric.class, "anytime-accuracy", AnytimeAccuracy.class)
        .register(Metric.class, "minimum-accuracy", MinimumAccuracy.class)
        .register(Metric.class, "worst-case-accuracy", WorstCaseAccuracy.class)
        .register(Metric.class, "calibration-error", CalibrationError.class)
        .register(Metric.class, "final-parameters", FinalParameters.class)
        .register(Metric.class, "parameter-growth", ParameterGrowth.class)
        .register(Metric.class, "multiply-accumulates", MultiplyAccumulates.class)
        .register(Metric.class, "strategy-memory", StrategyMemory.class);
  }
}
