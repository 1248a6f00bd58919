package io.perennial.net2net;

import io.perennial.api.Deepening;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.Widening;

/**
 * One growth of a network: all hidden layers wider by a factor, after an identity layer was added
 * behind the last of them if it is to become deeper.
 *
 * @param factor of the widths, at least 1
 * @param deeper whether a layer is added
 */
record NetworkGrowth(double factor, boolean deeper) {
  /** Narrows the factor down to 1/64 of what is asked for: closer is not worth the trials. */
  private static final int HALVINGS = 6;

  /** Whether nothing grows. */
  boolean isNothing() {
    return factor == 1 && !deeper;
  }

  /** Grows a network in place. */
  ParameterMap apply(Model model, double noise, RandomSource random) {
    ParameterMap map = ParameterMap.identity(Math.toIntExact(model.parameters().length()));
    Widening widening = (Widening) model;
    if (deeper) {
      map = map.then(((Deepening) model).deepen(widening.hiddenLayers() - 1, noise, random));
    }
    for (int layer = 0; layer < widening.hiddenLayers(); layer++) {
      int width = (int) Math.ceil(factor * widening.width(layer));
      map = map.then(widening.widen(layer, width, noise, random));
    }
    return map;
  }

  /**
   * The largest growth up to this one that a budget allows: first with a smaller factor, then
   * without the new layer.
   *
   * @param budget the most parameters the network may ever have; 0 for no limit
   * @param classes the outputs that it will have in the end
   */
  NetworkGrowth within(long budget, Model model, int classes) {
    if (budget == 0 || parametersAfter(model, classes) <= budget) {
      return this;
    }
    NetworkGrowth fits = new NetworkGrowth(1, deeper);
    if (deeper && fits.parametersAfter(model, classes) > budget) {
      return new NetworkGrowth(factor, false).within(budget, model, classes);
    }
    double tooMuch = factor;
    for (int i = 0; i < HALVINGS; i++) {
      NetworkGrowth half = new NetworkGrowth((fits.factor + tooMuch) / 2, deeper);
      if (half.parametersAfter(model, classes) <= budget) {
        fits = half;
      } else {
        tooMuch = half.factor;
      }
    }
    return fits;
  }

  /** What the network would cost with all its outputs; tried out on a copy. */
  long parametersAfter(Model model, int classes) {
    try (Model trial = model.copy()) {
      RandomSource any = new RandomSource(0);
      apply(trial, 0, any);
      trial.growClasses(Math.max(classes, trial.classes()), any);
      return trial.parameterCount();
    }
  }
}
